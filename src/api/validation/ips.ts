import { isIPv4, isIPv6 } from 'node:net';
import type { Causes } from './causes.ts';

/** Addresses and networks. Source: apimachinery, util/validation/ip.go, with strict validation on. */

const padded = /(^|\.)0+(?=\d)/g;

/** The address without leading zeros, which older servers took; undefined when it is none. */
export function plainAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const plain = text.replace(padded, '$1');
    return isIPv4(plain) ? plain : undefined;
  }
  return isIPv6(text) && !text.includes('%') ? text : undefined;
}

export const isAddress6 = (text: string): boolean => text.includes(':');

export const isMappedAddress = (text: string): boolean =>
  /^(0*:)*:?ffff:/i.test(text) && /^(::|0)/.test(text) && isIPv6(text);

/** An address; `known` are those that were there before and are not looked at again. */
export function checkAddress(causes: Causes, path: string, text: string, known: readonly string[] = []): boolean {
  if (known.includes(text)) return true;
  const plain = plainAddress(text);
  if (plain === undefined) {
    causes.invalid(path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
    return false;
  }
  if (plain !== text) causes.invalid(path, text, 'must not have leading 0s');
  else if (isMappedAddress(text)) causes.invalid(path, text, 'must not be an IPv4-mapped IPv6 address');
  else return true;
  return false;
}

/** The 16 or 4 bytes of a good address. */
function addressBytes(text: string): number[] {
  if (!isAddress6(text)) return text.split('.').map(Number);
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  let plain = text;
  if (tail) {
    const [a = 0, b = 0, c = 0, d = 0] = tail[2]!.split('.').map(Number);
    plain = `${tail[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = '', rest] = plain.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const left = words(head);
  const right = rest === undefined ? [] : words(rest);
  const middle = rest === undefined ? [] : new Array<number>(8 - left.length - right.length).fill(0);
  return [...left, ...middle, ...right].flatMap((word) => [word >> 8, word & 0xff]);
}

/** RFC 5952 text of an address. */
export function canonicalAddress(text: string): string {
  if (!isAddress6(text)) return plainAddress(text) ?? text;
  if (isMappedAddress(text)) return addressBytes(text).slice(12).join('.');
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

interface Network {
  address: string;
  bits: number;
}

/** `10.0.0.0/8` in its two parts; undefined when it is no network. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : plainAddress(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^\d+$/.test(length)) return undefined;
  const bits = Number(length);
  return bits > (isAddress6(address) ? 128 : 32) ? undefined : { address, bits };
}

/** The network's own address: what is left of it behind the prefix. */
export function maskedAddress({ address, bits }: Network): string {
  const bytes = addressBytes(address).map((byte, at) => {
    const kept = Math.min(8, Math.max(0, bits - at * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  if (!isAddress6(address)) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, at) => ((bytes[at * 2]! << 8) | bytes[at * 2 + 1]!).toString(16));
  return canonicalAddress(words.join(':'));
}

/** Whether `inner` lies in `outer`. */
export function containsAddress(outer: Network, inner: string): boolean {
  if (isAddress6(outer.address) !== isAddress6(inner)) return false;
  return maskedAddress({ address: inner, bits: outer.bits }) === maskedAddress(outer);
}

export function checkNetwork(causes: Causes, path: string, text: string, known: readonly string[] = []): boolean {
  if (known.includes(text)) return true;
  const network = parseNetwork(text);
  if (!network) {
    causes.invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)');
    return false;
  }
  const [address = '', length = ''] = text.split('/');
  if (network.address !== address || /^0\d/.test(length)) {
    causes.invalid(path, text, 'must not have leading 0s in IP or prefix length');
  } else if (isMappedAddress(address)) causes.invalid(path, text, 'must not have an IPv4-mapped IPv6 address');
  else if (canonicalAddress(address) !== maskedAddress(network)) {
    causes.invalid(path, text, 'must not have bits set beyond the prefix length');
  } else return true;
  return false;
}

/** A network, written as it is to be written. */
export function checkStrictNetwork(causes: Causes, path: string, text: string): boolean {
  if (!checkNetwork(causes, path, text)) return false;
  const network = parseNetwork(text)!;
  const canonical = `${maskedAddress(network)}/${network.bits}`;
  if (canonical === text) return true;
  causes.invalid(path, text, `must be in canonical form (${JSON.stringify(canonical)})`);
  return false;
}

/** An address, written as it is to be written. */
export function checkStrictAddress(causes: Causes, path: string, text: string): boolean {
  if (!checkAddress(causes, path, text)) return false;
  const canonical = canonicalAddress(text);
  if (canonical === text) return true;
  causes.invalid(path, text, `must be in canonical form (${JSON.stringify(canonical)})`);
  return false;
}

/** An address that other machines can be reached at. */
export function checkEndpointAddress(causes: Causes, path: string, text: string): void {
  const plain = plainAddress(text);
  if (plain === undefined) {
    causes.invalid(path, text, 'must be a valid IP address');
    return;
  }
  const bytes = addressBytes(plain);
  const [a = 0, b = 0, c = 0] = bytes.length === 16 && isMappedAddress(plain) ? bytes.slice(12) : bytes;
  const is6 = bytes.length === 16 && !isMappedAddress(plain);
  if (bytes.every((byte) => byte === 0)) causes.invalid(path, text, `may not be unspecified (${text})`);
  const loopback = is6 ? bytes.slice(0, 15).every((byte) => byte === 0) && bytes[15] === 1 : a === 127;
  if (loopback) causes.invalid(path, text, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (is6 ? a === 0xfe && (b & 0xc0) === 0x80 : a === 169 && b === 254) {
    causes.invalid(path, text, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (is6 ? a === 0xff && (b & 0x0f) === 0x02 : a === 224 && b === 0 && c === 0) {
    causes.invalid(path, text, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
}

/** An address and the length of its network, as an interface has them. */
export function checkInterfaceAddress(causes: Causes, path: string, text: string): boolean {
  const network = parseNetwork(text);
  if (!network) {
    causes.invalid(path, text, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)');
    return false;
  }
  const isShort = isMappedAddress(network.address) && network.bits > 32;
  const canonical = `${canonicalAddress(network.address)}/${isShort ? network.bits - 96 : network.bits}`;
  if (canonical === text) return true;
  causes.invalid(path, text, `must be in canonical form (${JSON.stringify(canonical)})`);
  return false;
}

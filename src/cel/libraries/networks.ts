import ipaddr from 'ipaddr.js';
import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { type CelValue, Opaque } from '../values.ts';
import { traversal } from './costs.ts';

/** Addresses and networks (k8s.io/apiserver, pkg/cel/library/ip.go and cidr.go). */
export const networks = new Library();

type Address = ipaddr.IPv4 | ipaddr.IPv6;

class IpValue extends Opaque {
  readonly typeName = 'net.IP';
  readonly address: Address;
  constructor(address: Address) {
    super();
    this.address = address;
  }
  equals(other: CelValue): boolean {
    return other instanceof IpValue && other.text === this.text;
  }
  get text(): string {
    return showAddress(this.address);
  }
  override size(): number {
    return this.address.toByteArray().length;
  }
}

class CidrValue extends Opaque {
  readonly typeName = 'net.CIDR';
  readonly address: Address;
  readonly bits: number;
  constructor(address: Address, bits: number) {
    super();
    this.address = address;
    this.bits = bits;
  }
  equals(other: CelValue): boolean {
    return other instanceof CidrValue && other.text === this.text;
  }
  get text(): string {
    return `${showAddress(this.address)}/${this.bits}`;
  }
  override size(): number {
    return Math.ceil(this.bits / 8);
  }
  /** Whether the bits of the network are those of `address`. */
  holds(address: Address): boolean {
    const isSameFamily = address.kind() === this.address.kind();
    return isSameFamily && (address as ipaddr.IPv6).match(this.address as ipaddr.IPv6, this.bits);
  }
  masked(): CidrValue {
    const bytes = this.address.toByteArray().map((byte, at) => {
      const kept = Math.min(8, Math.max(0, this.bits - at * 8));
      return byte & (0xff << (8 - kept));
    });
    return new CidrValue(ipaddr.fromByteArray(bytes.map((byte) => byte & 0xff)), this.bits);
  }
}

const showAddress = (address: Address): string =>
  address instanceof ipaddr.IPv6 ? address.toRFC5952String() : address.toString();

const STRICT_V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;

/** The address, or why it is none. */
function readAddress(text: string): Address | string {
  const wrong = (why: string): string =>
    `IP Address ${JSON.stringify(text)} parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): ${why}`;
  const [plain = '', zone] = text.split('%');
  if (zone !== undefined && plain.includes(':'))
    return `IP address ${JSON.stringify(text)} with zone value is not allowed`;
  if (STRICT_V4.test(text)) return ipaddr.IPv4.parse(text);
  if (!text.includes(':')) return wrong(whyNotV4(text));
  if (!isV6(text)) return wrong('unexpected character, want colon');
  const address = ipaddr.IPv6.parse(text);
  return address.isIPv4MappedAddress() ? `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed` : address;
}

function isV6(text: string): boolean {
  const dotted = /^(.*:)((?:\d+\.){3}\d+)$/.exec(text);
  const pure = dotted ? `${dotted[1]}0:0` : text;
  if (dotted && !STRICT_V4.test(dotted[2]!)) return false;
  return /^[0-9a-fA-F:]+$/.test(pure) && pure.split(':').every((part) => part.length <= 4) && ipaddr.IPv6.isValid(pure);
}

function whyNotV4(text: string): string {
  if (!text.includes('.')) return 'unable to parse IP';
  if (/[^\d.]/.test(text)) return `unexpected character (at ${JSON.stringify(text.slice(text.search(/[^\d.]/)))})`;
  const parts = text.split('.');
  if (parts.some((part) => part === '')) {
    return `IPv4 field must have at least one digit (at ${JSON.stringify(text.slice(text.search(/(?:^|\.)(?:\.|$)/)))})`;
  }
  if (parts.some((part) => part.length > 1 && part.startsWith('0'))) return 'IPv4 field has octet with leading zero';
  if (parts.some((part) => Number(part) > 255)) return 'IPv4 field has value >255';
  return parts.length < 4 ? 'IPv4 address too short' : 'IPv4 address too long';
}

function ip(text: string): IpValue {
  const address = readAddress(text);
  if (typeof address === 'string') throw new CelEvaluationError(address);
  return new IpValue(address);
}

function readCidr(text: string): CidrValue | string {
  const wrong = (why: string): string =>
    `network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${why}`;
  const slash = text.lastIndexOf('/');
  if (slash < 0) return wrong("no '/'");
  const address = readAddress(text.slice(0, slash));
  if (typeof address === 'string') {
    return address.startsWith('IPv4-mapped')
      ? `IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`
      : wrong(address.split('string: ')[1] ?? 'IPv6 zones cannot be present in a prefix');
  }
  const bits = text.slice(slash + 1);
  if (!/^(?:0|[1-9]\d*)$/.test(bits)) return wrong(`bad bits after slash: ${JSON.stringify(bits)}`);
  const most = address.kind() === 'ipv4' ? 32 : 128;
  return Number(bits) > most ? wrong('prefix length out of range') : new CidrValue(address, Number(bits));
}

function cidr(text: string): CidrValue {
  const found = readCidr(text);
  if (typeof found === 'string') {
    throw new CelEvaluationError(`network address parse error during conversion from string: ${found}`);
  }
  return found;
}

const bytes = ({ address }: IpValue): number[] => address.toByteArray();
const isV4 = ({ address }: IpValue): boolean => address.kind() === 'ipv4';
const isUnspecified = (value: IpValue): boolean => bytes(value).every((byte) => byte === 0);
const isLoopback = (value: IpValue): boolean => (isV4(value) ? bytes(value)[0] === 127 : value.text === '::1');
const isMulticast = (value: IpValue): boolean =>
  isV4(value) ? (bytes(value)[0]! & 0xf0) === 0xe0 : bytes(value)[0] === 0xff;

function isLinkLocalMulticast(value: IpValue): boolean {
  const [a, b, c] = bytes(value);
  return isV4(value) ? a === 224 && b === 0 && c === 0 : a === 0xff && (b! & 0x0f) === 2;
}

function isLinkLocalUnicast(value: IpValue): boolean {
  const [a, b] = bytes(value);
  return isV4(value) ? a === 169 && b === 254 : a === 0xfe && (b! & 0xc0) === 0x80;
}

const isBroadcast = (value: IpValue): boolean => isV4(value) && bytes(value).every((byte) => byte === 255);
const isGlobalUnicast = (value: IpValue): boolean =>
  ![isUnspecified, isLoopback, isMulticast, isLinkLocalUnicast, isBroadcast].some((test) => test(value));

function containsCidr(net: CidrValue, other: CidrValue): boolean {
  return net.bits <= other.bits && net.holds(other.address);
}

const perCharacter = (size: number): number => Math.ceil(size * 0.1);
const compared = ({ bits }: CidrValue): number => perCharacter(2 * Math.ceil(bits / 8));

networks
  .global('ip', 'string', 'net.IP', ip, traversal())
  .global('isIP', 'string', 'bool', (text: string) => typeof readAddress(text) !== 'string', traversal())
  .global('ip.isCanonical', 'string', 'bool', (text: string) => ip(text).text === text, traversal(2))
  .global('string', 'net.IP', 'string', ({ text }: IpValue) => text)
  .member('family', 'net.IP', 'int', (value: IpValue) => (isV4(value) ? 4n : 6n))
  .member('isUnspecified', 'net.IP', 'bool', isUnspecified)
  .member('isLoopback', 'net.IP', 'bool', isLoopback)
  .member('isLinkLocalMulticast', 'net.IP', 'bool', isLinkLocalMulticast)
  .member('isLinkLocalUnicast', 'net.IP', 'bool', isLinkLocalUnicast)
  .member('isGlobalUnicast', 'net.IP', 'bool', isGlobalUnicast)
  .global('cidr', 'string', 'net.CIDR', cidr, traversal())
  .global('isCIDR', 'string', 'bool', (text: string) => typeof readCidr(text) !== 'string', traversal())
  .global('string', 'net.CIDR', 'string', ({ text }: CidrValue) => text)
  .member(
    'containsIP',
    'net.CIDR, net.IP',
    'bool',
    (net: CidrValue, { address }: IpValue) => net.holds(address),
    (args) => compared(args[0] as CidrValue),
  )
  .member(
    'containsIP',
    'net.CIDR, string',
    'bool',
    (net: CidrValue, text: string) => net.holds(ip(text).address),
    (args) => compared(args[0] as CidrValue) + perCharacter((args[1] as string).length),
  )
  .member('containsCIDR', 'net.CIDR, net.CIDR', 'bool', containsCidr, containedCost)
  .member(
    'containsCIDR',
    'net.CIDR, string',
    'bool',
    (net: CidrValue, text: string) => containsCidr(net, cidr(text)),
    containedCost,
  )
  .member('ip', 'net.CIDR', 'net.IP', ({ address }: CidrValue) => new IpValue(address))
  .member('prefixLength', 'net.CIDR', 'int', ({ bits }: CidrValue) => BigInt(bits))
  .member('masked', 'net.CIDR', 'net.CIDR', (net: CidrValue) => net.masked());

function containedCost([net, other]: readonly CelValue[]): number {
  const own = net as CidrValue;
  const parsed = typeof other === 'string' ? perCharacter(other.length) : 0;
  return compared(own) + perCharacter(Math.ceil(own.bits / 8)) + 1 + parsed;
}

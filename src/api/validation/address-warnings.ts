import { canonicalAddress, isAddress6, isMappedAddress, maskedAddress, parseNetwork, plainAddress } from './ips.ts';

/** Addresses that are good enough for old fields, though not as they are written today. Source: apimachinery, util/validation/ip.go. */

export function addressWarnings(path: string, text: string): string[] {
  const plain = plainAddress(text);
  if (plain === undefined) return [];
  const canonical = canonicalAddress(text);
  const quoted = JSON.stringify(text);
  if (plain !== text || isMappedAddress(text)) {
    return [`${path}: non-standard IP address ${quoted} is invalid: use ${JSON.stringify(canonical)}`];
  }
  if (!isAddress6(text) || canonical === text) return [];
  return [`${path}: IPv6 address ${quoted} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`];
}

export function networkWarnings(path: string, text: string): string[] {
  const network = parseNetwork(text);
  if (!network) return [];
  const [address = '', length = ''] = text.split('/');
  const own = canonicalAddress(network.address);
  const masked = `${maskedAddress(network)}/${network.bits}`;
  const quoted = JSON.stringify(text);
  const texts: string[] = [];
  if (own !== maskedAddress(network)) {
    const single = `${own}/${isAddress6(network.address) ? 128 : 32}`;
    const either = `${JSON.stringify(masked)} or ${JSON.stringify(single)}`;
    texts.push(`${path}: CIDR value ${quoted} is ambiguous in this context (should be ${either}?)`);
  }
  if (network.address !== address || /^0\d/.test(length) || isMappedAddress(address)) {
    texts.push(`${path}: non-standard CIDR value ${quoted} is invalid: use ${JSON.stringify(masked)}`);
  }
  if (texts.length === 0 && isAddress6(address) && masked !== text) {
    texts.push(`${path}: IPv6 CIDR value ${quoted} should be in RFC 5952 canonical format (${JSON.stringify(masked)})`);
  }
  return texts;
}

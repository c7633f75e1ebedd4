import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** Names and addresses a server certificate carries. */
export interface ServerNames {
  dns: readonly string[];
  ip: readonly string[];
}

const ANY = new Set(['0.0.0.0', '::']);

/** True for addresses that only this machine reaches. */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/**
 * What clients may call a server by that listens on `address`: on all addresses, each that this machine has,
 * and its name.
 * @param extra further names and addresses
 */
export function serverNames(address: string, extra: readonly string[] = []): ServerNames {
  const own = ANY.has(address) ? [hostname(), ...machineAddresses()] : isLoopback(address) ? [] : [address];
  const all = [...new Set([...own, ...extra])];
  return { dns: all.filter((name) => isIP(name) === 0), ip: all.filter((name) => isIP(name) !== 0) };
}

/** Without those of one link, which nobody can name alone. */
function machineAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return found.filter((one) => !one.internal && !one.address.startsWith('fe80:')).map((one) => one.address);
}

/** True where a certificate is good for all of `names`. */
export function carries(certificate: string, names: ServerNames): boolean {
  const parsed = new X509Certificate(certificate);
  return (
    names.dns.every((name) => parsed.checkHost(name) !== undefined) &&
    names.ip.every((address) => parsed.checkIP(address) !== undefined)
  );
}

/** How this machine itself reaches a server that listens on `address`, in a URL. */
export function localHost(address: string): string {
  if (ANY.has(address)) return address === '::' ? '[::1]' : '127.0.0.1';
  return isIP(address) === 6 ? `[${address}]` : address;
}

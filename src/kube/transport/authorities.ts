import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { releaseEnvironment } from '../../lib/held-environment.ts';

let authorities: string[] | undefined;

/**
 * PEM of the authorities that are trusted where nothing else is said: those of Node, those of
 * `NODE_EXTRA_CA_CERTS`, and the system's store, as Go does.
 */
export function publicAuthorities(): string[] {
  if (authorities) return authorities;
  const extra = releaseEnvironment();
  // The system's store came to Node in 22.15; before that its own list has to do.
  const list = tls.getCACertificates as typeof tls.getCACertificates | undefined;
  authorities = list
    ? [...new Set([...list('default'), ...list('bundled'), ...(extra ? fromFile(extra) : []), ...list('system')])]
    : [...tls.rootCertificates];
  return authorities;
}

/**
 * Makes them the default of every connection that names no authority of its own: those of `fetch`, of proxies.
 * Needed where the launcher told Node not to load its list (`--use-openssl-ca`), and right everywhere.
 */
export function trustPublicAuthorities(): void {
  const set = tls.setDefaultCACertificates as typeof tls.setDefaultCACertificates | undefined;
  set?.(publicAuthorities());
}

/** As Node reads `NODE_EXTRA_CA_CERTS`: what cannot be read does not count. */
function fromFile(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'latin1');
  } catch {
    return [];
  }
  const found = text.match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]*-----END \1?CERTIFICATE-----/g) ?? [];
  return found.filter((pem) => {
    try {
      return Boolean(new X509Certificate(pem));
    } catch {
      return false;
    }
  });
}

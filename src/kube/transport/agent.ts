import type { Agent } from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { KctlError } from '../../lib/errors.ts';
import type { ClientCertificate } from '../credentials/contract.ts';
import { pemOf } from '../credentials/pem.ts';
import type { ClusterEntry } from '../kubeconfig/model.ts';
import { publicAuthorities, trustPublicAuthorities } from './authorities.ts';
import { http } from './node-http.ts';

/** What TLS needs to know of one cluster; the client certificate joins per credential. */
export interface TlsSettings {
  ca?: string | string[];
  rejectUnauthorized: boolean;
  servername?: string;
}

/** Ready for `tls.connect`, and so for requests, agents and WebSockets. */
export interface TlsOptions {
  secureContext: tls.SecureContext;
  rejectUnauthorized: boolean;
  servername?: string;
}

/**
 * Parses certificates and keys once for all connections; agents would else compare the PEM texts of
 * every request.
 * @throws KctlError `config` for a client certificate or key that TLS refuses
 */
export function tlsOptions(settings: TlsSettings, certificate: ClientCertificate | undefined): TlsOptions {
  const { ca, ...rest } = settings;
  try {
    return { ...rest, secureContext: tls.createSecureContext({ ...(ca ? { ca } : {}), ...certificate }) };
  } catch (error) {
    const what =
      (error as NodeJS.ErrnoException).code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
        ? 'tls: private key does not match public key'
        : 'tls: failed to find any PEM data in certificate or key input';
    throw new KctlError('config', what, { cause: error });
  }
}

/**
 * Reads the trust settings of a cluster. Without a CA of its own, a cluster is trusted through the
 * public authorities of Node and the system's store, as Go does.
 * @throws KctlError `config` for CA data that is no PEM
 */
export function tlsSettings(cluster: ClusterEntry): TlsSettings {
  const insecure = cluster['insecure-skip-tls-verify'] === true;
  const ca = pemOf(cluster['certificate-authority-data'], cluster['certificate-authority']);
  if (ca !== undefined && !/-----BEGIN (?:TRUSTED )?CERTIFICATE-----/.test(ca)) {
    throw new KctlError('config', 'unable to load root certificates: unable to parse bytes as PEM block');
  }
  const name = cluster['tls-server-name'];
  return {
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? (insecure ? {} : { ca: publicAuthorities() }) : { ca }),
    ...(name ? { servername: name } : {}),
  };
}

/** Dead peers are noticed by TCP after 30 s of silence, without any traffic of ours. */
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000, keepAliveMsecs: 30_000 };

/**
 * One agent that keeps its connections: one cluster, one client certificate.
 * @param tlsWith absent for a server without TLS
 * @param proxy the URL of an HTTP(S) or SOCKS proxy to go through
 */
export async function createAgent(tlsWith: TlsOptions | undefined, proxy: string | undefined): Promise<Agent> {
  if (!proxy) return tlsWith ? new https.Agent({ ...keepAlive, ...tlsWith }) : new http.Agent(keepAlive);
  // A proxy may be reached by TLS too.
  if (proxy.startsWith('https:')) trustPublicAuthorities();
  if (proxy.startsWith('socks')) {
    const { SocksProxyAgent } = await import('socks-proxy-agent');
    // Go's socks5 lets the proxy look names up, which is socks5h here.
    return new SocksProxyAgent(proxy.replace(/^socks5:/, 'socks5h:'), keepAlive);
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(proxy, keepAlive);
}

/** `proxy-url`, else what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say (Go, `ProxyFromEnvironment`). */
export function proxyFor(
  cluster: ClusterEntry & { server: string },
  env: Record<string, string | undefined>,
): string | undefined {
  if (cluster['proxy-url']) return cluster['proxy-url'];
  const url = new URL(cluster.server);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const get = (name: string) => env[name] || env[name.toLowerCase()];
  const proxy = get(url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (!proxy || host === 'localhost' || host === '::1' || host.startsWith('127.')) return undefined;
  if (excluded(host, url.port, get('NO_PROXY') ?? '')) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function excluded(host: string, port: string, list: string): boolean {
  return list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = entry, onlyPort = ''] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (onlyPort && onlyPort !== port) return false;
      if (name.includes('/')) return inRange(host, name);
      const bare = name.replace(/^\*?\./, '');
      return (name === bare && host === name) || host.endsWith(`.${bare}`);
    });
}

/** IPv4 only: `10.0.0.0/8`. */
function inRange(host: string, range: string): boolean {
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const [base = '', bits = '32'] = range.split('/');
  if (!/^[\d.]+$/.test(host) || !/^[\d.]+$/.test(base)) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(host) / size) === Math.floor(number(base) / size);
}

import { readdirSync, readFileSync } from 'node:fs';
import type { Agent } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KctlError } from '../lib/errors.ts';
import { createAgent, proxyFor, type TlsOptions, tlsOptions } from './transport/agent.ts';
import { publicAuthorities, trustPublicAuthorities } from './transport/authorities.ts';

type Environment = Record<string, string | undefined>;

export interface RegistryConnections {
  agentFor(url: URL): Promise<Agent>;
  /** For connections through a proxy, whose agent knows only the proxy. */
  tlsFor(url: URL): Partial<TlsOptions>;
}

/** What else is known of a host: files that its connections need. */
interface HostFiles {
  authorities?: readonly string[];
  client?: { cert: string; key: string };
}

/**
 * Connections to hosts that are no API servers (registries, their token servers): proxies and authorities as the
 * environment names them, nothing of the kubeconfig; and what docker and podman keep for a host below `certs.d`.
 * @param insecureHosts `host` or `host:port` whose certificates are not looked at, or who tells them
 * @param more files beside those below `certs.d`
 */
export function registryConnections(
  env: Environment,
  insecureHosts: readonly string[] | ((host: string) => boolean) = [],
  more?: (host: string) => HostFiles | undefined,
): RegistryConnections {
  const agents = new Map<string, Promise<Agent>>();
  const known = new Map<string, TlsOptions>();
  const tlsFor = ({ host }: URL): TlsOptions => {
    const before = known.get(host);
    if (before) return before;
    const { authorities, certificate } = withMore(filesOf(host, env), more?.(host));
    // Addresses leave out the port that is usual; names of images may say it.
    const isInsecure = [host, `${host}:443`].some((name) =>
      typeof insecureHosts === 'function' ? insecureHosts(name) : insecureHosts.includes(name),
    );
    const rejectUnauthorized = !isInsecure;
    const ca = [...publicAuthorities(), ...namedAuthorities(env), ...authorities];
    const made = tlsOptions({ ca, rejectUnauthorized }, certificate);
    known.set(host, made);
    return made;
  };
  return {
    tlsFor: (url) => tlsFor(url),
    agentFor(url) {
      const proxy = proxyFor({ server: url.origin }, env);
      const isSecure = url.protocol === 'https:';
      const key = `${url.protocol} ${proxy ?? ''} ${isSecure ? url.host : ''}`;
      const before = agents.get(key);
      if (before) return before;
      // A proxy may be reached by TLS too.
      if (isSecure && proxy) trustPublicAuthorities();
      const made = createAgent(isSecure && !proxy ? tlsFor(url) : undefined, proxy);
      agents.set(key, made);
      return made;
    },
  };
}

/** Node reads `SSL_CERT_FILE` with the system's store, where that is not kept somewhere else. */
function namedAuthorities({ SSL_CERT_FILE: file }: Environment): string[] {
  return file ? [readPem(file) ?? ''].filter(Boolean) : [];
}

/**
 * `ca.crt` (any `.crt`), `client.cert` and `client.key` of a host (docker, "Verify repository client with certificates").
 * @throws KctlError `config` for a certificate without its key
 */
function filesOf(
  host: string,
  env: Environment,
): { authorities: string[]; certificate: { cert: string; key: string } | undefined } {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  const roots = [join(config, 'docker'), join(config, 'containers'), '/etc/docker', '/etc/containers'];
  const authorities: string[] = [];
  let certificate: { cert: string; key: string } | undefined;
  for (const root of roots) {
    const folder = join(root, 'certs.d', host);
    for (const name of namesIn(folder)) {
      const path = join(folder, name);
      if (name.endsWith('.crt')) authorities.push(...[readPem(path) ?? []].flat());
      if (!name.endsWith('.cert') || certificate) continue;
      const cert = readPem(path);
      const key = readPem(path.replace(/\.cert$/, '.key'));
      if (cert === undefined || key === undefined) {
        throw new KctlError('config', `missing key ${name.replace(/\.cert$/, '.key')} for client certificate ${path}`);
      }
      certificate = { cert, key };
    }
  }
  return { authorities, certificate };
}

/** @throws KctlError `config` for a file that is named and cannot be read */
function withMore(found: ReturnType<typeof filesOf>, more: HostFiles | undefined): ReturnType<typeof filesOf> {
  if (!more) return found;
  const named = (path: string): string => {
    const text = readPem(path);
    if (text === undefined) throw new KctlError('config', `cannot read ${path}, which is named for a registry`);
    return text;
  };
  const { authorities = [], client } = more;
  return {
    authorities: [...found.authorities, ...authorities.map(named)],
    certificate: client ? { cert: named(client.cert), key: named(client.key) } : found.certificate,
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function readPem(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

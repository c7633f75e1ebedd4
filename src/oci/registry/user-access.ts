import type { RegistryAccess } from '../transfer/registry-access.ts';
import type { RegistryCredentials } from './credentials.ts';
import { DockerConfig } from './docker-config.ts';
import { RegistryHttp, type RegistryHttpOptions } from './http.ts';
import type { HostTrust, OnBroken, Route } from './mirrors/route.ts';
import { routeFiles } from './mirrors/user-routes.ts';

type Environment = Record<string, string | undefined>;

/** What the user has set of kctl itself for one registry. */
interface RegistrySetting {
  mirrors?: readonly string[] | undefined;
  insecure?: boolean | undefined;
  plainHttp?: boolean | undefined;
}

export interface UserWorld {
  env: Environment;
  signal: AbortSignal;
  /** `registries` of settings.json. */
  settings: Readonly<Record<string, RegistrySetting>>;
  /** Makes connections with proxies and authorities of the environment: `registryConnections`. */
  connections(
    env: Environment,
    isLoose: (host: string) => boolean,
    trust: (host: string) => HostTrust | undefined,
  ): Pick<RegistryHttpOptions, 'agentFor' | 'tlsFor'>;
  /** Told of files that are passed over; absent: pulls tell of them. */
  broken?: OnBroken;
  /** Hosts whose certificates are not looked at, and who may go without TLS, for this command. */
  insecure?: readonly string[];
  /** Those that are spoken to without TLS. */
  plain?: readonly string[];
  /** See `RegistryHttpOptions`. */
  plainHosts?: readonly string[];
  /** For one exchange, in ms. */
  timeoutMs?: number;
}

/** Registries as a user has them. */
export interface UserAccess extends RegistryAccess {
  config: DockerConfig;
  credentials(registry: string, repository: string): Promise<RegistryCredentials | undefined>;
  route(registry: string, repository: string): Route;
}

/**
 * Connections of the environment; mirrors and trust of the settings, else of containerd's, podman's and docker's files;
 * credentials of docker's and podman's files.
 */
export function userAccess(world: UserWorld): UserAccess {
  const { env, signal, settings, broken = () => {}, insecure = [], plain = [], plainHosts = [], timeoutMs } = world;
  const files = routeFiles(env, broken);
  const trust = (host: string) => files.map((file) => file.trust(host)).find(Boolean);
  const isLoose = (host: string): boolean =>
    insecure.includes(host) || (settings[host]?.insecure ?? trust(host)?.insecure) === true;
  const plainSet = Object.entries(settings).flatMap(([host, { plainHttp }]) => (plainHttp ? [host] : []));
  const http = new RegistryHttp({
    ...world.connections(env, isLoose, trust),
    ...{ mayBePlain: isLoose, plainHosts, onlyPlainHosts: [...plain, ...plainSet] },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  const config = new DockerConfig(env, signal);
  const route = (registry: string, repository: string): Route => {
    const { mirrors } = settings[registry] ?? {};
    if (mirrors) return { mirrors: mirrors.map((address) => ({ address: new URL(address) })) };
    return files.map((file) => file.route(registry, repository)).find(Boolean) ?? { mirrors: [] };
  };
  return { http, config, route, credentials: (registry, repository) => config.credentialsFor(registry, repository) };
}

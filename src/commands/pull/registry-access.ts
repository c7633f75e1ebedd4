import { registryConnections } from '../../kube/registry-agents.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { DockerConfig } from '../../oci/registry/docker-config.ts';
import { RegistryHttp } from '../../oci/registry/http.ts';
import type { HostTrust, Route } from '../../oci/registry/mirrors/route.ts';
import { routeFiles } from '../../oci/registry/mirrors/user-routes.ts';
import type { RegistryAccess } from '../../oci/transfer/registry-access.ts';
import { readRegistrySettings } from '../../settings/registries.ts';
import type { CommandContext, FlagSpec, FlagValues } from '../command.ts';

/** How a registry is spoken to, of all commands that speak to one. */
export const connectionFlags: readonly FlagSpec[] = [
  {
    name: 'insecure',
    type: 'bool',
    default: false,
    describe: 'Do not look at the certificate of the registry, and go without TLS where it has none.',
  },
  { name: 'plain-http', type: 'bool', default: false, describe: 'Speak to the registry without TLS.' },
];

export interface ConnectionOptions {
  insecure: boolean;
  plainHttp: boolean;
}

export const connectionOptions = (flags: FlagValues): ConnectionOptions => ({
  insecure: flags.insecure === true,
  plainHttp: flags['plain-http'] === true,
});

/** Between the first byte of a request and the last of a short answer, in ms. */
const EXCHANGE_MS = 30_000;

/**
 * Registries as the user has them: connections of the environment, mirrors of the settings and of other programs' files, credentials of docker's
 * and podman's files.
 * @param hosts those that the flags are for, as image names have them
 */
export function userRegistries(
  { io, signal }: Pick<CommandContext, 'io' | 'signal'>,
  hosts: readonly string[],
  { insecure, plainHttp }: ConnectionOptions,
): RegistryAccess & { http: RegistryHttp; config: DockerConfig } {
  const settings = readRegistrySettings(io.env);
  const named = (holds: (one: (typeof settings)[string]) => boolean | undefined): string[] =>
    Object.entries(settings).flatMap(([host, one]) => (holds(one) ? [host] : []));
  const files = routeFiles(io.env, (path, reason) => {
    io.stderr.write(`warning: ${escapeTerminal(path)} is passed over: ${escapeTerminal(reason)}\n`);
  });
  const trust = (host: string): HostTrust | undefined => {
    for (const file of files) {
      const found = file.trust(host);
      if (found) return found;
    }
    return undefined;
  };
  const isLoose = (host: string): boolean =>
    (insecure && hosts.includes(host)) || (settings[host]?.insecure ?? trust(host)?.insecure) === true;
  const plain = [...(plainHttp ? hosts : []), ...named((one) => one.plainHttp)];
  const http = new RegistryHttp({
    ...registryConnections(io.env, isLoose, trust),
    ...{ mayBePlain: isLoose, onlyPlainHosts: plain, timeoutMs: EXCHANGE_MS },
  });
  const config = new DockerConfig(io.env, signal);
  const route = (registry: string, repository: string): Route => {
    const { mirrors } = settings[registry] ?? {};
    if (mirrors) return { mirrors: mirrors.map((address) => ({ address: new URL(address) })) };
    for (const file of files) {
      const found = file.route(registry, repository);
      if (found) return found;
    }
    return { mirrors: [] };
  };
  return { http, config, route, credentials: (registry, repository) => config.credentialsFor(registry, repository) };
}

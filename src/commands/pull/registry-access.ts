import { registryConnections } from '../../kube/registry-agents.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { type UserAccess, userAccess } from '../../oci/registry/user-access.ts';
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
 * Registries as the user has them, with a warning for each file that is passed over.
 * @param hosts those that the flags are for, as image names have them
 */
export function userRegistries(
  { io, signal }: Pick<CommandContext, 'io' | 'signal'>,
  hosts: readonly string[],
  { insecure, plainHttp }: ConnectionOptions,
): UserAccess {
  return userAccess({
    ...{ env: io.env, signal, settings: readRegistrySettings(io.env), connections: registryConnections },
    ...{ insecure: insecure ? hosts : [], plain: plainHttp ? hosts : [], timeoutMs: EXCHANGE_MS },
    broken(path, reason) {
      io.stderr.write(`warning: ${escapeTerminal(path)} is passed over: ${escapeTerminal(reason)}\n`);
    },
  });
}

import { KctlError } from '../../lib/errors.ts';
import { loopbackAddress, namesOf } from '../../store/forwards/host-names.ts';
import { hostsPath, writeHostLines } from '../../store/forwards/hosts-file.ts';
import { listenTcp } from '../../store/forwards/local-listener.ts';
import type { ResolvedWish } from './resolve-wishes.ts';

export interface Loopback {
  address: string;
  /** For URLs: a name, or the address where names cannot be written. */
  host: string;
}

/**
 * Gives each wish a loopback address of its own, and writes names for them where that is allowed.
 * @param tell what could not be had, in a line
 * @returns undefined in the place of a wish whose address this machine does not have, and what takes the names away
 */
export async function giveNames(
  wishes: readonly ResolvedWish[],
  env: Record<string, string | undefined>,
  tell: (line: string) => void,
): Promise<{ loopbacks: (Loopback | undefined)[]; release(): Promise<void> }> {
  const taken = new Set<string>();
  const loopbacks: (Loopback & { names: readonly string[] })[] = [];
  for (const { target, cluster } of wishes) {
    const { name = '', namespace = '' } = target.object.metadata;
    const address = loopbackAddress({ context: cluster.contextName, namespace, name }, taken);
    if (!(await isOurs(address))) {
      tell(
        `${address} is no address of this machine, so names are left out. On macOS: sudo ifconfig lo0 alias ${address}`,
      );
      return { loopbacks: wishes.map(() => undefined), release: async () => {} };
    }
    taken.add(address);
    loopbacks.push({ address, host: address, names: namesOf({ name, namespace }) });
  }
  const path = hostsPath(env);
  try {
    await writeHostLines(path, withoutDoubles(loopbacks));
  } catch (error) {
    const hint = error instanceof KctlError ? error.hint : undefined;
    tell(`${(error as Error).message}${hint ? `\n${hint}` : ''}`);
    return { loopbacks, release: async () => {} };
  }
  return {
    loopbacks: loopbacks.map(({ address, names }) => ({ address, host: names[0] ?? address })),
    release: () => writeHostLines(path, []),
  };
}

/** A short name that two namespaces share belongs to the first. */
function withoutDoubles(loopbacks: readonly { address: string; names: readonly string[] }[]) {
  const seen = new Set<string>();
  return loopbacks
    .map(({ address, names }) => ({ address, names: names.filter((name) => !seen.has(name) && seen.add(name)) }))
    .filter(({ names }) => names.length > 0);
}

async function isOurs(address: string): Promise<boolean> {
  try {
    (await listenTcp(address, 0, (socket) => socket.destroy())).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') return false;
    throw error;
  }
}

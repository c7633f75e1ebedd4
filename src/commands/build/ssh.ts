import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { SshSource } from '../../oci/build/ssh/ssh-agents.ts';
import { checkKey, type SshKey } from '../../oci/build/ssh/ssh-keys.ts';

/**
 * `default`, `id=SOCKET`, `id=KEY,KEY`: without a path it is the agent of SSH_AUTH_SOCK.
 * @throws KctlError `usage`; `input` for files that cannot be read and keys that cannot be used
 */
export function readSsh(texts: readonly string[], { cwd, env }: IoStreams): Map<string, SshSource> {
  const found = new Map<string, SshSource>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const id = (equals < 0 ? text : text.slice(0, equals)) || 'default';
    if (found.has(id)) throw new KctlError('usage', `duplicate agent ID ${JSON.stringify(id)}`);
    const given = equals < 0 ? '' : text.slice(equals + 1);
    const path = given || env.SSH_AUTH_SOCK;
    if (!path) {
      throw new KctlError('usage', 'invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set', {
        hint: `Start an agent (eval $(ssh-agent)), or give a key: --ssh ${id}=FILE.`,
      });
    }
    found.set(id, sourceOf(given === '' ? [path] : path.split(','), cwd));
  }
  return found;
}

function sourceOf(paths: readonly string[], cwd: string): SshSource {
  const keys: SshKey[] = [];
  let socket: string | undefined;
  for (const name of paths) {
    const path = resolve(cwd, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) throw new KctlError('input', `stat ${name}: no such file or directory`);
    if (socket !== undefined) throw new KctlError('usage', 'only single socket allowed');
    if (stats.isSocket()) socket = path;
    else keys.push(readKey(name, path));
  }
  if (socket === undefined) return { keys };
  if (keys.length > 0) throw new KctlError('usage', 'invalid combination of keys and sockets');
  return { socket };
}

function readKey(name: string, path: string): SshKey {
  try {
    const key = { name, content: readFileSync(path) };
    checkKey(key);
    return key;
  } catch (cause) {
    if (cause instanceof KctlError) throw cause;
    throw new KctlError('input', `failed to read ${name}: ${(cause as Error).message}`, { cause });
  }
}

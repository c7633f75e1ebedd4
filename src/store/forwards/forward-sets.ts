import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';

/** Forwards that are started together. */
export interface ForwardSet {
  /** As `readForwardWishes` takes them, each with its namespace and context. */
  words: readonly string[];
  hostNames?: boolean;
  /** Its forwards begin with the dashboard, each when its context is opened. */
  autostart?: boolean;
}

/** Folder of all that kctl keeps about port-forwards. */
export function forwardsFolder(env: Record<string, string | undefined>): string {
  return join(dataHome(env), 'forwards');
}

const fileOf = (env: Record<string, string | undefined>): string => join(forwardsFolder(env), 'sets.json');

/** Saved sets by name. @throws KctlError `config` where the file cannot be read */
export function readForwardSets(env: Record<string, string | undefined>): Record<string, ForwardSet> {
  let text: string;
  try {
    text = readFileSync(fileOf(env), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    const { sets } = JSON.parse(text) as { sets: Record<string, ForwardSet> };
    for (const set of Object.values(sets)) if (!Array.isArray(set.words)) throw new TypeError('words is no list');
    return sets;
  } catch (error) {
    throw new KctlError('config', `${fileOf(env)} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

/** @param set undefined forgets it */
export function saveForwardSet(
  env: Record<string, string | undefined>,
  name: string,
  set: ForwardSet | undefined,
): void {
  const { [name]: _, ...others } = readForwardSets(env);
  mkdirSync(forwardsFolder(env), { recursive: true, mode: 0o700 });
  const sets = set ? { ...others, [name]: set } : others;
  replaceFile(fileOf(env), `${JSON.stringify({ version: 1, sets }, null, 2)}\n`);
}

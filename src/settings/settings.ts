import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { KctlError } from '../lib/errors.ts';
import { replaceFile } from '../lib/replace-file.ts';

type Environment = Record<string, string | undefined>;

/** What users have set of kctl itself: `settings.json`, which people may edit. Unknown fields stay. */
export interface Settings {
  /** Names of contexts, or patterns with `*` and `?`, in which changes ask for the name. */
  protected?: readonly string[];
  journal?: {
    /** False: no journal. */
    enabled?: boolean;
    /** False: values of secrets are left out, so that changes of secrets cannot be undone. */
    secrets?: boolean;
    /** Changes that are kept; default 500. */
    keep?: number;
    /** Days that a change is kept; default 30. */
    days?: number;
  };
}

/** `$KCTL_HOME/settings.json`, else in the folder for configuration (XDG Base Directory specification; `%APPDATA%`). */
export function settingsFile(env: Environment, platform: NodeJS.Platform = process.platform): string {
  if (env['KCTL_HOME']) return join(env['KCTL_HOME'], 'settings.json');
  const config =
    env['XDG_CONFIG_HOME'] || (platform === 'win32' && env['APPDATA']) || join(env['HOME'] || homedir(), '.config');
  return join(config, 'kctl', 'settings.json');
}

/** @throws KctlError `config` for a file that says nothing that can be used: a protection must not be lost in silence */
export function readSettings(env: Environment): Settings {
  const file = settingsFile(env);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw wrong(file, (error as Error).message, error);
  }
  try {
    const read: unknown = JSON.parse(text);
    checkSettings(read);
    return read;
  } catch (error) {
    throw wrong(file, (error as Error).message, error);
  }
}

function wrong(file: string, reason: string, cause: unknown): KctlError {
  return new KctlError('config', `the settings in ${file} cannot be read: ${reason}`, { cause });
}

function checkSettings(read: unknown): asserts read is Settings {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Error('an object is expected');
  const { protected: names, journal } = read as { protected?: unknown; journal?: unknown };
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
    throw new Error('"protected" has to be a list of names');
  }
  if (journal === undefined) return;
  if (typeof journal !== 'object' || journal === null) throw new Error('"journal" has to be an object');
  for (const [field, type] of journalFields) {
    const value = (journal as Record<string, unknown>)[field];
    if (value !== undefined && typeof value !== type) throw new Error(`"journal.${field}" has to be a ${type}`);
  }
}

const journalFields = [
  ['enabled', 'boolean'],
  ['secrets', 'boolean'],
  ['keep', 'number'],
  ['days', 'number'],
] as const;

/** @throws the error of the file system */
export function writeSettings(env: Environment, settings: Settings): void {
  const file = settingsFile(env);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${JSON.stringify(settings, null, 2)}\n`);
}

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';

/** Where the bundled registry keeps what is its own; its images are in the image store. */
export interface RegistryFiles {
  /** 0700 */
  dir: string;
  /** RegistryRecord as JSON, 0600. */
  record: string;
  /** Held by the running process; see shared/process-lock.ts. */
  lock: string;
  log: string;
}

/** What is remembered between starts, and how to reach it while it runs. */
export interface RegistryRecord {
  port: number;
  /** `http://127.0.0.1:5000` */
  url: string;
  /** Process of the last start; meaningful only while the lock is held. */
  pid: number;
  /** RFC 3339. */
  startedAt: string;
  version: string;
  /** Path of the file with users, where there is one. */
  auth?: string;
  /** The cluster whose process serves it, where one does. */
  cluster?: string;
  /** The one password, where one was made. */
  password?: string;
}

/** The one user of a password that was made. */
export const REGISTRY_USER = 'kctl';

export function registryFiles(env: Record<string, string | undefined>): RegistryFiles {
  const dir = join(dataHome(env), 'registry');
  return { dir, record: join(dir, 'registry.json'), lock: join(dir, 'lock'), log: join(dir, 'registry.log') };
}

/** @throws KctlError `config` */
export function makeRegistryDir({ dir }: RegistryFiles): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new KctlError('config', `cannot create ${dir}: ${(cause as Error).message}`, {
      hint: 'set KCTL_HOME to a folder that can be written',
      cause,
    });
  }
}

/** undefined where there is none or it cannot be read: the next start writes it anew. */
export function readRegistryRecord({ record }: RegistryFiles): RegistryRecord | undefined {
  try {
    return JSON.parse(readFileSync(record, 'utf8')) as RegistryRecord;
  } catch {
    return undefined;
  }
}

export function writeRegistryRecord(files: RegistryFiles, record: RegistryRecord): void {
  replaceFile(files.record, `${JSON.stringify(record, null, 2)}\n`);
}

import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataHome } from '../../lib/data-home.ts';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';

/** Name of the cluster that is used where nobody names one. */
export const DEFAULT_CLUSTER = 'kctl';

/** Where one bundled cluster keeps its files. */
export interface ClusterFiles {
  name: string;
  /** 0700; everything below belongs to this cluster. */
  dir: string;
  /** ClusterRecord as JSON. */
  record: string;
  /** Held by the running process; see shared/process-lock.ts. */
  lock: string;
  /** The emulator's own folder: database, keys, certificates. */
  dataDir: string;
  /** Admin kubeconfig, 0600. */
  kubeconfig: string;
  log: string;
}

/** What is remembered of a cluster between starts, and how to reach it while it runs. */
export interface ClusterRecord {
  port: number;
  url: string;
  /** IP address it listens on; absent in records of older versions, which knew only 127.0.0.1. */
  address?: string;
  nodes: number;
  seed: 'demo' | 'empty';
  /** Process of the last start; meaningful only while the lock is held. */
  pid: number;
  /** RFC 3339. */
  startedAt: string;
  version: string;
  /** What names of images begin with that are in the registry which its nodes pull from: `localhost:5000`. */
  registry?: string;
}

/** Paths of the cluster `name`. @throws KctlError `usage` when the name cannot be a folder or a context name */
export function clusterFiles(env: Record<string, string | undefined>, name: string): ClusterFiles {
  if (!/^[a-z0-9]([-a-z0-9]{0,51}[a-z0-9])?$/.test(name)) {
    throw new KctlError(
      'usage',
      `"${name}" cannot name a cluster: use lower-case letters, digits and "-", at most 53 characters`,
    );
  }
  const dir = join(dataHome(env), 'clusters', name);
  return {
    name,
    dir,
    record: join(dir, 'cluster.json'),
    lock: join(dir, 'lock'),
    dataDir: join(dir, 'data'),
    kubeconfig: join(dir, 'kubeconfig'),
    log: join(dir, 'emulator.log'),
  };
}

/** Makes the cluster's folder, closed to others. @throws KctlError `config` when it cannot be made */
export function makeClusterDir(files: ClusterFiles): void {
  try {
    mkdirSync(files.dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new KctlError('config', `cannot create ${files.dir}: ${(cause as Error).message}`, {
      hint: 'set KCTL_HOME to a folder that can be written',
      cause,
    });
  }
}

/** Names of all clusters that have a folder, sorted. */
export function clusterNames(env: Record<string, string | undefined>): string[] {
  try {
    return readdirSync(join(dataHome(env), 'clusters'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  } catch {
    return [];
  }
}

/** The record, or undefined where there is none or it cannot be read (a start writes it anew). */
export function readRecord(files: ClusterFiles): ClusterRecord | undefined {
  try {
    return JSON.parse(readFileSync(files.record, 'utf8')) as ClusterRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(files: ClusterFiles, record: ClusterRecord): void {
  writePrivate(files.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** Writes a file that only its owner may read, in one step: readers see the old or the new content. */
export function writePrivate(path: string, content: string): void {
  try {
    replaceFile(path, content);
  } catch (cause) {
    throw new KctlError('config', `cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The context, cluster and user name in the kubeconfig of the cluster `name`. */
export function contextNameOf(name: string): string {
  return name === DEFAULT_CLUSTER ? name : `${DEFAULT_CLUSTER}-${name}`;
}

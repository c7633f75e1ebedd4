import { existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { fileError } from './file-error.ts';
import type { ClusterEntry, ContextEntry, Kubeconfig, KubeconfigFile, Owned, UserEntry } from './model.ts';
import { parseKubeconfig } from './parse.ts';

export interface LoadOptions {
  env: Record<string, string | undefined>;
  cwd?: string;
  /** `--kubeconfig`: then only this file counts, and it must exist. */
  kubeconfig?: string;
  /** For verbs that edit kubeconfig: a file that `--kubeconfig` names may be made by them. */
  mayBeMissing?: boolean;
  /** For verbs that show and edit kubeconfig: paths stay as the files have them. */
  keepPaths?: boolean;
}

/** The files kubectl would read, absolute and as the user wrote them, in order: `--kubeconfig`, else `$KUBECONFIG`, else `~/.kube/config`. */
function kubeconfigFiles(options: LoadOptions): { files: string[]; shown: string[]; explicit: boolean } {
  const absolute = (file: string) => (options.cwd ? resolve(options.cwd, file) : resolve(file));
  if (options.kubeconfig) {
    return { files: [absolute(options.kubeconfig)], shown: [options.kubeconfig], explicit: true };
  }
  const listed = (options.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) {
    const shown = new Map(listed.toReversed().map((file) => [absolute(file), file]));
    const files = [...new Set(listed.map(absolute))];
    return { files, shown: files.map((file) => shown.get(file)!), explicit: false };
  }
  const own = join(userHome(options.env), '.kube', 'config');
  return { files: [own], shown: [own], explicit: false };
}

/** `$HOME` (`%USERPROFILE%` on Windows), where kubectl keeps `.kube`. */
export function userHome(env: Record<string, string | undefined>): string {
  return (process.platform === 'win32' ? env.USERPROFILE : env.HOME) || process.getBuiltinModule('node:os').homedir();
}

/** True when a file of the search path exists and holds something. */
export function hasKubeconfig(options: LoadOptions): boolean {
  const { files, explicit } = kubeconfigFiles(options);
  return explicit || files.some((file) => existsSync(file) && statSync(file).size > 0);
}

/**
 * Reads and merges the search path (client-go, `ClientConfigLoadingRules.Load`): missing files are
 * skipped unless `--kubeconfig` names them; for every name and scalar the first file wins.
 * @throws KctlError `config` for a file that cannot be read
 */
export async function loadKubeconfig(options: LoadOptions): Promise<Kubeconfig> {
  const { files, shown, explicit } = kubeconfigFiles(options);
  const mustExist = explicit && options.mayBeMissing !== true;
  const merged: Kubeconfig = {
    files,
    shown,
    explicit,
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    currentContext: '',
    currentContextFile: undefined,
    preferences: {},
    extensions: [],
  };
  for (const [at, file] of files.entries()) {
    const content = readKubeconfigFile(file, shown[at]!, mustExist);
    if (content !== undefined)
      mergeFile(merged, await parseKubeconfig(content, shown[at]!), file, options.keepPaths === true);
  }
  return merged;
}

/** Read at once, not by promise: loading `fs/promises` costs more than reading the file. */
function readKubeconfigFile(file: string, shown: string, mustExist: boolean): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (!mustExist) return undefined;
      throw new KctlError('config', fileError(error, 'stat', shown), { cause: error });
    }
    const operation = code === 'EISDIR' ? 'read' : 'open';
    throw new KctlError('config', `error loading config file "${shown}": ${fileError(error, operation, shown)}`, {
      cause: error,
    });
  }
}

function mergeFile(merged: Kubeconfig, content: KubeconfigFile, file: string, keepPaths: boolean): void {
  for (const { name, cluster } of content.clusters)
    addFirst(merged.clusters, name, keepPaths ? cluster : resolveClusterPaths(cluster, file), file);
  for (const { name, user } of content.users)
    addFirst(merged.users, name, keepPaths ? user : resolveUserPaths(user, file), file);
  for (const { name, context } of content.contexts) addFirst<ContextEntry>(merged.contexts, name, context, file);
  if (merged.currentContext === '' && content.currentContext !== '') {
    merged.currentContext = content.currentContext;
    merged.currentContextFile = file;
  }
  for (const extension of content.extensions) {
    if (!merged.extensions.some((known) => known.name === extension.name)) merged.extensions.push(extension);
  }
  if (Object.keys((merged.preferences ?? {}) as object).length === 0) merged.preferences = content.preferences;
}

function addFirst<T>(map: Map<string, Owned<T>>, name: string, value: T, file: string): void {
  if (!map.has(name)) map.set(name, { value, file });
}

function beside(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}

function resolveClusterPaths(cluster: ClusterEntry, file: string): ClusterEntry {
  const ca = cluster['certificate-authority'];
  return ca ? { ...cluster, 'certificate-authority': beside(file, ca) } : cluster;
}

function resolveUserPaths(user: UserEntry, file: string): UserEntry {
  const resolved: UserEntry = { ...user };
  for (const field of ['client-certificate', 'client-key', 'tokenFile'] as const) {
    const path = user[field];
    if (path) resolved[field] = beside(file, path);
  }
  const command = user.exec?.command;
  // A bare name is looked up on PATH; only a path counts from the file.
  if (user.exec && command && /[/\\]/.test(command)) resolved.exec = { ...user.exec, command: beside(file, command) };
  return resolved;
}

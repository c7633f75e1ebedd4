import { readFileSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { fileError } from './file-error.ts';
import type { ClusterEntry, Kubeconfig, Owned, UserEntry } from './model.ts';

/**
 * The configuration with the content of every certificate and key file in place of its path (paths are absolute
 * after loading). Token files stay files: their content changes.
 * @throws KctlError `config` for a file that cannot be read, and where both path and data are given
 */
export function flattenKubeconfig(config: Kubeconfig): Kubeconfig {
  return {
    ...config,
    clusters: mapValues(config.clusters, (cluster) => flattened<ClusterEntry>(cluster, ['certificate-authority'])),
    users: mapValues(config.users, (user) => flattened<UserEntry>(user, ['client-certificate', 'client-key'])),
  };
}

function flattened<T extends ClusterEntry | UserEntry>(entry: T, fields: readonly (keyof T & string)[]): T {
  const flat: Record<string, unknown> = { ...entry };
  for (const field of fields) {
    const path = entry[field];
    if (typeof path !== 'string' || path === '') continue;
    const data = `${field}-data`;
    if (flat[data]) throw new KctlError('config', 'cannot have values for both path and contents');
    flat[data] = contentOf(path);
    delete flat[field];
  }
  return flat as T;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path).toString('base64');
  } catch (error) {
    throw new KctlError('config', fileError(error, 'open', path), { cause: error });
  }
}

function mapValues<T>(map: Map<string, Owned<T>>, change: (value: T) => T): Map<string, Owned<T>> {
  return new Map([...map].map(([name, owned]) => [name, { ...owned, value: change(owned.value) }]));
}

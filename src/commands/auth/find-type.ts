import type { ResourceInfo } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';

/** What a word for a type means; undefined for `*` and for what is served nowhere. */
export async function findType(type: string, { discovery }: Cluster): Promise<ResourceInfo | undefined> {
  if (type === '*') return undefined;
  try {
    return await discovery.resolve(type.toLowerCase());
  } catch (error) {
    if (error instanceof KctlError && error.code === 'input') return undefined;
    throw error;
  }
}

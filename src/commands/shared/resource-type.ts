import type { ResourceInfo } from '../../api/resource.ts';
import type { Discovery } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';

/**
 * A type that a verb asks for by itself, not among its resource arguments: kubectl then has other words for
 * one that is not there.
 * @throws KctlError `input`
 */
export async function resolveType(type: string, discovery: Discovery): Promise<ResourceInfo> {
  try {
    return await discovery.resolve(type);
  } catch (error) {
    if (!(error instanceof KctlError) || error.code !== 'input') throw error;
    const [word = '', ...group] = type.split('.');
    const message = `the server doesn't have a resource type "${word}"${group.length > 0 ? ` in group "${group.join('.')}"` : ''}`;
    throw new KctlError('input', message, { prefix: '', cause: error });
  }
}

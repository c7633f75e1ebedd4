import type { KubeObject } from '../../../api/meta.ts';
import { builtinGroupVersions } from '../../../api/resources.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { readOwnership } from '../../../kube/ownership.ts';
import { KctlError } from '../../../lib/errors.ts';
import { kindName } from '../names.ts';

const mostNamed = 50;

/**
 * What goes with a custom object, by name, so that its undoing can say what it does not bring back. What Kubernetes'
 * own kinds own is made again by their controllers, and is not looked for: it would take a list of every type.
 * @returns undefined where that is so, and where it cannot be read
 */
export async function dependentsOf(
  { apiVersion, metadata }: KubeObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const [group = ''] = apiVersion.split('/', 1);
  const isBuiltin = !apiVersion.includes('/') || builtinGroupVersions().some((one) => one.group === group);
  if (isBuiltin || metadata.uid === undefined) return undefined;
  try {
    const namespaces = metadata.namespace === undefined ? undefined : [metadata.namespace];
    const ownership = await readOwnership(cluster, { ...(namespaces && { namespaces }), signal });
    const found = new Map<string, string>();
    const open = [metadata.uid];
    for (const uid of open) {
      for (const child of ownership.children(uid)) {
        const { uid: own = '', name } = child.metadata;
        if (found.has(own)) continue;
        found.set(own, `${kindName(child.resource)}/${name}`);
        open.push(own);
      }
    }
    return [...found.values()].slice(0, mostNamed);
  } catch (error) {
    if (error instanceof KctlError) return undefined;
    throw error;
  }
}

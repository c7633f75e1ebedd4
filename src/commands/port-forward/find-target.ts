import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type ForwardTarget, targetOf } from '../../store/forwards/target.ts';

/** Reads `TYPE/NAME`, or a bare name for a pod, and finds the pods behind it. */
export async function findTarget(word: string, cluster: Cluster): Promise<ForwardTarget> {
  const [type, name, ...rest] = word.includes('/') ? word.split('/') : ['pods', word];
  if (rest.length > 0 || !type || !name) {
    throw new KctlError('usage', 'arguments in resource/name form must have a single resource and name');
  }
  const resource = await cluster.discovery.resolve(type);
  const path = resourcePath(resource, { namespace: cluster.namespace, name });
  return targetOf(resource, await cluster.transport.json<KubeObject>({ method: 'GET', path }));
}

import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { parseApiVersion } from '../../api/resource.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type LabelSelectorObject, selectorOf, selectorOfMap } from '../../lib/label-selector.ts';
import { byActivity } from './pod-order.ts';

/** How often a workload without pods is looked at again, in ms. */
const podPollInterval = 500;

const selecting = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Deployment', 'Job']);

/** How Go calls the object's type in messages. */
function goType({ apiVersion, kind }: KubeObject): string {
  return `*${parseApiVersion(apiVersion).version}.${kind}`;
}

/** The label selector of the pods behind a workload or service. @throws KctlError in kubectl's words, after `${cannot} ` */
export function podSelectorOf(object: KubeObject, cannot: string): string {
  const selector = object.spec?.selector as LabelSelectorObject | Record<string, string> | undefined;
  const wrong = (why: string) => new KctlError('usage', `${cannot} ${goType(object)}: ${why}`);
  if (selecting.has(object.kind)) return selectorOf((selector ?? {}) as LabelSelectorObject).toString();
  if (object.kind === 'ReplicationController')
    return selectorOfMap((selector ?? {}) as Record<string, string>).toString();
  if (object.kind !== 'Service') throw wrong(`selector for ${goType(object)} not implemented`);
  if (Object.keys(selector ?? {}).length === 0) {
    throw wrong(`invalid service '${object.metadata.name}': Service is defined without a selector`);
  }
  return selectorOfMap(selector as Record<string, string>).toString();
}

/**
 * The pods with these labels in the given order; a workload that was just made may have none yet, and
 * they are waited for.
 * @param timeout in ms
 */
export async function podsBehind(
  cluster: Cluster,
  { namespace, labelSelector }: { namespace: string; labelSelector: string },
  order: (a: V1Pod, b: V1Pod) => number,
  timeout: number,
  signal: AbortSignal,
): Promise<V1Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const waits = Math.ceil(timeout / podPollInterval);
  for (let wait = 0; ; wait++) {
    const list = await cluster.transport.json<KubeList>({ method: 'GET', path, query: { labelSelector }, signal });
    const pods = list.items as unknown as V1Pod[];
    if (pods.length > 0) return pods.sort(order);
    if (wait >= waits) throw new KctlError('api', 'timed out waiting for the condition');
    await delay(podPollInterval, undefined, { signal });
  }
}

/** The pod that exec, attach and port-forward mean by an object: itself, or the most active one behind it. */
export async function attachablePod(
  object: KubeObject,
  cluster: Cluster,
  timeout: number,
  signal: AbortSignal,
): Promise<KubeObject> {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') return object;
  const labelSelector = podSelectorOf(object, 'cannot attach to');
  const namespace = object.metadata.namespace ?? cluster.namespace;
  const [pod] = await podsBehind(cluster, { namespace, labelSelector }, byActivity, timeout, signal);
  return pod as unknown as KubeObject;
}

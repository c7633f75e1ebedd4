import type { KubeList, KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { watchLines } from '../../kube/watch.ts';
import { KctlError } from '../../lib/errors.ts';

/** True where there is nothing more to wait for. */
type Condition = (pod: KubeObject) => boolean;

export const podHasEnded: Condition = ({ status }) => ['Succeeded', 'Failed'].includes(status?.phase);

/** Ready, or past it. */
export const podIsReady: Condition = (pod) => {
  if (podHasEnded(pod)) return true;
  if (pod.status?.phase !== 'Running') return false;
  const conditions = (pod.status.conditions ?? []) as { type: string; status: string }[];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
};

export const podHasSucceeded: Condition = ({ status }) => status?.phase === 'Succeeded';

/**
 * The pod as soon as `until` holds of it. The watch is taken up again where a server ends it.
 * @throws KctlError after `timeout` ms, and an ApiStatusError `NotFound` when the pod is deleted
 */
export async function waitForPod(
  cluster: Cluster,
  { metadata: { name = '', namespace = cluster.namespace } }: KubeObject,
  until: Condition,
  { timeout, signal }: { timeout: number; signal: AbortSignal },
): Promise<KubeObject> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  const fieldSelector = `metadata.name=${name}`;
  const late = AbortSignal.timeout(Math.min(timeout, 2 ** 31 - 1));
  const either = AbortSignal.any([signal, late]);
  try {
    for (;;) {
      const request = { method: 'GET', path, query: { fieldSelector }, signal: either } as const;
      const list = await cluster.transport.json<KubeList>(request);
      const [pod] = list.items;
      const known = pod && { ...pod, apiVersion: 'v1', kind: 'Pod' };
      if (known && until(known)) return known;
      const query = { fieldSelector, resourceVersion: list.metadata.resourceVersion };
      for await (const { type, object } of watchLines(cluster.transport, { path, query, signal: either, timeout: 0 })) {
        if (type === 'DELETED') throw gone();
        if (type === 'ERROR') break;
        if (type !== 'BOOKMARK' && until(object)) return object;
      }
    }
  } catch (error) {
    if (!late.aborted || signal.aborted) throw error;
    throw new KctlError('api', 'timed out waiting for the condition');
  }
}

function gone(): ApiStatusError {
  const message = 'pods "" not found';
  const details = { name: '', kind: 'pods' };
  return new ApiStatusError({
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
    ...{ message, reason: 'NotFound', details, code: 404 },
  });
}

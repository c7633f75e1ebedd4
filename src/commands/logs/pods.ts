import type { V1Pod } from '@kubernetes/client-node';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { CommandContext } from '../command.ts';
import { readOneObject } from '../shared/one-object.ts';
import { byLogging } from '../shared/pod-order.ts';
import { podSelectorOf, podsBehind } from '../shared/workload-pods.ts';
import type { LogsOptions } from './options.ts';

/** The pods whose logs are meant: the named one, those with the label, or those of a workload. */
export async function findPods(options: LogsOptions, cluster: Cluster, context: CommandContext): Promise<V1Pod[]> {
  const { args, selector, allPods, podRunningTimeout } = options;
  if (selector !== '') {
    const pods = await listPods(cluster, selector, context.signal);
    if (pods.length === 0) context.io.stderr.write(`No resources found in ${cluster.namespace} namespace.\n`);
    return pods;
  }
  const object = await readObject(args[0]!, cluster, context);
  if (object.kind === 'Pod' && object.apiVersion === 'v1') return [object as unknown as V1Pod];

  const labelSelector = podSelectorOf(object, 'cannot get the logs from');
  const where = { namespace: object.metadata.namespace ?? cluster.namespace, labelSelector };
  const pods = await podsBehind(cluster, where, byLogging, podRunningTimeout, context.signal);
  if (allPods) return pods;
  if (pods.length > 1) {
    context.io.stderr.write(`Found ${pods.length} pods, using pod/${pods[0]!.metadata?.name}\n`);
  }
  return pods.slice(0, 1);
}

async function readObject(word: string, cluster: Cluster, context: CommandContext): Promise<KubeObject> {
  try {
    return await readOneObject([word], cluster, context);
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
    throw new KctlError('api', `error from server (NotFound): ${error.message} in namespace "${cluster.namespace}"`, {
      cause: error,
    });
  }
}

async function listPods(cluster: Cluster, labelSelector: string, signal: AbortSignal): Promise<V1Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(cluster.namespace)}/pods`;
  const list = await cluster.transport.json<KubeList>({ method: 'GET', path, query: { labelSelector }, signal });
  return list.items as unknown as V1Pod[];
}

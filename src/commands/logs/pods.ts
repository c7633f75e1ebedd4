import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { KubeList, KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { type LabelSelectorObject, selectorOf } from '../../lib/label-selector.ts';
import type { CommandContext } from '../command.ts';
import { resolveResourceArguments } from '../shared/resource-args.ts';
import type { LogsOptions } from './options.ts';

/** How often a workload without pods is looked at again, in ms. */
const podPollInterval = 500;

/** The pods whose logs are meant: the named one, those with the label, or those of a workload. */
export async function findPods(options: LogsOptions, cluster: Cluster, context: CommandContext): Promise<V1Pod[]> {
  const { args, selector, allPods } = options;
  if (selector !== '') {
    const pods = await listPods(cluster, selector, context.signal);
    if (pods.length === 0) context.io.stderr.write(`No resources found in ${cluster.namespace} namespace.\n`);
    return pods;
  }
  const { resource, name } = await readArgument(args[0]!, cluster, context);
  const object = await readObject(resource, name, cluster, context.signal);
  if (resource.plural === 'pods' && resource.group === '') return [object as unknown as V1Pod];

  const pods = await podsOfWorkload(resource, object, options, cluster, context.signal);
  pods.sort(byLogging);
  if (allPods) return pods;
  if (pods.length > 1) {
    context.io.stderr.write(`Found ${pods.length} pods, using pod/${pods[0]!.metadata?.name}\n`);
  }
  return pods.slice(0, 1);
}

/** `web` is a pod, `deploy/web` what it says. */
async function readArgument(word: string, cluster: Cluster, { tool }: CommandContext) {
  const tuple = word.includes('/') ? word : `pods/${word}`;
  const { targets } = await resolveResourceArguments([tuple], cluster.discovery, tool);
  return { resource: targets[0]!.resource, name: targets[0]!.names[0]! };
}

async function readObject(
  resource: ResourceInfo,
  name: string,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject> {
  try {
    const path = resourcePath(resource, { namespace: cluster.namespace, name });
    return await cluster.transport.json<KubeObject>({ method: 'GET', path, signal });
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error;
    throw new KctlError('api', `error from server (NotFound): ${error.message} in namespace "${cluster.namespace}"`, {
      cause: error,
    });
  }
}

/** A workload that was just made may have no pods yet; they are waited for. */
async function podsOfWorkload(
  resource: ResourceInfo,
  object: KubeObject,
  { podRunningTimeout }: LogsOptions,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<V1Pod[]> {
  const selector = workloadSelector(resource, object);
  const waits = Math.ceil(podRunningTimeout / podPollInterval);
  for (let wait = 0; ; wait++) {
    const pods = await listPods(cluster, selector, signal);
    if (pods.length > 0) return pods;
    if (wait >= waits) throw new KctlError('api', 'timed out waiting for the condition');
    await delay(podPollInterval, undefined, { signal });
  }
}

/** Services and replication controllers have plain labels, the other workloads a label selector. */
function workloadSelector({ kind }: ResourceInfo, object: KubeObject): string {
  const selector = object.spec?.selector as LabelSelectorObject | Record<string, string> | undefined;
  if (typeof selector !== 'object' || selector === null) {
    throw new KctlError('usage', `cannot get the logs from ${kind} "${object.metadata.name}": it selects no pods`);
  }
  const structured = 'matchLabels' in selector || 'matchExpressions' in selector;
  return selectorOf((structured ? selector : { matchLabels: selector }) as LabelSelectorObject).toString();
}

async function listPods(cluster: Cluster, labelSelector: string, signal: AbortSignal): Promise<V1Pod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(cluster.namespace)}/pods`;
  const list = await cluster.transport.json<KubeList>({ method: 'GET', path, query: { labelSelector }, signal });
  return list.items as unknown as V1Pod[];
}

/** client-go's order for logs: assigned, running, ready for longest, most restarts, oldest. */
export function byLogging(a: V1Pod, b: V1Pod): number {
  for (const rank of logRanks) {
    const difference = rank(a) - rank(b);
    if (difference !== 0) return difference;
  }
  return 0;
}

const logRanks: readonly ((pod: V1Pod) => number)[] = [
  (pod) => (pod.spec?.nodeName ? 0 : 1),
  (pod) => ({ Unknown: 1, Pending: 2 })[pod.status?.phase ?? ''] ?? 0,
  (pod) => (readyCondition(pod)?.status === 'True' ? 0 : 1),
  (pod) => timeRank(readyCondition(pod)?.lastTransitionTime),
  (pod) => -Math.max(0, ...(pod.status?.containerStatuses ?? []).map(({ restartCount }) => restartCount)),
  (pod) => timeRank(pod.metadata?.creationTimestamp),
];

function readyCondition(pod: V1Pod) {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Earlier is smaller; no time comes last. JSON has text where the generated type says Date. */
function timeRank(time: Date | undefined): number {
  const milliseconds = time === undefined ? Number.NaN : new Date(time).getTime();
  return Number.isNaN(milliseconds) ? Number.MAX_SAFE_INTEGER : milliseconds;
}

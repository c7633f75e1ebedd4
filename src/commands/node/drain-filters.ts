import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { DrainOptions } from './drain-options.ts';

/** What is to become of one pod of a node that is drained. */
interface PodVerdict {
  goes: boolean;
  /** Why it goes all the same, or why it does not. */
  warning?: string;
  /** Why nothing can go. */
  error?: string;
}

interface FilterContext {
  options: DrainOptions;
  cluster: Cluster;
  signal: AbortSignal;
}

type PodFilter = (pod: KubeObject, context: FilterContext) => PodVerdict | Promise<PodVerdict>;

const goes: PodVerdict = { goes: true };

/** In kubectl's order. The first that keeps a pod decides; of several remarks on one pod only the last counts. */
const filters: readonly PodFilter[] = [
  (pod, { options, cluster }) => (isLongDeleted(pod, options, cluster) ? { goes: false } : goes),
  ofDaemonSet,
  // What the kubelet runs from a file comes back at once.
  ({ metadata }) => (metadata.annotations?.['kubernetes.io/config.mirror'] === undefined ? goes : { goes: false }),
  (pod, { options }) => {
    const volumes: readonly { emptyDir?: unknown }[] = pod.spec?.volumes ?? [];
    if (!volumes.some(({ emptyDir }) => emptyDir) || hasEnded(pod)) return goes;
    return options.deleteEmptyDirData
      ? { goes: true, warning: 'deleting Pods with local storage' }
      : { goes: false, error: 'Pods with local storage (use --delete-emptydir-data to override)' };
  },
  (pod, { options }) => {
    if (hasEnded(pod) || controllerOf(pod)) return goes;
    return options.force
      ? { goes: true, warning: 'deleting Pods that declare no controller' }
      : { goes: false, error: 'cannot delete Pods that declare no controller (use --force to override)' };
  },
];

/** Orphans of a daemon set that is gone can be taken by force. */
async function ofDaemonSet(pod: KubeObject, { options, cluster, signal }: FilterContext): Promise<PodVerdict> {
  const controller = controllerOf(pod);
  if (controller?.kind !== 'DaemonSet' || hasEnded(pod)) return goes;
  const [namespace, name] = [pod.metadata.namespace ?? '', controller.name].map(encodeURIComponent);
  try {
    const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`;
    await cluster.transport.json({ method: 'GET', path, signal });
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    return isApiError(error, 'NotFound') && options.force
      ? { goes: true, warning: error.message }
      : { goes: false, error: error.message };
  }
  return options.ignoreDaemonSets
    ? { goes: false, warning: 'ignoring DaemonSet-managed Pods' }
    : { goes: false, error: 'DaemonSet-managed Pods (use --ignore-daemonsets to ignore)' };
}

function controllerOf({ metadata }: KubeObject) {
  return metadata.ownerReferences?.find(({ controller }) => controller);
}

function hasEnded({ status }: KubeObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** `--skip-wait-for-delete-timeout` */
export function isLongDeleted(
  { metadata }: KubeObject,
  { skipWaitForDelete }: DrainOptions,
  cluster: Cluster,
): boolean {
  if (skipWaitForDelete <= 0 || !metadata.deletionTimestamp) return false;
  const seconds = Math.trunc((cluster.transport.now() - Date.parse(metadata.deletionTimestamp)) / 1000);
  return seconds > skipWaitForDelete;
}

export interface SortedPods {
  /** To be evicted or deleted. */
  pods: readonly KubeObject[];
  /** `ignoring DaemonSet-managed Pods: kube-system/a, kube-system/b`; '' for none. */
  warnings: string;
  /** One sentence per reason why the node cannot be drained. */
  errors: readonly string[];
}

export async function sortPods(pods: readonly KubeObject[], context: FilterContext): Promise<SortedPods> {
  const leaving: KubeObject[] = [];
  const warnings = new Map<string, string[]>();
  const errors = new Map<string, string[]>();
  const note = (notes: Map<string, string[]>, text: string, { metadata }: KubeObject) => {
    notes.set(text, [...(notes.get(text) ?? []), `${metadata.namespace}/${metadata.name}`]);
  };
  for (const pod of pods) {
    const verdict = await judgePod(pod, context);
    if (verdict.goes) leaving.push(pod);
    if (verdict.warning !== undefined) note(warnings, verdict.warning, pod);
    if (verdict.error !== undefined) note(errors, verdict.error, pod);
  }
  return {
    pods: leaving,
    warnings: [...warnings].map(([text, names]) => `${text}: ${names.join(', ')}`).join('; '),
    errors: [...errors].map(([text, names]) => `cannot delete ${text}: ${names.join(', ')}`),
  };
}

/** What one pod's filters say together. */
export async function judgePod(pod: KubeObject, context: FilterContext): Promise<PodVerdict> {
  let verdict = goes;
  for (const filter of filters) {
    verdict = await filter(pod, context);
    if (!verdict.goes) break;
  }
  return verdict;
}

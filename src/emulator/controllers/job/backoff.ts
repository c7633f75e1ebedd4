import type { KubeObject } from '../../../api/meta.ts';

const FIRST_MS = 10_000;
const LONGEST_MS = 600_000;

/** The failures of a job since its last success. */
export interface Backoff {
  failures: number;
  lastFailureMs: number | undefined;
}

interface ContainerStatus {
  name: string;
  state?: { terminated?: { finishedAt?: string } };
}

/** The latest end of the containers and sidecars; undefined while one of them runs. */
function containersEnded(pod: KubeObject): number | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod['status'] ?? {};
  const sidecars = new Set<string>();
  for (const { name, restartPolicy } of pod['spec']?.initContainers ?? []) {
    if (restartPolicy === 'Always') sidecars.add(name);
  }
  const statuses: ContainerStatus[] = [
    ...containerStatuses,
    ...initContainerStatuses.filter(({ name }: ContainerStatus) => sidecars.has(name)),
  ];
  const ends = statuses.map(({ state }) => Date.parse(state?.terminated?.finishedAt ?? ''));
  return ends.length === 0 || ends.some(Number.isNaN) ? undefined : Math.max(...ends);
}

/**
 * When a pod ended (ms): its last container's end, else when it ceased to be ready, else when its deletion was asked
 * for (kubernetes job controller getFinishedTime).
 */
export function finishedAt(pod: KubeObject): number {
  const ended = containersEnded(pod);
  if (ended !== undefined) return ended;
  const conditions: { type: string; status: string; lastTransitionTime?: string }[] = pod['status']?.conditions ?? [];
  const unready = conditions.find(({ type, status }) => type === 'Ready' && status === 'False');
  if (unready?.lastTransitionTime) return Date.parse(unready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp = '' } = pod.metadata;
  if (deletionTimestamp) return Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return Date.parse(creationTimestamp);
}

/** The record after pods that were not known to have ended before: a success forgets the failures up to it. */
export function nextBackoff(record: Backoff, succeeded: readonly KubeObject[], failed: readonly KubeObject[]): Backoff {
  if (succeeded.length + failed.length === 0) return record;
  const ends = failed.map(finishedAt);
  if (succeeded.length === 0) return { failures: record.failures + ends.length, lastFailureMs: Math.max(...ends) };
  const lastSuccess = Math.max(...succeeded.map(finishedAt));
  const since = ends.filter((end) => end > lastSuccess);
  return { failures: since.length, lastFailureMs: since.length > 0 ? Math.max(...since) : undefined };
}

/** How long a replacement still has to wait: 10 s after the first failure, then twice as long each time, 10 min at most. */
export function waitAfter({ failures, lastFailureMs }: Backoff, nowMs: number): number {
  if (failures === 0 || lastFailureMs === undefined) return 0;
  const delay = Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  return Math.max(lastFailureMs + delay - nowMs, 0);
}

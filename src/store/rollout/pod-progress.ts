import type { KubeObject } from '../../api/meta.ts';
import { conditionOf } from './conditions.ts';
import { type ContainerNode, type ContainerStatus, containersOf } from './containers.ts';
import { type PodPull, podPulls } from './pod-pulls.ts';
import { type PodStep, podSteps } from './pod-steps.ts';
import { type Notice, noticeOf, type RolloutState } from './state.ts';

/** How far a pod has come, in the order in which pods come there; the last three are ends. */
export type PodStage =
  | 'pending'
  | 'scheduled'
  | 'pulling'
  | 'init'
  | 'starting'
  | 'started'
  | 'ready'
  | 'terminating'
  | 'succeeded'
  | 'failed';

export interface PodNode {
  name: string;
  uid: string;
  /** '' until it is scheduled. */
  node: string;
  stage: PodStage;
  /** When each stage was reached (RFC 3339), as far as the pod and its events tell. */
  reached: Readonly<Partial<Record<PodStage, string>>>;
  createdAt: string;
  readyContainers: number;
  restarts: number;
  containers: readonly ContainerNode[];
  /** What it went through, and how its images came; empty of pods that are not the rollout's new ones. */
  steps: readonly PodStep[];
  pulls: readonly PodPull[];
}

/**
 * Reads a pod's progress off its conditions, its containers' states and the latest events about it.
 * @param timed whether its time line is wanted: of `now` (ms), with the workload's `minReadySeconds`
 */
export function podProgress(
  pod: KubeObject,
  state: RolloutState,
  timed?: { now: number; minReadyMs: number },
): PodNode {
  const uid = pod.metadata.uid ?? '';
  const containers = containersOf(pod).map((container) =>
    begun(container, noticeOf(state, uid, ['Started'], container.name)),
  );
  const main = containers.filter((container) => !container.init);
  const pulling = noticeOf(state, uid, ['Pulling']);
  const pulled = noticeOf(state, uid, ['Pulled']);
  const pulls = timed ? podPulls(pod, state, timed.now) : [];
  const isPulling = pulling !== undefined && (pulled === undefined || pulled.at < pulling.at);
  return {
    name: pod.metadata.name ?? '',
    uid,
    node: pod.spec?.nodeName ?? '',
    stage: stageOf(pod, containers, { isPulling, isPulled: pulled !== undefined }),
    reached: reachedStages(pod, pulling),
    createdAt: pod.metadata.creationTimestamp ?? '',
    readyContainers: main.filter((container) => container.ready).length,
    restarts: main.reduce((sum, container) => sum + container.restarts, 0),
    containers,
    steps: timed ? podSteps(pod, containers, pulls, timed) : [],
    pulls,
  };
}

/** Of a container that was started again the status forgets when it was started first; its events may not. */
function begun(container: ContainerNode, started: Notice | undefined): ContainerNode {
  const first = started ? Date.parse(started.since) : Number.NaN;
  const { firstStartAt } = container;
  return firstStartAt !== undefined && first < firstStartAt ? { ...container, firstStartAt: first } : container;
}

function isTrue(pod: KubeObject, type: string): boolean {
  return conditionOf(pod, type)?.status === 'True';
}

function stageOf(
  pod: KubeObject,
  containers: readonly ContainerNode[],
  { isPulling, isPulled }: { isPulling: boolean; isPulled: boolean },
): PodStage {
  if (pod.metadata.deletionTimestamp) return 'terminating';
  if (pod.status?.phase === 'Failed') return 'failed';
  if (pod.status?.phase === 'Succeeded') return 'succeeded';
  if (isTrue(pod, 'Ready')) return 'ready';
  const main = containers.filter((container) => !container.init);
  if (main.some((container) => container.state === 'running')) return 'started';
  if (main.some((container) => container.restarts > 0)) return 'starting';
  if (!pod.spec?.nodeName) return 'pending';
  if (isPulling || containers.some((container) => /^ErrImage|^ImagePull/.test(container.reason))) return 'pulling';
  if (containers.some((container) => container.init && container.state !== 'terminated')) {
    return isTrue(pod, 'Initialized') ? 'starting' : 'init';
  }
  // ContainerCreating begins with the pull, of which only the events tell.
  const waits = main.every((container) => container.reason === '' || container.reason === 'ContainerCreating');
  return waits && !isPulled ? 'scheduled' : 'starting';
}

function reachedStages(pod: KubeObject, pulling: Notice | undefined): Partial<Record<PodStage, string>> {
  const reached: Partial<Record<PodStage, string>> = {};
  const set = (stage: PodStage, at: string | undefined) => {
    if (at) reached[stage] = at;
  };
  const since = (type: string) => (isTrue(pod, type) ? conditionOf(pod, type)?.lastTransitionTime : undefined);
  const starts: (string | undefined)[] = (pod.status?.containerStatuses ?? []).map(
    (status: ContainerStatus) => status.state?.running?.startedAt,
  );
  set('pending', pod.metadata.creationTimestamp);
  set('scheduled', since('PodScheduled'));
  set('pulling', pulling?.at);
  if (pod.spec?.initContainers?.length) set('init', since('Initialized'));
  set('started', starts.filter((at) => at !== undefined).sort()[0]);
  set('ready', since('Ready'));
  set('terminating', pod.metadata.deletionTimestamp);
  return reached;
}

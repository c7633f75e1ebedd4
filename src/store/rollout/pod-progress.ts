import type { KubeObject } from '../../api/meta.ts';
import type { Notice } from './state.ts';

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

export interface ContainerNode {
  name: string;
  image: string;
  init: boolean;
  ready: boolean;
  restarts: number;
  state: 'waiting' | 'running' | 'terminated';
  /** `CrashLoopBackOff`, `Completed`, ...; '' where the state gives none. */
  reason: string;
  message: string;
  exitCode: number | undefined;
  /** How its last run ended (`OOMKilled`, `Error`), where there was one. */
  lastEnd: { reason: string; exitCode: number } | undefined;
}

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
}

/** Reads a pod's progress off its conditions, its containers' states and the latest events about it. */
export function podProgress(pod: KubeObject, notices: ReadonlyMap<string, Notice>): PodNode {
  const uid = pod.metadata.uid ?? '';
  const containers = containersOf(pod);
  const main = containers.filter((container) => !container.init);
  const pulling = notices.get(`${uid}/Pulling`);
  const pulled = notices.get(`${uid}/Pulled`);
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
  };
}

export function conditionOf(
  object: KubeObject,
  type: string,
): { status: string; reason?: string; message?: string; lastTransitionTime?: string } | undefined {
  return object.status?.conditions?.find((condition: { type: string }) => condition.type === type);
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

interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: StateDetail; running?: { startedAt?: string }; terminated?: StateDetail };
  lastState?: { terminated?: StateDetail };
}

interface StateDetail {
  reason?: string;
  message?: string;
  exitCode?: number;
}

function containersOf(pod: KubeObject): ContainerNode[] {
  const node = (init: boolean) => {
    const statuses: ContainerStatus[] = pod.status?.[init ? 'initContainerStatuses' : 'containerStatuses'] ?? [];
    const byName = new Map(statuses.map((status) => [status.name, status]));
    return (container: { name: string; image?: string }): ContainerNode => {
      const status = byName.get(container.name);
      const state = status?.state ?? {};
      const detail = state.waiting ?? state.terminated;
      const last = status?.lastState?.terminated;
      return {
        name: container.name,
        image: container.image ?? '',
        init,
        ready: status?.ready ?? false,
        restarts: status?.restartCount ?? 0,
        state: state.running ? 'running' : state.terminated ? 'terminated' : 'waiting',
        reason: detail?.reason ?? '',
        message: detail?.message ?? '',
        exitCode: state.terminated?.exitCode,
        lastEnd: last && { reason: last.reason ?? 'Error', exitCode: last.exitCode ?? 0 },
      };
    };
  };
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  return [...initContainers.map(node(true)), ...containers.map(node(false))];
}

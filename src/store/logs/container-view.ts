import type { KubeObject } from '../../api/meta.ts';

/** What the log of a container depends on, as its pod says it. */
export interface ContainerView {
  /** Which instance is the newest: 0 is the first. */
  instance: number;
  /** `waiting`: no instance has started yet. */
  phase: 'waiting' | 'running' | 'ended';
  /**
   * The next instance is on its way, and the status does not say whether `instance` counts it: what the log holds
   * is the one before.
   */
  isBetween: boolean;
  /** Why it waits, in the status's words. */
  reason: string;
  /** Of the instance that ended last. */
  exitCode: number | undefined;
  exitReason: string;
  /** No further instance will come. */
  isOver: boolean;
  /** The pod is being deleted: its log goes with it. */
  isLeaving: boolean;
}

interface StateOfContainer {
  running?: object;
  terminated?: { exitCode?: number; reason?: string };
  waiting?: { reason?: string };
}

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: StateOfContainer;
  lastState?: StateOfContainer;
}

const statusLists = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'] as const;

export function containerView(pod: KubeObject, container: string): ContainerView {
  const isLeaving = pod.metadata.deletionTimestamp !== undefined;
  const podIsOver = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  const list = statusLists.find((each) => statusIn(pod, each, container));
  const status = list && statusIn(pod, list, container);
  if (!status) {
    const nothing = { reason: '', exitCode: undefined, exitReason: '' };
    return { instance: 0, phase: 'waiting', isBetween: false, ...nothing, isOver: podIsOver, isLeaving };
  }
  const { state = {}, lastState } = status;
  const ended = state.terminated ?? lastState?.terminated;
  const reason = state.waiting?.reason ?? '';
  return {
    instance: status.restartCount ?? 0,
    phase: state.running ? 'running' : ended ? 'ended' : 'waiting',
    // While it waits its back-off, the instance that is counted is the one that ended.
    isBetween: state.waiting !== undefined && ended !== undefined && reason !== 'CrashLoopBackOff',
    reason,
    exitCode: ended?.exitCode,
    exitReason: ended?.reason ?? '',
    isOver:
      podIsOver ||
      (state.terminated !== undefined && !isStartedAgain(pod, container, list, state.terminated.exitCode ?? 0)),
    isLeaving,
  };
}

function statusIn(pod: KubeObject, list: (typeof statusLists)[number], name: string): ContainerStatus | undefined {
  return (pod.status?.[list] as ContainerStatus[] | undefined)?.find((status) => status.name === name);
}

/** Pod lifecycle, "Container restart policy"; init containers are done once they end well. */
function isStartedAgain(pod: KubeObject, name: string, list: (typeof statusLists)[number], exitCode: number): boolean {
  if (list === 'ephemeralContainerStatuses') return false;
  const policy: string = pod.spec?.restartPolicy ?? 'Always';
  if (policy === 'Never') return false;
  if (exitCode !== 0) return true;
  return policy === 'Always' && (list === 'containerStatuses' || isSidecar(pod, name));
}

/** An init container that stays. */
function isSidecar(pod: KubeObject, name: string): boolean {
  const containers: { name: string; restartPolicy?: string }[] = pod.spec?.initContainers ?? [];
  return containers.some((container) => container.name === name && container.restartPolicy === 'Always');
}

export function isSameView(a: ContainerView | undefined, b: ContainerView | undefined): boolean {
  if (!a || !b) return a === b;
  return (Object.keys(a) as (keyof ContainerView)[]).every((field) => a[field] === b[field]);
}

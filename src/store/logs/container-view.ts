import type { KubeObject } from '../../api/meta.ts';

/** What the log of a container depends on, as its pod says it. */
export interface ContainerView {
  /** Which instance is the newest: 0 is the first. */
  instance: number;
  /** `waiting`: no instance has started yet. */
  phase: 'waiting' | 'running' | 'ended';
  /** Why it waits or how it ended, in the status's words. */
  reason: string;
  exitCode: number | undefined;
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
    return { instance: 0, phase: 'waiting', reason: '', exitCode: undefined, isOver: podIsOver, isLeaving };
  }
  // While the next instance waits its back-off, the newest one is the one that ended last.
  const ended = status.state?.terminated ?? (status.state?.waiting ? status.lastState?.terminated : undefined);
  return {
    instance: status.restartCount ?? 0,
    phase: status.state?.running ? 'running' : ended ? 'ended' : 'waiting',
    reason: status.state?.waiting?.reason ?? ended?.reason ?? '',
    exitCode: ended?.exitCode,
    isOver:
      podIsOver ||
      (status.state?.terminated !== undefined && !isStartedAgain(pod, container, list, ended?.exitCode ?? 0)),
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

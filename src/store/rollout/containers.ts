import type { KubeObject } from '../../api/meta.ts';

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
  lastEnd: { reason: string; exitCode: number; message: string; finishedAt: string } | undefined;
  /** When its present run began (RFC 3339); '' where it does not run. */
  startedAt: string;
  /** The earliest start that its status tells of (ms). */
  firstStartAt: number | undefined;
}

export interface ContainerStatus {
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
  startedAt?: string;
  finishedAt?: string;
}

/** The containers of a pod with what its status says of them: init containers first. */
export function containersOf(pod: KubeObject): ContainerNode[] {
  const node = (init: boolean) => {
    const statuses: ContainerStatus[] = pod.status?.[init ? 'initContainerStatuses' : 'containerStatuses'] ?? [];
    const byName = new Map(statuses.map((status) => [status.name, status]));
    return (container: { name: string; image?: string }): ContainerNode => {
      const status = byName.get(container.name);
      const state = status?.state ?? {};
      const detail = state.waiting ?? state.terminated;
      const last = status?.lastState?.terminated;
      const begin = last?.startedAt ?? state.running?.startedAt ?? state.terminated?.startedAt;
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
        lastEnd: last && {
          reason: last.reason ?? 'Error',
          exitCode: last.exitCode ?? 0,
          message: last.message ?? '',
          finishedAt: last.finishedAt ?? '',
        },
        startedAt: state.running?.startedAt ?? '',
        firstStartAt: begin === undefined ? undefined : Date.parse(begin),
      };
    };
  };
  const { initContainers = [], containers = [] } = pod.spec ?? {};
  return [...initContainers.map(node(true)), ...containers.map(node(false))];
}

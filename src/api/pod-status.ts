import { ageSince } from '../lib/age.ts';
import type { KubeObject } from './meta.ts';

export interface PodStatusSummary {
  /** The text of the STATUS column: `Running`, `CrashLoopBackOff`, `Init:1/2`, `Terminating`. */
  status: string;
  /** Containers (and started sidecars) that are ready. */
  ready: number;
  /** Containers that count: app containers and sidecars (init containers that restart always). */
  containers: number;
  restarts: number;
  /** RFC 3339 time at which a container last ended before it was restarted. */
  lastRestart?: string;
}

interface Terminated {
  reason?: string;
  exitCode?: number;
  signal?: number;
  finishedAt?: string;
}

interface ContainerStatus {
  name: string;
  ready?: boolean;
  started?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string }; running?: object; terminated?: Terminated };
  lastState?: { terminated?: Terminated };
}

/** Restarts of some containers and the latest end among them. */
class RestartCount {
  count = 0;
  last: string | undefined;

  add(container: ContainerStatus): void {
    this.count += container.restartCount ?? 0;
    const end = container.lastState?.terminated?.finishedAt;
    if (end && (!this.last || Date.parse(end) > Date.parse(this.last))) this.last = end;
  }
}

/**
 * The status of a pod in one word, as an API server prints it (kubectl reference 4.2).
 * `_nowMs` is part of the contract of status functions; the status of a pod does not depend on it.
 */
export function podStatus(pod: KubeObject, _nowMs?: number): PodStatusSummary {
  const status = pod.status ?? {};
  const phase: string = status.phase ?? '';
  const sidecars = new Set<string>();
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars.add(container.name);
  }
  const init = initStatus(pod, sidecars);
  let reason: string = init.reason ?? startingReason(status, phase);
  let restarts = init.restarts;
  let ready = init.ready;
  if (init.reason === undefined || hasCondition(status, 'Initialized')) {
    const app = appStatus(status, init.sidecarRestarts);
    reason = afterContainers(app.reason ?? reason, app, hasCondition(status, 'Ready'));
    restarts = app.restarts;
    ready += app.ready;
  }
  if (pod.metadata.deletionTimestamp) {
    if (status.reason === 'NodeLost') reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') reason = 'Terminating';
  }
  return {
    status: reason,
    ready,
    containers: (pod.spec?.containers?.length ?? 0) + sidecars.size,
    restarts: restarts.count,
    ...(restarts.last ? { lastRestart: restarts.last } : {}),
  };
}

/** The text of the RESTARTS column: `0`, `3 (5m ago)`. */
export function restartsText(summary: PodStatusSummary, nowMs: number): string {
  return summary.restarts > 0 && summary.lastRestart
    ? `${summary.restarts} (${ageSince(summary.lastRestart, nowMs)} ago)`
    : String(summary.restarts);
}

interface StatusField {
  reason?: string;
  conditions?: { type: string; status: string; reason?: string }[];
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

function hasCondition(status: StatusField, type: string): boolean {
  return (status.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
}

function startingReason(status: StatusField, phase: string): string {
  const isGated = (status.conditions ?? []).some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  return isGated ? 'SchedulingGated' : status.reason || phase;
}

function initStatus(pod: KubeObject, sidecars: ReadonlySet<string>) {
  const restarts = new RestartCount();
  const sidecarRestarts = new RestartCount();
  let ready = 0;
  const statuses: ContainerStatus[] = pod.status?.initContainerStatuses ?? [];
  for (const [index, container] of statuses.entries()) {
    const isSidecar = sidecars.has(container.name);
    restarts.add(container);
    if (isSidecar) sidecarRestarts.add(container);
    const { terminated, waiting } = container.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar && container.started) {
      if (container.ready) ready++;
      continue;
    }
    let reason = `Init:${index}/${pod.spec?.initContainers?.length ?? 0}`;
    if (terminated) reason = `Init:${terminatedReason(terminated)}`;
    else if (waiting?.reason && waiting.reason !== 'PodInitializing') reason = `Init:${waiting.reason}`;
    return { reason, restarts, sidecarRestarts, ready };
  }
  return { reason: undefined, restarts, sidecarRestarts, ready };
}

function terminatedReason(terminated: Terminated): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`;
}

interface AppStatus {
  reason: string | undefined;
  /** The reason of a container that failed, where another one has completed. */
  errorReason: string | undefined;
  restarts: RestartCount;
  ready: number;
  hasRunning: boolean;
}

/** App containers are read from the last to the first, so that the first one has the last word. */
function appStatus(status: StatusField, restarts: RestartCount): AppStatus {
  const app: AppStatus = { reason: undefined, errorReason: undefined, restarts, ready: 0, hasRunning: false };
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    restarts.add(container);
    const { waiting, terminated, running } = container.state ?? {};
    if (waiting?.reason) app.reason = waiting.reason;
    else if (terminated) {
      app.reason = terminatedReason(terminated);
      if (terminated.exitCode !== 0) app.errorReason = app.reason;
    } else if (container.ready && running) {
      app.hasRunning = true;
      app.ready++;
    }
  }
  return app;
}

function afterContainers(reason: string, app: AppStatus, isReady: boolean): string {
  if (reason !== 'Completed') return reason;
  if (app.hasRunning && isReady) return 'Running';
  if (app.errorReason) return app.errorReason;
  return app.hasRunning ? 'NotReady' : reason;
}

import type { KubeObject } from '../../api/meta.ts';
import { allContainers, type ContainerRuntime, type PodRuntime } from '../runtime/container.ts';
import { stopOf } from '../runtime/outcomes.ts';
import { endRun, type StageView } from './container-stages.ts';

/** What stopping needs of the world. */
interface StopWorld {
  pod: KubeObject;
  viewFor: (container: ContainerRuntime, now: number) => StageView;
}

/** However little of the grace is left, whoever's turn comes gets so much (kuberuntime, minimumGracePeriodInSeconds). */
const LEAST_MS = 2000;

const isRunning = ({ stage }: ContainerRuntime): boolean => stage === 'running';

/** Those that stop together, in the order of their turns: all others first, then sidecars, the last of the spec first. */
function turnsOf({ init, app, ephemeral }: PodRuntime): ContainerRuntime[][] {
  const sidecars = init.filter(({ kind }) => kind === 'sidecar').reverse();
  return [[...app, ...ephemeral, ...init.filter(({ kind }) => kind === 'init')], ...sidecars.map((one) => [one])];
}

/**
 * Stops the containers of a pod that ends: SIGTERM, and SIGKILL when the grace is over.
 * @param graceMs what is left of the grace
 * @param isForced nobody gets any time
 * @returns when to look again (ms since the epoch); not after `now` once all have ended
 */
export function stopPod(
  runtime: PodRuntime,
  world: StopWorld,
  now: number,
  { graceMs, isForced = false }: { graceMs: number; isForced?: boolean },
): number {
  if (runtime.stopsAt === undefined) {
    for (const container of allContainers(runtime)) {
      if (!isRunning(container)) continue;
      world.viewFor(container, now).say('Normal', 'Killing', `Stopping container ${container.spec.name}`);
    }
  }
  // A shorter grace in a second delete holds.
  runtime.stopsAt = Math.min(runtime.stopsAt ?? Number.POSITIVE_INFINITY, now + graceMs);
  for (const [turn, containers] of turnsOf(runtime).entries()) {
    const left = Math.max(runtime.stopsAt - now, 0);
    const own = isForced ? 0 : turn > 0 ? Math.max(left, LEAST_MS) : left;
    const ends = containers.map((container) => stopContainer(container, world, now, own, turn > 0));
    const next = Math.min(...ends);
    if (next > now && containers.some(isRunning)) return next;
  }
  return now;
}

/** Returns when it will have ended; Infinity once it has. */
function stopContainer(
  container: ContainerRuntime,
  { pod, viewFor }: StopWorld,
  now: number,
  graceMs: number,
  isLate: boolean,
): number {
  if (isRunning(container)) {
    const view = viewFor(container, now);
    const kill = { until: now + graceMs, code: 137 };
    container.stopping ??= beginStop(view, pod, graceMs);
    // One whose turn came late keeps what it was given then.
    if (container.stopping.until > kill.until && !isLate) container.stopping = kill;
    if (graceMs === 0) container.stopping = kill;
    const { exited, stopping } = container;
    if (exited === undefined && stopping.until > now) return stopping.until;
    endRun(container, Math.min(exited?.at ?? now, now), exited?.code ?? stopping.code, {
      reason: exited?.reason,
      message: view.lastMessage(exited?.code ?? stopping.code),
    });
  }
  if (container.stage !== 'done') {
    container.stage = 'done';
    container.since = now;
  }
  return Number.POSITIVE_INFINITY;
}

/** When a container that is told to stop has ended, and with what code. */
export function beginStop({ container, now, isInterpreted }: StageView, pod: KubeObject, graceMs: number) {
  // What a shell does with SIGTERM shows; the kubelet waits for it as long as it may.
  const { afterMs, exitCode } = isInterpreted
    ? { afterMs: graceMs, exitCode: 137 }
    : stopOf(pod, container.spec, graceMs);
  return { until: now + afterMs, code: exitCode };
}

import type { KubeObject } from '../../api/meta.ts';
import type { PodAddresses } from '../network/pod-addresses.ts';
import { between } from '../runtime/chance.ts';
import {
  allContainers,
  type ContainerRuntime,
  newContainer,
  type PodRuntime,
  resizableOf,
} from '../runtime/container.ts';
import { endRun, type StageView } from './container-stages.ts';
import { restartsAll, willRestart } from './restart-policy.ts';

interface RestartWorld {
  pod: KubeObject;
  viewFor: (container: ContainerRuntime, now: number) => StageView;
}

/** So long it takes until the kubelet sees what has ended. */
const NOTICE_MS = 1000;
const REASON = 'RestartingAllContainers';
const MESSAGE = 'The container is removed because RestartAllContainers in place';

/** The container whose end asks for all of them to begin anew. */
export const restartTrigger = (runtime: PodRuntime): ContainerRuntime | undefined =>
  resizableOf(runtime).find(
    ({ stage, last, spec }) => stage === 'exited' && last !== undefined && restartsAll(spec, last.exitCode),
  );

/** When all containers begin anew (ms since the epoch); Infinity: nothing asks for it. */
export function restartsAt(runtime: PodRuntime): number {
  const trigger = restartTrigger(runtime);
  return trigger ? trigger.since + NOTICE_MS : Number.POSITIVE_INFINITY;
}

/** One that has not run yet in this round has lost nothing. */
const hasRun = ({ stage }: ContainerRuntime): boolean => ['running', 'exited', 'done'].includes(stage);

/** Where a container begins anew; what it has pulled and how often it has run stays. */
function begin(container: ContainerRuntime, now: number, last: ContainerRuntime['last']): void {
  const { spec, kind, imageId, restarts } = container;
  Object.assign(container, newContainer(spec, kind, now), {
    imageId,
    last,
    restarts: last === undefined ? restarts : restarts + 1,
  });
}

/**
 * Ends all containers without a grace and removes them, init containers too: the pod stays where it is, with its
 * volumes and its address, and runs from the beginning (rule action RestartAllContainers; kuberuntime_manager.go,
 * getContainersToReset).
 */
export function restartAll(runtime: PodRuntime, { viewFor }: RestartWorld, now: number): void {
  for (const container of resizableOf(runtime)) {
    if (!hasRun(container)) continue;
    if (container.stage === 'running') viewFor(container, now).say('Normal', 'Killing', 'killing');
    const { containerId = '' } = container;
    const removed = { containerId, startedAt: now, finishedAt: now, exitCode: 137, reason: REASON, message: MESSAGE };
    begin(container, now, { ...removed, isRemoved: true });
  }
}

/**
 * The machine was off: what ran before has not outlived it. The sandbox is made anew with another address, and the pod
 * runs from the beginning, as far as its containers may run again.
 * @param bootedAt when the machine came back (ms since the epoch); -Infinity: it has run all the time
 */
export function afterReboot(
  runtime: PodRuntime,
  { pod, viewFor, say }: RestartWorld & { say: (type: 'Normal', reason: string, message: string) => void },
  { now, bootedAt, addresses }: { now: number; bootedAt: number; addresses: PodAddresses },
): void {
  const isOld = ({ stage, startedAt = 0 }: ContainerRuntime) => stage === 'running' && startedAt < bootedAt;
  const old = allContainers(runtime).filter(isOld);
  if (old.length === 0) return;
  for (const container of old) {
    const message = viewFor(container, now).lastMessage(255);
    endRun(container, bootedAt, 255, { reason: 'Unknown', message });
    container.stage = willRestart(pod, container) ? 'exited' : 'done';
    container.since = bootedAt;
  }
  if (runtime.app.every(({ stage }) => stage === 'done')) return;
  say('Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.');
  runtime.sandboxReadyAt = now + between(`${runtime.uid} sandbox ${bootedAt}`, 250, 700);
  if (!pod['spec'].hostNetwork) {
    addresses.release(runtime.ip, runtime.uid);
    runtime.ip = addresses.allocate(runtime.uid);
  }
  for (const container of resizableOf(runtime)) {
    const { last } = container;
    // Who has done its work in a pod that only mends failures is left alone.
    if (container.kind === 'app' && container.stage === 'done') continue;
    if (last) begin(container, now, last);
  }
}

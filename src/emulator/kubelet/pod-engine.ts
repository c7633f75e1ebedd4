import type { KubeObject } from '../../api/meta.ts';
import { between } from '../runtime/chance.ts';
import {
  allContainers,
  type ContainerRuntime,
  containersOf,
  newContainer,
  type PodRuntime,
} from '../runtime/container.ts';
import type { Fields } from '../runtime/fields.ts';
import { imageVolumesOf } from './config-problems.ts';
import { containerStages, endRun, longer, NAG_MS, type Stage, type StageView } from './container-stages.ts';
import { restartAll, restartsAt } from './pod-restart.ts';
import { stopPod } from './pod-stop.ts';
import { nextVerdict, reportProbes, verdictsOf } from './probes/index.ts';
import { restoreResizing } from './resize.ts';
import { willRestart } from './restart-policy.ts';

/** What the engine needs of the world, per container. */
type ViewFor = (container: ContainerRuntime, now: number) => StageView;

export interface PodWorld {
  pod: KubeObject;
  viewFor: ViewFor;
  /** '' or a reason while volumes cannot be mounted. */
  volumeProblem: () => string | undefined;
  say: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  /** What has to be over before containers can begin to pull; undefined: nothing. */
  pullsReady: (runtime: PodRuntime) => Promise<unknown> | undefined;
}

const VOLUME_RETRY_MS = 5000;

export function newPodRuntime(pod: KubeObject, ip: string, now: number): PodRuntime {
  return {
    uid: pod.metadata.uid!,
    createdAt: now,
    sandboxReadyAt: now + between(`${pod.metadata.uid} sandbox`, 250, 700),
    ip,
    ...containersOf(pod, now),
    stopsAt: undefined,
    failure: undefined,
    floor: 0,
    mountWarned: false,
    eviction: undefined,
    resources: pod['spec'].resources,
    resizing: { pending: undefined, progress: undefined },
  };
}

/** Enters `stage`, and every further one that lasts no time. */
function enter(container: ContainerRuntime, stage: ContainerRuntime['stage'], now: number, viewFor: ViewFor): void {
  container.stage = stage;
  container.since = now;
  container.naggedAt = now;
  containerStages[stage].enter?.(viewFor(container, now));
}

/** Takes the container through all stages that are over; returns when the present one will be (Infinity: not by itself). */
function advanceContainer(runtime: PodRuntime, container: ContainerRuntime, now: number, viewFor: ViewFor): number {
  for (;;) {
    const stage = containerStages[container.stage];
    const lasts = stage.lasts(viewFor(container, container.since));
    const ends = Math.max(container.since + lasts, runtime.floor);
    const nextNag = stage.nag ? nag(stage.nag, viewFor(container, now), Math.min(ends, now)) : Number.POSITIVE_INFINITY;
    if (ends > now) return Math.min(ends, nextNag);
    enter(container, stage.next(viewFor(container, ends)), ends, viewFor);
  }
}

/** Says what was due until `until`; returns when the next time is. */
function nag(say: NonNullable<Stage['nag']>, view: StageView, until: number): number {
  const { container } = view;
  const times = Math.floor((until - container.naggedAt) / NAG_MS);
  if (times > 0) {
    container.naggedAt += times * NAG_MS;
    say(view, times);
  }
  return view.watched ? container.naggedAt + NAG_MS : Number.POSITIVE_INFINITY;
}

const isRunning = (container: ContainerRuntime): boolean => container.stage === 'running';
const hasSucceeded = (container: ContainerRuntime): boolean =>
  container.stage === 'done' && container.last?.exitCode === 0;

/**
 * Brings the pod to `now`: sandbox, volumes, init containers one by one (a sidecar only has to be
 * started), then the others side by side. Returns when to look again (ms since the epoch).
 */
export function advancePod(runtime: PodRuntime, world: PodWorld, now: number): number {
  const { pod } = world;
  if (runtime.failure || isOver(runtime)) return Number.POSITIVE_INFINITY;
  if (runtime.eviction !== undefined) {
    stopPod(runtime, world, now, { graceMs: 0, isForced: true });
    runtime.failure = { reason: 'Evicted', message: runtime.eviction.message };
    return Number.POSITIVE_INFINITY;
  }
  if (pod['spec'].activeDeadlineSeconds !== undefined) {
    const deadline = runtime.createdAt + pod['spec'].activeDeadlineSeconds * 1000;
    if (now >= deadline) {
      const message = 'Pod was active on the node longer than the specified deadline';
      world.say('Normal', 'DeadlineExceeded', message);
      stopPod(runtime, world, now, { graceMs: 0, isForced: true });
      runtime.failure = { reason: 'DeadlineExceeded', message };
      return Number.POSITIVE_INFINITY;
    }
    return Math.min(deadline, advanceContainers(runtime, world, now));
  }
  return advanceContainers(runtime, world, now);
}

function advanceContainers(runtime: PodRuntime, world: PodWorld, now: number): number {
  if (restartsAt(runtime) <= now) restartAll(runtime, world, now);
  const wake = advanceEach(runtime, world, now);
  return Math.min(wake, restartsAt(runtime));
}

function advanceEach(runtime: PodRuntime, world: PodWorld, now: number): number {
  const { pod, viewFor } = world;
  const problem = runtime.app.every(({ stage }) => stage === 'waiting') ? world.volumeProblem() : undefined;
  if (problem !== undefined) {
    if (problem && !runtime.mountWarned) world.say('Warning', 'FailedMount', problem);
    runtime.mountWarned = problem !== '';
    return now + VOLUME_RETRY_MS;
  }
  if (now < runtime.sandboxReadyAt) return runtime.sandboxReadyAt;
  let wake = Number.POSITIVE_INFINITY;
  for (const container of runtime.init) {
    if (container.stage === 'waiting') enter(container, 'image', now, viewFor);
    wake = Math.min(wake, advanceContainer(runtime, container, now, viewFor));
    const goesOn = container.kind === 'sidecar' ? isRunning(container) : hasSucceeded(container);
    if (goesOn && container.kind === 'sidecar') {
      const verdicts = verdictsOf(pod, container);
      wake = Math.min(wake, nextVerdict(verdicts, now), reportProbes(viewFor(container, now)));
      // The others wait for it once: when it is restarted later, they run on.
      if (verdicts.startedAt > now && runtime.app.every(({ stage }) => stage === 'waiting')) return wake;
    }
    if (!goesOn && runtime.app.every(({ stage }) => stage === 'waiting')) return wake;
  }
  for (const container of runtime.app) {
    if (container.stage === 'waiting') enter(container, 'image', now, viewFor);
    restartChanged(container, world, now);
    wake = Math.min(wake, advanceContainer(runtime, container, now, viewFor));
    if (isRunning(container)) {
      wake = Math.min(wake, nextVerdict(verdictsOf(pod, container), now), reportProbes(viewFor(container, now)));
    }
  }
  wake = Math.min(wake, advanceEphemeral(runtime, world, now));
  if (runtime.app.every(({ stage }) => stage === 'done')) {
    // Sidecars have nobody left to serve, and guests nobody to look at.
    const graceMs = (pod['spec'].terminationGracePeriodSeconds ?? 30) * 1000;
    const left = runtime.stopsAt === undefined ? graceMs : Math.max(runtime.stopsAt - now, 0);
    const ends = stopPod(runtime, world, now, { graceMs: left });
    return ends > now ? ends : Number.POSITIVE_INFINITY;
  }
  return wake;
}

/** Takes up what was added to the running pod; nothing waits for it, and it runs once. */
function advanceEphemeral(runtime: PodRuntime, { pod, viewFor }: PodWorld, now: number): number {
  for (const spec of pod['spec'].ephemeralContainers ?? []) {
    if (!runtime.ephemeral.some((one) => one.spec.name === spec.name))
      runtime.ephemeral.push(newContainer(spec, 'ephemeral', now));
  }
  let wake = Number.POSITIVE_INFINITY;
  for (const container of runtime.ephemeral) {
    if (container.stage === 'waiting') enter(container, 'image', now, viewFor);
    wake = Math.min(wake, advanceContainer(runtime, container, now, viewFor));
  }
  return wake;
}

/** A new image in the spec of a running pod means a new container. */
function restartChanged(container: ContainerRuntime, world: PodWorld, now: number): void {
  const wanted = world.pod['spec'].containers.find(({ name }: { name: string }) => name === container.spec.name);
  if (!wanted || wanted.image === container.spec.image) return;
  // What it was granted is not the image's business.
  container.spec = { ...wanted, resources: container.spec.resources };
  container.isDeclined = false;
  container.startProblem = undefined;
  container.pullBackoffMs = 0;
  if (isRunning(container)) {
    world
      .viewFor(container, now)
      .say('Normal', 'Killing', `Container ${container.spec.name} definition changed, will be restarted`);
    endRun(container, now, 0);
    container.restarts++;
  }
  enter(container, 'image', now, world.viewFor);
}

/** Every container has ended for good, or an init container has failed for good. */
export function isOver(runtime: PodRuntime): boolean {
  if (runtime.failure) return true;
  if (
    runtime.init.some(
      (container) => container.kind === 'init' && container.stage === 'done' && container.last?.exitCode !== 0,
    )
  )
    return true;
  return runtime.app.every(({ stage }) => stage === 'done') && !allContainers(runtime).some(isRunning);
}

/** The runtime of a pod that an earlier process ran, from its status: what ran goes on running. */
export function restorePodRuntime(pod: KubeObject, now: number): PodRuntime {
  const status = pod['status'] ?? {};
  const runtime: PodRuntime = {
    ...newPodRuntime(pod, status.podIP ?? '', now),
    createdAt: Date.parse(status.startTime ?? '') || now,
    sandboxReadyAt: status.podIP ? 0 : now,
    floor: now,
    resizing: restoreResizing(status.conditions),
  };
  const wasChanged = (pod.metadata.generation ?? 1) > 1;
  if (wasChanged && pod['spec'].resources && status.resources) runtime.resources = status.resources;
  const known = new Map<string, Fields>(
    [
      ...(status.initContainerStatuses ?? []),
      ...(status.containerStatuses ?? []),
      ...(status.ephemeralContainerStatuses ?? []),
    ].map((one: { name: string }) => [one.name, one]),
  );
  for (const container of allContainers(runtime)) {
    const stored = known.get(container.spec.name);
    if (stored) Object.assign(container, restoreContainer(pod, container, stored, now));
  }
  return runtime;
}

function restoreContainer(pod: KubeObject, fresh: ContainerRuntime, stored: Fields, now: number): ContainerRuntime {
  const container: ContainerRuntime = {
    ...newContainer(fresh.spec, fresh.kind, now),
    restarts: stored.restartCount ?? 0,
  };
  const ended = stored.state?.terminated ?? stored.lastState?.terminated;
  if (ended) {
    container.last = {
      containerId: String(ended.containerID ?? '').replace(/^.*\/\//, ''),
      startedAt: Date.parse(ended.startedAt),
      finishedAt: Date.parse(ended.finishedAt),
      exitCode: ended.exitCode,
      ...(ended.reason === 'OOMKilled' ? { reason: ended.reason } : {}),
    };
  }
  // A pod whose spec was never changed has what it asks for.
  if ((pod.metadata.generation ?? 1) > 1 && stored.resources) {
    const { limits, requests } = stored.resources;
    const granted = stored.allocatedResources ?? requests;
    const resources = { ...(limits ? { limits } : {}), ...(granted ? { requests: granted } : {}) };
    container.spec = { ...container.spec, resources };
  }
  container.imageId = stored.imageID || undefined;
  container.containerId = String(stored.containerID ?? '').replace(/^.*\/\//, '') || undefined;
  if (container.restarts > 0) container.crashBackoffMs = Math.min(5000 * 2 ** (container.restarts - 1), 300_000);
  const { waiting, running, terminated } = stored.state ?? {};
  if (running)
    return {
      ...container,
      stage: 'running',
      // By the names that its spec has: which digests they meant then, no status tells.
      volumeImageIds: imageVolumesOf(pod, container.spec).map(({ image }) => image),
      startedAt: Date.parse(running.startedAt),
      since: Date.parse(running.startedAt),
    };
  if (terminated) return { ...container, stage: willRestart(pod, container) ? 'exited' : 'done' };
  if (waiting?.reason === 'CrashLoopBackOff') {
    return {
      ...container,
      stage: 'crash-backoff',
      since: container.last?.finishedAt ?? now,
      crashBackoffMs: longer(container.crashBackoffMs),
      problem: waiting,
    };
  }
  return waiting?.reason === 'PodInitializing' || waiting?.reason === 'ContainerCreating'
    ? container
    : { ...container, stage: 'image' };
}

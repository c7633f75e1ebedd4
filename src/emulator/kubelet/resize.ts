import type { KubeObject } from '../../api/meta.ts';
import { type NodeInfo, priorityOf } from '../../api/scheduling/node-info.ts';
import { canonicalQuantity, quantityValue } from '../../lib/quantity.ts';
import { secondText } from '../clock.ts';
import type { StatusCondition } from '../controllers/conditions.ts';
import { between } from '../runtime/chance.ts';
import {
  type ContainerRuntime,
  type ContainerSpec,
  type PodRuntime,
  type Resizing,
  resizableOf,
} from '../runtime/container.ts';
import { admissionProblem } from './admission.ts';

type Resources = NonNullable<ContainerSpec['resources']>;

/** What resizing needs of the world. */
export interface ResizeWorld {
  pod: KubeObject;
  runtime: PodRuntime;
  /** The node with all its pods, this one among them. */
  room: NodeInfo;
  now: number;
  say: (type: 'Normal' | 'Warning', reason: string, message: string) => void;
  sayOf: (container: ContainerRuntime, reason: string, message: string) => void;
  /** When a container that is told to stop now ends, and with what code. */
  stopOf: (container: ContainerRuntime) => { until: number; code: number };
  /** Bytes that a running container uses now. */
  memoryOf: (container: ContainerRuntime) => number;
}

/** What does not fit is tried again so often, besides when others leave (allocation_manager.go, retryDelay). */
const RETRY_MS = 180_000;
/** A resize that went wrong is tried again with the next look at the pod. */
const ERROR_RETRY_MS = 60_000;
export const PENDING = 'PodResizePending';
export const IN_PROGRESS = 'PodResizeInProgress';

const NAMES = ['cpu', 'memory'] as const;
const KINDS = ['requests', 'limits'] as const;

const amountOf = (text: string | undefined): string => (text === undefined ? '' : canonicalQuantity(text));

/** The resources of which a container or pod asks for another amount than it was given. */
const differing = (now: Resources = {}, was: Resources = {}): (typeof NAMES)[number][] =>
  NAMES.filter((name) => KINDS.some((kind) => amountOf(now[kind]?.[name]) !== amountOf(was[kind]?.[name])));

interface Change {
  container: ContainerRuntime;
  wanted: Resources;
  names: readonly string[];
}

function changesOf(pod: KubeObject, runtime: PodRuntime): Change[] {
  const specs: ContainerSpec[] = [...pod['spec'].containers, ...(pod['spec'].initContainers ?? [])];
  return resizableOf(runtime).flatMap((container) => {
    const wanted = specs.find(({ name }) => name === container.spec.name)?.resources;
    const names = differing(wanted, container.spec.resources);
    return names.length > 0 ? [{ container, wanted: wanted ?? {}, names }] : [];
  });
}

/** The pod as its kubelet has granted it; what it still has to give back counts, too. */
export function allocatedPod(pod: KubeObject, runtime: PodRuntime): KubeObject {
  const granted = (specs: ContainerSpec[] | undefined) =>
    specs?.map((spec) => {
      const own = resizableOf(runtime).find((one) => one.spec.name === spec.name);
      return own ? { ...spec, resources: own.spec.resources } : spec;
    });
  const { containers, initContainers } = pod['spec'];
  const spec = {
    ...pod['spec'],
    containers: granted(containers),
    ...(initContainers ? { initContainers: granted(initContainers) } : {}),
    ...(pod['spec'].resources ? { resources: runtime.resources } : {}),
  };
  const held = resizableOf(runtime).flatMap(({ spec: { name }, held }) => (held ? [{ name, resources: held }] : []));
  return { ...pod, metadata: { ...pod.metadata, generation: 2 }, spec, status: { containerStatuses: held } };
}

/** The order of the fields is Go's. */
function summary(pod: KubeObject, generation: number, error?: string): string {
  const sorted = (amounts: Record<string, string> | undefined) =>
    amounts && Object.fromEntries(Object.entries(amounts).sort(([a], [b]) => (a < b ? -1 : 1)));
  const shown = (specs: ContainerSpec[] | undefined) =>
    specs?.map(({ name, resources }) => ({
      name,
      resources: { limits: sorted(resources?.limits), requests: sorted(resources?.requests) },
    }));
  const { initContainers, containers } = pod['spec'];
  return JSON.stringify({
    initContainers: initContainers?.length ? shown(initContainers) : undefined,
    containers: shown(containers),
    generation,
    error: error || undefined,
  });
}

/**
 * Brings what the containers have in line with what the pod asks for, as far as the node has room: granted first, then
 * made so, at once or by another run of the container where its policy says so (kubelet/allocation,
 * kuberuntime_manager.go computePodResizeAction).
 * @returns when to look again (ms since the epoch; Infinity: not by itself)
 */
export function resizePod(world: ResizeWorld): number {
  const { pod, runtime, now } = world;
  const changes = changesOf(pod, runtime);
  const isWhole = differing(pod['spec'].resources, runtime.resources).length > 0;
  if (changes.length === 0 && !isWhole) runtime.resizing.pending = undefined;
  else if (!grant(world, changes)) return Math.min(now + RETRY_MS, actuate(world));
  return actuate(world);
}

function grant(world: ResizeWorld, changes: readonly Change[]): boolean {
  const { pod, runtime, room, now } = world;
  const { resizing } = runtime;
  const generation = pod.metadata.generation ?? 1;
  const others = room.with({ removed: [...room.pods()].filter((one) => one.pod.metadata.uid === runtime.uid) });
  const problem = admissionProblem({ ...pod, status: {} }, others);
  if (problem) {
    const { reason, message } = problem;
    const known = resizing.pending;
    resizing.pending = { message, generation, since: known?.since ?? now };
    if (known?.generation !== generation)
      world.say('Warning', 'ResizeDeferred', `Pod resize ${reason}: ${summary(pod, generation, message)}`);
    return false;
  }
  for (const { container, wanted, names } of changes) {
    const had = container.spec.resources ?? {};
    container.spec = { ...container.spec, resources: wanted };
    if (container.stage !== 'running') continue;
    container.held ??= had;
    container.resizeRestarts ||= restarts(pod, container, names);
  }
  runtime.resources = pod['spec'].resources;
  resizing.pending = undefined;
  resizing.progress = { generation, since: now, until: now + between(`${runtime.uid} resize ${generation}`, 200, 900) };
  world.say('Normal', 'ResizeStarted', `Pod resize started: ${summary(pod, generation)}`);
  room.place(allocatedPod(pod, runtime));
  return true;
}

/** Resources without a policy need no restart. */
function restarts(pod: KubeObject, { spec }: ContainerRuntime, names: readonly string[]): boolean {
  const specs: ContainerSpec[] = [...pod['spec'].containers, ...(pod['spec'].initContainers ?? [])];
  const policies = specs.find(({ name }) => name === spec.name)?.resizePolicy ?? [];
  return policies.some(
    ({ resourceName, restartPolicy }) => names.includes(resourceName) && restartPolicy === 'RestartContainer',
  );
}

function actuate(world: ResizeWorld): number {
  const { pod, runtime, room, now } = world;
  const { progress } = runtime.resizing;
  if (!progress) return Number.POSITIVE_INFINITY;
  if (now < progress.until) return progress.until;
  for (const container of resizableOf(runtime)) if (container.stage !== 'running') container.held = undefined;
  const error = tooSmall(world);
  if (error) {
    const isNews = progress.error !== error;
    runtime.resizing.progress = { ...progress, error, until: now + ERROR_RETRY_MS };
    if (isNews) world.say('Warning', 'ResizeError', `Pod resize error: ${summary(pod, progress.generation, error)}`);
    return now + ERROR_RETRY_MS;
  }
  for (const container of resizableOf(runtime)) {
    if (container.resizeRestarts && container.stage === 'running' && !container.stopping) {
      world.sayOf(container, 'Killing', `Container ${container.spec.name} resize requires restart`);
      container.stopping = { ...world.stopOf(container), isResize: true };
    } else if (!container.stopping) container.held = undefined;
    container.resizeRestarts = false;
  }
  if (resizableOf(runtime).some(({ held }) => held)) {
    // Whoever is stopped for it has let go once it has ended; that brings the next look.
    runtime.resizing.progress = { ...progress, error: undefined, until: now };
    return Number.POSITIVE_INFINITY;
  }
  runtime.resizing.progress = undefined;
  room.place(allocatedPod(pod, runtime));
  const granted = allocatedPod(pod, runtime);
  world.say('Normal', 'ResizeCompleted', `Pod resize completed: ${summary(granted, progress.generation)}`);
  return Number.POSITIVE_INFINITY;
}

/** A running container whose new limit is below what it uses (kuberuntime_manager.go, validateMemoryResizeAction). */
function tooSmall({ runtime, memoryOf }: ResizeWorld): string | undefined {
  const errors = resizableOf(runtime).flatMap((container) => {
    const { held, spec, resizeRestarts, stopping } = container;
    const limit = spec.resources?.limits?.['memory'];
    if (!held || limit === undefined || resizeRestarts || stopping) return [];
    const had = held.limits?.['memory'];
    const [before, now] = [had === undefined ? Number.POSITIVE_INFINITY : quantityValue(had), quantityValue(limit)];
    const used = memoryOf(container);
    return now < before && used >= now
      ? [`attempting to set container ${JSON.stringify(spec.name)} memory limit (${now}) below current usage (${used})`]
      : [];
  });
  if (errors.length === 0) return undefined;
  return `cannot decrease memory limits: ${errors.length > 1 ? `[${errors.join(', ')}]` : errors[0]}`;
}

/** The conditions that tell of a resize; none of a pod that has ended. */
export function resizeConditions({ resizing }: PodRuntime, isEnded: boolean): Record<string, unknown>[] {
  if (isEnded) return [];
  const { pending, progress } = resizing;
  const condition = (type: string, { generation, since }: { generation: number; since: number }, more: object) => ({
    type,
    observedGeneration: generation,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: secondText(since),
    ...more,
  });
  return [
    ...(pending ? [condition(PENDING, pending, { reason: 'Deferred', message: pending.message })] : []),
    ...(progress
      ? [condition(IN_PROGRESS, progress, progress.error ? { reason: 'Error', message: progress.error } : {})]
      : []),
  ];
}

/** What an earlier process told of a resize; one that was under way is made again. */
export function restoreResizing(conditions: readonly StatusCondition[] = []): Resizing {
  const pending = conditions.find(({ type }) => type === PENDING);
  const since = Date.parse(pending?.lastTransitionTime ?? '');
  return pending && !Number.isNaN(since)
    ? {
        pending: { message: pending.message ?? '', generation: pending.observedGeneration ?? 0, since },
        progress: undefined,
      }
    : { pending: undefined, progress: undefined };
}

/** Whose resize is tried first when a place is free: the important, the guaranteed, and who has waited longest. */
export function byTurn(
  a: { pod: KubeObject; runtime: PodRuntime },
  b: { pod: KubeObject; runtime: PodRuntime },
): number {
  const guaranteed = ({ pod }: { pod: KubeObject }) => Number(pod['status']?.qosClass === 'Guaranteed');
  const since = ({ runtime }: { runtime: PodRuntime }) => runtime.resizing.pending?.since ?? 0;
  return priorityOf(b.pod) - priorityOf(a.pod) || guaranteed(b) - guaranteed(a) || since(a) - since(b);
}

import type { KubeObject } from '../../api/meta.ts';
import { between } from './chance.ts';
import type { ContainerSpec } from './container.ts';
import { type Usage, usageOf } from './usage.ts';

/** How often a node is asked what runs on it uses (metrics-server --metric-resolution). */
const INTERVAL_MS = 15_000;
/** A container is measured between two moments, so that one which just started has no figures yet. */
const WARM_UP_MS = 5_000;
/** What runs on a node besides its pods: as a container that requests so much would use. */
const SYSTEM: ContainerSpec = {
  name: 'system',
  image: '',
  resources: { requests: { cpu: '300m', memory: '1Gi' } },
};

/** When figures were taken, and over what time; in milliseconds. */
export interface Sample {
  atMs: number;
  windowMs: number;
}

/** The latest sample of a node; every node has its own beat. Undefined while its kubelet does not answer. */
export function latestSample(node: KubeObject, nowMs: number): Sample | undefined {
  const conditions: { type: string; status: string }[] = node['status']?.conditions ?? [];
  if (!conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return undefined;
  const { uid, creationTimestamp } = node.metadata;
  const phase = Math.floor(between(`${uid} sample`, 0, INTERVAL_MS));
  const atMs = Math.floor((nowMs - phase) / INTERVAL_MS) * INTERVAL_MS + phase;
  if (atMs < Date.parse(creationTimestamp ?? '')) return undefined;
  return { atMs, windowMs: Math.round(between(`${uid} ${atMs}`, 14_950, 15_080)) };
}

export interface ContainerUsage {
  name: string;
  usage: Usage;
}

interface ContainerStatus {
  name: string;
  state?: { running?: { startedAt?: string } };
}

/** What each container used that had been running for a while at a moment; none for pods that do not run. */
export function podUsage(pod: KubeObject, atMs: number): ContainerUsage[] {
  const { spec, status } = pod as { spec?: PodSpec; status?: PodStatus };
  const since = new Map<string, number>();
  for (const { name, state } of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    if (state?.running) since.set(name, Date.parse(state.running.startedAt ?? ''));
  }
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
    .filter(({ name }) => (since.get(name) ?? atMs) + WARM_UP_MS <= atMs)
    .map((container) => ({ name: container.name, usage: inKibibytes(usageOf(pod, container, atMs)) }));
}

interface PodSpec {
  initContainers?: ContainerSpec[];
  containers?: ContainerSpec[];
}

interface PodStatus {
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
}

/** What a node used at a moment: the sum of `pods`, which are those on it, and what it needs itself. */
export function nodeUsage(node: KubeObject, pods: readonly KubeObject[], atMs: number): Usage {
  const parts = pods.flatMap((pod) => podUsage(pod, atMs)).map(({ usage }) => usage);
  return [inKibibytes(usageOf(node, SYSTEM, atMs)), ...parts].reduce((sum, one) => ({
    cpu: sum.cpu + one.cpu,
    memory: sum.memory + one.memory,
  }));
}

/** Memory is told in KiB, so that figures add up to what is told of their sum. */
const inKibibytes = ({ cpu, memory }: Usage): Usage => ({ cpu, memory: Math.round(memory / 1024) * 1024 });

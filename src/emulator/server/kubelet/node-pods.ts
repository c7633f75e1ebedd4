import type { KubeObject } from '../../../api/meta.ts';
import type { ContainerSpec } from '../../runtime/container.ts';
import { podUsage } from '../../runtime/measure.ts';
import { type Usage, usageOf } from '../../runtime/usage.ts';
import type { ServerContext } from '../exchange.ts';

/** What runs on a node. */
export function podsOn({ machine }: ServerContext, node: string): KubeObject[] {
  return machine.store.list('pods').filter((pod) => pod['spec']?.nodeName === node);
}

/** A container that runs now. */
export interface RunningContainer {
  name: string;
  startedAt: number;
  usage: Usage;
  /** Since it started. */
  cpuNanoseconds: number;
}

interface ContainerStatus {
  name: string;
  state?: { running?: { startedAt?: string } };
}

/** The containers of a pod that have been running for long enough to be measured. */
export function measuredContainers(pod: KubeObject, nowMs: number): RunningContainer[] {
  const { initContainerStatuses = [], containerStatuses = [] } = (pod['status'] ?? {}) as Record<
    string,
    ContainerStatus[]
  >;
  const specs: ContainerSpec[] = [...(pod['spec'].initContainers ?? []), ...pod['spec'].containers];
  return podUsage(pod, nowMs).flatMap(({ name, usage }) => {
    const status = [...initContainerStatuses, ...containerStatuses].find((one) => one.name === name);
    const spec = specs.find((one) => one.name === name);
    const startedAt = Date.parse(status?.state?.running?.startedAt ?? '');
    if (!spec || Number.isNaN(startedAt)) return [];
    return [{ name, startedAt, usage, cpuNanoseconds: cpuBetween(pod, spec, startedAt, nowMs) }];
  });
}

const STEP_MS = 15_000;
/** What a container uses comes and goes in this time, again and again. */
const PERIOD_MS = 20 * 60_000;

/** CPU time in nanoseconds that a container used between two moments; it never goes back as time goes on. */
function cpuBetween(pod: KubeObject, container: ContainerSpec, fromMs: number, toMs: number): number {
  const periods = Math.floor((toMs - fromMs) / PERIOD_MS);
  const rest = (toMs - fromMs) % PERIOD_MS;
  const upTo = (ms: number): number => {
    let used = 0;
    for (let at = 0; at < ms; at += STEP_MS) {
      // Millicores for milliseconds are microseconds.
      used += usageOf(pod, container, fromMs + at).cpu * Math.min(STEP_MS, ms - at);
    }
    return used * 1000;
  };
  return periods === 0 ? upTo(rest) : periods * upTo(PERIOD_MS) + upTo(rest);
}

const counters = new WeakMap<ServerContext, Map<string, { atMs: number; nanoseconds: number }>>();

/** CPU time of a whole node in nanoseconds: what it uses when somebody looks, since somebody looked last. */
export function nodeCpu(context: ServerContext, node: KubeObject, usedMillicores: number, nowMs: number): number {
  const known = counters.get(context) ?? new Map<string, { atMs: number; nanoseconds: number }>();
  counters.set(context, known);
  const uid = node.metadata.uid ?? '';
  const last = known.get(uid) ?? { atMs: Date.parse(node.metadata.creationTimestamp ?? '') || nowMs, nanoseconds: 0 };
  const next = {
    atMs: nowMs,
    nanoseconds: last.nanoseconds + usedMillicores * 1000 * Math.max(0, nowMs - last.atMs),
  };
  known.set(uid, next);
  return next.nanoseconds;
}

import type { KubeObject } from '../../../api/meta.ts';
import { isTerminating } from '../pods.ts';
import type { PodMetric } from './resource-metrics.ts';

/** --horizontal-pod-autoscaler-cpu-initialization-period */
const CPU_INITIALIZATION_MS = 300_000;
/** --horizontal-pod-autoscaler-initial-readiness-delay */
const READINESS_DELAY_MS = 30_000;

/** How far from its target a figure may be; shares. */
export interface Tolerances {
  up: number;
  down: number;
}

const isNear = (ratio: number, { up, down }: Tolerances): boolean => 1 - down <= ratio && ratio <= 1 + up;

/** What there is to know of the use of a set of pods. */
interface Use {
  /** Over the target. */
  ratio: number;
  /** In thousandths, a pod. */
  average: number;
  /** In percent of what was requested; undefined for a target that is an amount. */
  utilization?: number;
}

/** By which target pods are sized; amounts in thousandths. */
export type Target = { percent: number; requests: ReadonlyMap<string, number> } | { each: number };

/** @throws Error when nothing that was measured is known */
function shareOf(metrics: ReadonlyMap<string, PodMetric>, target: Target): Use {
  let [used, requested, count] = [0, 0, 0];
  for (const [name, { value }] of metrics) {
    const request = 'percent' in target ? target.requests.get(name) : 0;
    if (request === undefined) continue;
    used += value;
    requested += request;
    count++;
  }
  const average = Math.trunc(used / count);
  if (!('percent' in target)) return { ratio: average / target.each, average };
  if (requested === 0) throw new Error('no metrics returned matched known pods');
  const utilization = Math.trunc((used * 100) / requested);
  return { ratio: utilization / target.percent, average, utilization };
}

interface Groups {
  ready: number;
  unready: string[];
  missing: string[];
  ignored: string[];
}

interface PodCondition {
  type: string;
  status: string;
  lastTransitionTime?: string;
}

/** A young pod's CPU is that of its start, and says nothing of the load. */
function isStarting(pod: KubeObject, metric: PodMetric, nowMs: number): boolean {
  const { conditions = [], startTime } = (pod['status'] ?? {}) as { conditions?: PodCondition[]; startTime?: string };
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (!ready || startTime === undefined) return true;
  const [started, turned] = [Date.parse(startTime), Date.parse(ready.lastTransitionTime ?? '')];
  const isUnready = ready.status === 'False';
  if (started + CPU_INITIALIZATION_MS > nowMs) return isUnready || metric.atMs < turned + metric.windowMs;
  return isUnready && started + READINESS_DELAY_MS > turned;
}

function group(
  pods: readonly KubeObject[],
  metrics: ReadonlyMap<string, PodMetric>,
  resource: string,
  nowMs: number,
): Groups {
  const groups: Groups = { ready: 0, unready: [], missing: [], ignored: [] };
  for (const pod of pods) {
    const name = pod.metadata.name!;
    const metric = metrics.get(name);
    if (isTerminating(pod) || pod['status']?.phase === 'Failed') groups.ignored.push(name);
    else if (pod['status']?.phase === 'Pending') groups.unready.push(name);
    else if (!metric) groups.missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, metric, nowMs)) groups.unready.push(name);
    else groups.ready++;
  }
  return groups;
}

export interface Wish {
  replicas: number;
  average: number;
  utilization?: number;
}

/**
 * How many replicas pods want by one metric (kubernetes replica_calculator): usage over target, nothing within the
 * tolerance. What was not measured counts against the change: as nothing on the way up, as all on the way down.
 * @throws Error when no pod has told enough
 */
export function replicasFor(
  pods: readonly KubeObject[],
  metrics: Map<string, PodMetric>,
  target: Target,
  about: { resource: string; current: number; tolerances: Tolerances; nowMs: number },
): Wish {
  const { resource, current, tolerances, nowMs } = about;
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
  const { ready, unready, missing, ignored } = group(pods, metrics, resource, nowMs);
  for (const name of [...ignored, ...unready]) metrics.delete(name);
  if (metrics.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  const first = shareOf(metrics, target);
  const wish = (replicas: number): Wish => ({
    replicas,
    average: first.average,
    ...(first.utilization === undefined ? {} : { utilization: first.utilization }),
  });
  const growsWithUnready = unready.length > 0 && first.ratio > 1;
  if (!growsWithUnready && missing.length === 0) {
    return wish(isNear(first.ratio, tolerances) ? current : Math.ceil(first.ratio * ready));
  }
  const suppose = (names: readonly string[], use: (name: string) => number) => {
    for (const name of names) metrics.set(name, { value: use(name), atMs: nowMs, windowMs: 0 });
  };
  if (first.ratio < 1) suppose(missing, (name) => fallback(target, name));
  if (first.ratio > 1) suppose(missing, () => 0);
  if (growsWithUnready) suppose(unready, () => 0);
  const { ratio } = shareOf(metrics, target);
  const hasTurned = (first.ratio < 1 && ratio > 1) || (first.ratio > 1 && ratio < 1);
  if (isNear(ratio, tolerances) || hasTurned) return wish(current);
  const replicas = Math.ceil(ratio * metrics.size);
  const goesWrong = (ratio < 1 && replicas > current) || (ratio > 1 && replicas < current);
  return wish(goesWrong ? current : replicas);
}

/** On the way down: all of its request, or the target itself. */
function fallback(target: Target, name: string): number {
  if (!('percent' in target)) return target.each;
  return Math.trunc(((target.requests.get(name) ?? 0) * Math.max(100, target.percent)) / 100);
}

import type { KubeObject } from '../../../api/meta.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import type { ContainerSpec } from '../../runtime/container.ts';
import { type Usage, usageOf } from '../../runtime/usage.ts';
import { isReady, isTerminating } from '../pods.ts';

/** A figure this near to its target is good enough (--horizontal-pod-autoscaler-tolerance). */
const TOLERANCE = 0.1;
const CPU_INITIALIZATION_MS = 300_000;

export interface MetricSpec {
  type: string;
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
}

interface MetricTarget {
  type: string;
  averageUtilization?: number;
  averageValue?: string;
}

export interface Recommendation {
  replicas: number;
  /** As in messages: `cpu resource utilization (percentage of request)`. */
  name: string;
  status: Record<string, unknown>;
}

interface Sample {
  used: number;
  requested: number;
}

const scaleOf = (name: string): number => (name === 'cpu' ? 1000 : 1);

/** @throws Error in the controller's words where a container requests nothing */
function sampleOf(pod: KubeObject, name: string, only: string | undefined, nowMs: number): Sample {
  const sample: Sample = { used: 0, requested: 0 };
  for (const container of pod['spec'].containers as ContainerSpec[]) {
    if (only !== undefined && container.name !== only) continue;
    sample.used += usageOf(pod, container, nowMs)[name as keyof Usage] ?? 0;
    const request = container.resources?.requests?.[name];
    if (request === undefined) {
      throw new Error(
        `failed to get ${name} utilization: missing request for ${name} in container ${container.name} of Pod ${pod.metadata.name}`,
      );
    }
    sample.requested += quantityValue(request) * scaleOf(name);
  }
  return sample;
}

/**
 * How many replicas one metric wants (kubernetes podautoscaler replica_calculator): usage over target,
 * nothing within the tolerance; pods that are not ready yet count as idle on the way up.
 * @throws Error with the text for the ScalingActive condition
 */
export function recommend(
  metric: MetricSpec,
  pods: readonly KubeObject[],
  current: number,
  nowMs: number,
): Recommendation {
  const source = metric.resource ?? metric.containerResource;
  if (!source) throw new Error(`no metrics of type ${metric.type} are served by this cluster`);
  const { name, target } = source;
  const only = metric.containerResource?.container;
  const living = pods.filter((pod) => !isTerminating(pod) && !['Failed', 'Succeeded'].includes(pod['status']?.phase));
  const isYoung = (pod: KubeObject) => nowMs < Date.parse(pod['status']?.startTime ?? '') + CPU_INITIALIZATION_MS;
  const isIdle = (pod: KubeObject) =>
    pod['status']?.phase !== 'Running' || (name === 'cpu' && !isReady(pod) && isYoung(pod));
  const measured = living.filter((pod) => !isIdle(pod));
  if (measured.length === 0) throw new Error(`did not receive metrics for targeted pods (pods might be unready)`);
  const byUtilization = target.type === 'Utilization';
  const samples = measured.map((pod) =>
    byUtilization ? sampleOf(pod, name, only, nowMs) : { ...safeSample(pod, name, only, nowMs) },
  );
  const used = samples.reduce((sum, sample) => sum + sample.used, 0);
  const requested = samples.reduce((sum, sample) => sum + sample.requested, 0);
  const each = byUtilization
    ? ((requested / measured.length) * (target.averageUtilization ?? 80)) / 100
    : quantityValue(target.averageValue ?? '0') * scaleOf(name);
  const ratioOf = (count: number) => used / (each * count);
  const averageValue =
    name === 'cpu' ? `${Math.ceil(used / measured.length)}m` : String(Math.ceil(used / measured.length));
  const figures = {
    averageValue,
    ...(byUtilization ? { averageUtilization: Math.floor((100 * used) / requested) } : {}),
  };
  return {
    replicas: sizeFor(ratioOf, measured.length, living.length, current),
    name: byUtilization ? `${name} resource utilization (percentage of request)` : `${name} resource`,
    status: metric.resource
      ? { type: 'Resource', resource: { name, current: figures } }
      : { type: 'ContainerResource', containerResource: { name, container: only, current: figures } },
  };
}

function safeSample(pod: KubeObject, name: string, only: string | undefined, nowMs: number): Sample {
  const containers = (pod['spec'].containers as ContainerSpec[]).filter(
    (one) => only === undefined || one.name === only,
  );
  return {
    used: containers.reduce((sum, one) => sum + (usageOf(pod, one, nowMs)[name as keyof Usage] ?? 0), 0),
    requested: 0,
  };
}

function sizeFor(ratioOf: (count: number) => number, measured: number, all: number, current: number): number {
  const ratio = ratioOf(measured);
  const isNear = (value: number) => Math.abs(value - 1) <= TOLERANCE;
  if (measured === all || ratio <= 1) return isNear(ratio) ? current : Math.ceil(ratio * measured);
  const withIdle = ratioOf(all);
  // Counting the idle ones turned the wish around: better nothing than a guess.
  return isNear(withIdle) || withIdle < 1 ? current : Math.max(Math.ceil(withIdle * all), current);
}

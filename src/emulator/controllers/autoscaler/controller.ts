import type { KubeObject } from '../../../api/meta.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { timestamp } from '../../clock.ts';
import { type StatusCondition, withCondition } from '../conditions.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from '../controller.ts';
import { resourceOfOwner } from '../known-resources.ts';
import { writeStatus } from '../ownership.ts';
import type { Again } from '../work-queue.ts';
import { type Memory, reach, stabilize } from './limits.ts';
import { type MetricSpec, type Recommendation, recommend } from './recommend.ts';

const RESOURCE = 'horizontalpodautoscalers.autoscaling';
const COMPONENT = 'horizontal-pod-autoscaler';
/** --horizontal-pod-autoscaler-sync-period. */
const PERIOD_MS = 15_000;
const KEEP_MS = 3_600_000;

type Condition = Pick<StatusCondition, 'type' | 'status'> & { reason: string; message: string };
const condition = (type: string, isTrue: boolean, reason: string, message: string): Condition => ({
  type,
  status: isTrue ? 'True' : 'False',
  reason,
  message,
});

/** Sizes workloads by what their pods use (autoscaling/v2; kubernetes pkg/controller/podautoscaler). */
export function autoscalerController(context: ControlContext): Controller {
  const memories = new Map<string, Memory>();
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ({ type, object, previous }) => {
        if (type === 'DELETED') memories.delete(keyOf(object));
        const isOwnWrite =
          previous && object.metadata.generation === previous.metadata.generation && type === 'MODIFIED';
        return type === 'DELETED' || isOwnWrite ? [] : [keyOf(object)];
      },
    },
    reconcile: async (key) => {
      const scaler = context.lister.get<KubeObject>(RESOURCE, ...splitKey(key));
      if (!scaler || scaler.metadata.deletionTimestamp) return undefined;
      const memory = memories.get(key) ?? { wishes: [], changes: [] };
      memories.set(key, memory);
      await scaleOnce(context, scaler, memory);
      return PERIOD_MS satisfies Again;
    },
  };
}

interface Outcome {
  desired: number;
  conditions: Condition[];
  metrics?: Record<string, unknown>[];
  /** For the event when it was scaled. */
  why?: string;
}

async function scaleOnce(context: ControlContext, scaler: KubeObject, memory: Memory): Promise<void> {
  const { scaleTargetRef } = scaler['spec'];
  const resource = resourceOfOwner(context.lister, scaleTargetRef);
  const target =
    resource && context.lister.get<KubeObject>(resource.name, scaler.metadata.namespace, scaleTargetRef.name);
  if (!target) {
    const kind = String(scaleTargetRef.kind).toLowerCase();
    const message = `the HPA controller was unable to get the target's current scale: ${kind}s "${scaleTargetRef.name}" not found`;
    await save(
      context,
      scaler,
      { desired: 0, conditions: [condition('AbleToScale', false, 'FailedGetScale', message)] },
      0,
      false,
    );
    return;
  }
  const current: number = target['spec'].replicas ?? 1;
  // What it finds counts as recommended, so that a new autoscaler does not shrink at once.
  if (memory.wishes.length === 0) memory.wishes.push({ atMs: context.clock.now(), replicas: current });
  const outcome = decide(context, scaler, target, current, memory);
  if (outcome.desired !== current) {
    await context.client.update(resource.name, {
      ...target,
      spec: { ...target['spec'], replicas: outcome.desired },
    });
    memory.changes.push({ atMs: context.clock.now(), by: outcome.desired - current });
    say(context, scaler, 'Normal', 'SuccessfulRescale', `New size: ${outcome.desired}; reason: ${outcome.why}`);
    const message = `the HPA controller was able to update the target scale to ${outcome.desired}`;
    outcome.conditions[0] = condition('AbleToScale', true, 'SucceededRescale', message);
  }
  await save(context, scaler, outcome, current, outcome.desired !== current);
}

function decide(
  context: ControlContext,
  scaler: KubeObject,
  target: KubeObject,
  current: number,
  memory: Memory,
): Outcome {
  const { minReplicas = 1, maxReplicas, behavior, metrics = [] } = scaler['spec'];
  const now = context.clock.now();
  const able = condition('AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size');
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    return { desired: 0, conditions: [able, condition('ScalingActive', false, 'ScalingDisabled', message)] };
  }
  const bounds = current > maxReplicas ? maxReplicas : current < minReplicas ? minReplicas : undefined;
  if (bounds !== undefined) {
    const why =
      current > maxReplicas
        ? 'Current number of replicas above Spec.MaxReplicas'
        : 'Current number of replicas below Spec.MinReplicas';
    return { desired: bounds, conditions: [able], why };
  }
  const { found, failures } = measure(context, target, metrics, current, now);
  const best = found.reduce<Recommendation | undefined>(
    (most, one) => (most && most.replicas >= one.replicas ? most : one),
    undefined,
  );
  // A metric that cannot be had forbids to shrink, not to grow.
  if (!best || (failures.length > 0 && best.replicas < current)) {
    const message = `the HPA was unable to compute the replica count: ${failures[0]}`;
    say(context, scaler, 'Warning', 'FailedGetResourceMetric', failures[0] ?? 'no metrics are given');
    return {
      desired: current,
      conditions: [able, condition('ScalingActive', false, 'FailedGetResourceMetric', message)],
    };
  }
  const active = condition(
    'ScalingActive',
    true,
    'ValidMetricFound',
    `the HPA was able to successfully calculate a replica count from ${best.name}`,
  );
  const steady = stabilize(best.replicas, current, behavior, memory, now);
  memory.wishes = [...memory.wishes.filter(({ atMs }) => atMs > now - KEEP_MS), { atMs: now, replicas: best.replicas }];
  memory.changes = memory.changes.filter(({ atMs }) => atMs > now - KEEP_MS);
  const held =
    steady !== best.replicas && steady > best.replicas
      ? condition(
          'AbleToScale',
          true,
          'ScaleDownStabilized',
          'recent recommendations were higher than current one, applying the highest recent recommendation',
        )
      : able;
  const { desired, limited } = limit(steady, current, scaler['spec'], memory, now);
  return {
    desired,
    conditions: [held, active, limited],
    metrics: found.map(({ status }) => status),
    why: desired > current ? `${best.name} above target` : 'All metrics below target',
  };
}

function measure(context: ControlContext, target: KubeObject, metrics: MetricSpec[], current: number, now: number) {
  const selector = selectorOf(target['spec'].selector);
  const pods = context.lister
    .list<KubeObject>('pods', target.metadata.namespace)
    .filter((pod) => selector.matches(pod.metadata.labels ?? {}));
  const found: Recommendation[] = [];
  const failures: string[] = [];
  for (const metric of metrics) {
    try {
      found.push(recommend(metric, pods, current, now));
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  return { found, failures };
}

function limit(
  wish: number,
  current: number,
  spec: KubeObject['spec'],
  memory: Memory,
  now: number,
): { desired: number; limited: Condition } {
  const { minReplicas = 1, maxReplicas, behavior } = spec;
  const no = (desired: number) => ({
    desired,
    limited: condition(
      'ScalingLimited',
      false,
      'DesiredWithinRange',
      'the desired count is within the acceptable range',
    ),
  });
  const yes = (desired: number, reason: string, message: string) => ({
    desired,
    limited: condition('ScalingLimited', true, reason, message),
  });
  if (wish > current) {
    const most = reach(current, 'up', behavior?.scaleUp, memory, now);
    if (wish > maxReplicas && maxReplicas <= most) {
      return yes(maxReplicas, 'TooManyReplicas', 'the desired replica count is more than the maximum replica count');
    }
    if (wish > most)
      return yes(
        Math.max(most, current),
        'ScaleUpLimit',
        'the desired replica count is increasing faster than the maximum scale rate',
      );
  } else if (wish < current) {
    const least = reach(current, 'down', behavior?.scaleDown, memory, now);
    if (wish < minReplicas && minReplicas >= least) {
      return yes(minReplicas, 'TooFewReplicas', 'the desired replica count is less than the minimum replica count');
    }
    if (wish < least)
      return yes(
        Math.min(least, current),
        'ScaleDownLimit',
        'the desired replica count is decreasing faster than the maximum scale rate',
      );
  }
  return no(wish);
}

function say(
  context: ControlContext,
  scaler: KubeObject,
  type: 'Normal' | 'Warning',
  reason: string,
  message: string,
): void {
  context.recorder.record(scaler, { type, reason, message, component: COMPONENT });
}

async function save(
  context: ControlContext,
  scaler: KubeObject,
  outcome: Outcome,
  current: number,
  isScaled: boolean,
): Promise<void> {
  const now = timestamp(context.clock);
  const before = scaler['status'] ?? {};
  const conditions = outcome.conditions.reduce<StatusCondition[]>(
    (known, next) => withCondition(known, next, now),
    before.conditions ?? [],
  );
  await writeStatus(context, RESOURCE, scaler, {
    lastScaleTime: isScaled ? now : before.lastScaleTime,
    currentReplicas: current,
    desiredReplicas: outcome.desired,
    currentMetrics: outcome.metrics ?? before.currentMetrics,
    conditions,
    observedGeneration: scaler.metadata.generation,
  });
}

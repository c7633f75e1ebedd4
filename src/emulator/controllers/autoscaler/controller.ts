import type { KubeObject } from '../../../api/meta.ts';
import { parseLabelSelector } from '../../../lib/label-selector.ts';
import { quantityValue } from '../../../lib/quantity.ts';
import { timestamp } from '../../clock.ts';
import { type ControlContext, type Controller, keyOf, splitKey } from '../controller.ts';
import { writeStatus } from '../ownership.ts';
import { type ScaleView, scaleOf } from '../scale.ts';
import { type ScalerCondition, said } from './conditions.ts';
import { type Answer, evaluate, MetricError, type MetricSpec } from './evaluate.ts';
import { type Behavior, limit, type Memory, stabilize } from './limits.ts';
import type { Tolerances } from './replicas.ts';

const RESOURCE = 'horizontalpodautoscalers.autoscaling';
const COMPONENT = 'horizontal-pod-autoscaler';
/** --horizontal-pod-autoscaler-sync-period. */
const PERIOD_MS = 15_000;
/** --horizontal-pod-autoscaler-tolerance: a figure this near to its target is good enough. */
const TOLERANCE = 0.1;
/** No window and no period of a policy is longer. */
const KEEP_MS = 3_600_000;

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
      const memory: Memory = memories.get(key) ?? { wishes: [], changes: [], selector: '' };
      memories.set(key, memory);
      await new Round(context, scaler, memory, memories).run();
      return PERIOD_MS;
    },
  };
}

/** One look at one autoscaler. */
class Round {
  readonly #context: ControlContext;
  readonly #scaler: KubeObject;
  readonly #memory: Memory;
  readonly #memories: ReadonlyMap<string, Memory>;
  readonly #now: string;
  readonly #nowMs: number;
  #conditions: ScalerCondition[];
  /** What the metrics came to; those that could not be had have no type. Undefined where none was asked. */
  #metrics: Record<string, unknown>[] | undefined;

  constructor(context: ControlContext, scaler: KubeObject, memory: Memory, memories: ReadonlyMap<string, Memory>) {
    this.#context = context;
    this.#scaler = scaler;
    this.#memory = memory;
    this.#memories = memories;
    this.#now = timestamp(context.clock);
    this.#nowMs = context.clock.now();
    this.#conditions = scaler['status']?.conditions ?? [];
  }

  async run(): Promise<void> {
    let scale: ScaleView;
    try {
      const { scaleTargetRef } = this.#scaler['spec'];
      scale = scaleOf(this.#context, this.#scaler.metadata.namespace, scaleTargetRef);
    } catch (error) {
      const { message } = error as Error;
      this.#record('Warning', 'FailedGetScale', message);
      this.#say(
        'AbleToScale',
        false,
        'FailedGetScale',
        `the HPA controller was unable to get the target's current scale: ${message}`,
      );
      await this.#writeConditions();
      return;
    }
    this.#say(
      'AbleToScale',
      true,
      'SucceededGetScale',
      "the HPA controller was able to get the target's current scale",
    );
    // What it finds counts as recommended, so that a new autoscaler does not shrink at once.
    if (this.#memory.wishes.length === 0) this.#memory.wishes.push({ atMs: this.#nowMs, replicas: scale.replicas });
    const wanted = this.#wanted(scale);
    if (!wanted) return this.#save(scale.replicas, this.#scaler['status']?.desiredReplicas ?? 0, false);
    if (wanted.replicas === scale.replicas) return this.#save(scale.replicas, scale.replicas, false);
    await this.#rescale(scale, wanted.replicas, wanted.why);
  }

  /** The size to be, and why; undefined when that cannot be told. */
  #wanted(scale: ScaleView): { replicas: number; why: string } | undefined {
    const { minReplicas = 1, maxReplicas, behavior } = this.#scaler['spec'];
    const { replicas: current } = scale;
    if (current === 0) {
      const message = 'scaling is disabled since the replica count of the target is zero';
      this.#say('ScalingActive', false, 'ScalingDisabled', message);
      return { replicas: 0, why: '' };
    }
    if (current > maxReplicas) {
      return { replicas: maxReplicas, why: 'Current number of replicas above Spec.MaxReplicas' };
    }
    if (current < minReplicas) {
      return { replicas: minReplicas, why: 'Current number of replicas below Spec.MinReplicas' };
    }
    const best = this.#measure(scale, behavior);
    if (!best) return undefined;
    const memory = this.#memory;
    const steady = stabilize(best.replicas, current, behavior, memory, this.#nowMs);
    const recent = memory.wishes.filter(({ atMs }) => atMs > this.#nowMs - KEEP_MS);
    memory.wishes = [...recent, { atMs: this.#nowMs, replicas: best.replicas }];
    this.#say('AbleToScale', true, steady.reason, steady.message);
    const allowed = limit(steady.replicas, current, { minReplicas, maxReplicas, behavior }, memory, this.#nowMs);
    this.#say('ScalingLimited', allowed.replicas !== steady.replicas, allowed.reason, allowed.message);
    const why = best.replicas > current ? `${best.name} above target` : 'All metrics below target';
    return { replicas: allowed.replicas, why };
  }

  /** The greatest wish of all metrics. One that cannot be had forbids to shrink, not to grow. */
  #measure(scale: ScaleView, behavior: Behavior | undefined): Answer | undefined {
    const fail = (reason: string, message: string, summary: string): undefined => {
      this.#say('ScalingActive', false, reason, message);
      this.#record('Warning', 'FailedComputeMetricsReplicas', summary);
    };
    const pods = this.#podsOf(scale, fail);
    if (!pods) return undefined;
    const namespace = this.#scaler.metadata.namespace!;
    const specs: MetricSpec[] = this.#scaler['spec'].metrics ?? [];
    const question = {
      context: this.#context,
      namespace,
      pods,
      current: scale.replicas,
      tolerances: tolerancesOf(behavior),
    };
    const answers: Answer[] = [];
    const failures: MetricError[] = [];
    this.#metrics = specs.map((spec) => {
      try {
        const answer = evaluate(spec, question);
        answers.push(answer);
        return answer.status;
      } catch (error) {
        if (!(error instanceof MetricError)) throw error;
        this.#record('Warning', error.reason, error.message);
        failures.push(error);
        return { type: '' };
      }
    });
    const best = answers.reduce<Answer | undefined>(
      (most, one) => (most && most.replicas >= one.replicas ? most : one),
      undefined,
    );
    const [first] = failures;
    if (!best || (first && best.replicas < scale.replicas)) {
      const summary = `invalid metrics (${failures.length} invalid out of ${specs.length}), first error is: ${first?.summary}`;
      return fail(first?.reason ?? '', `the HPA was unable to compute the replica count: ${first?.message}`, summary);
    }
    const message = `the HPA was able to successfully calculate a replica count from ${best.name}`;
    this.#say('ScalingActive', true, 'ValidMetricFound', message);
    return best;
  }

  /** The pods of the target; undefined where it has no selector, or another autoscaler has chosen them, too. */
  #podsOf(
    { selector, selectorText }: ScaleView,
    fail: (reason: string, message: string, summary: string) => undefined,
  ): readonly KubeObject[] | undefined {
    if (!selector || selectorText === '') {
      this.#record('Warning', 'SelectorRequired', 'selector is required');
      return fail('InvalidSelector', "the HPA target's scale is missing a selector", 'selector is required');
    }
    this.#memory.selector = selectorText;
    const { namespace, name } = this.#scaler.metadata;
    const pods = this.#context.lister
      .list<KubeObject>('pods', namespace)
      .filter((pod) => selector.matches(pod.metadata.labels ?? {}));
    const rivals = this.#rivals(pods);
    if (rivals.length === 0) return pods;
    const all = [name!, ...rivals].sort().map((one) => `{${one} ${namespace}}`);
    const message = `pods by selector ${selectorText} are controlled by multiple HPAs: [${all.join(' ')}]`;
    this.#record('Warning', 'AmbiguousSelector', message);
    return fail('AmbiguousSelector', message, message);
  }

  /** Other autoscalers of the namespace that have chosen one of these pods. */
  #rivals(pods: readonly KubeObject[]): string[] {
    const own = keyOf(this.#scaler);
    const prefix = `${this.#scaler.metadata.namespace}/`;
    const rivals: string[] = [];
    for (const [key, { selector }] of this.#memories) {
      if (key === own || selector === '' || !key.startsWith(prefix)) continue;
      const theirs = parseLabelSelector(selector);
      if (pods.some((pod) => theirs.matches(pod.metadata.labels ?? {}))) rivals.push(key.slice(prefix.length));
    }
    return rivals;
  }

  async #rescale(scale: ScaleView, replicas: number, why: string): Promise<void> {
    const { client } = this.#context;
    try {
      await client.update(scale.resource, scale.resized(replicas));
    } catch (error) {
      const { message } = error as Error;
      this.#record('Warning', 'FailedRescale', `New size: ${replicas}; reason: ${why}; error: ${message}`);
      this.#say(
        'AbleToScale',
        false,
        'FailedUpdateScale',
        `the HPA controller was unable to update the target scale: ${message}`,
      );
      return this.#save(scale.replicas, this.#scaler['status']?.desiredReplicas ?? 0, false);
    }
    this.#say(
      'AbleToScale',
      true,
      'SucceededRescale',
      `the HPA controller was able to update the target scale to ${replicas}`,
    );
    this.#record('Normal', 'SuccessfulRescale', `New size: ${replicas}; reason: ${why}`);
    const recent = this.#memory.changes.filter(({ atMs }) => atMs > this.#nowMs - KEEP_MS);
    // Only the policies of a behavior ask what was done lately.
    const change = { atMs: this.#nowMs, by: replicas - scale.replicas };
    this.#memory.changes = this.#scaler['spec'].behavior ? [...recent, change] : [];
    await this.#save(scale.replicas, replicas, true);
  }

  #say(type: Parameters<typeof said>[1], isTrue: boolean, reason: string, message: string): void {
    this.#conditions = said(this.#conditions, type, isTrue, reason, message, this.#now);
  }

  #record(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#context.recorder.record(this.#scaler, { type, reason, message, component: COMPONENT });
  }

  /** Where even the size is unknown, all but the conditions stays as it was. */
  async #writeConditions(): Promise<void> {
    const status = { desiredReplicas: 0, ...this.#scaler['status'], conditions: this.#conditions };
    await writeStatus(this.#context, RESOURCE, this.#scaler, status);
  }

  async #save(currentReplicas: number, desiredReplicas: number, isScaled: boolean): Promise<void> {
    await writeStatus(this.#context, RESOURCE, this.#scaler, {
      lastScaleTime: isScaled ? this.#now : this.#scaler['status']?.lastScaleTime,
      ...(currentReplicas > 0 ? { currentReplicas } : {}),
      desiredReplicas,
      currentMetrics: this.#metrics,
      conditions: this.#conditions,
    });
  }
}

function tolerancesOf(behavior: Behavior | undefined): Tolerances {
  const of = (tolerance: string | undefined) => (tolerance === undefined ? TOLERANCE : quantityValue(tolerance));
  return { up: of(behavior?.scaleUp?.tolerance), down: of(behavior?.scaleDown?.tolerance) };
}

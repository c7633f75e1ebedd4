import type { KubeObject } from '../../../api/meta.ts';
import type { LabelSelectorObject } from '../../../lib/label-selector.ts';
import { Quantity, quantityValue } from '../../../lib/quantity.ts';
import type { ControlContext } from '../controller.ts';
import { shownSelector } from '../shown-selector.ts';
import { replicasFor, type Target, type Tolerances, type Wish } from './replicas.ts';
import { requestsOf, resourceMetrics } from './resource-metrics.ts';

interface MetricTarget {
  type: string;
  averageUtilization?: number;
  averageValue?: string;
  value?: string;
}

interface MetricName {
  name: string;
  selector?: LabelSelectorObject;
}

/** autoscaling/v2 MetricSpec. */
export interface MetricSpec {
  type: 'Resource' | 'ContainerResource' | 'Pods' | 'Object' | 'External';
  resource?: { name: string; target: MetricTarget };
  containerResource?: { name: string; container: string; target: MetricTarget };
  pods?: { metric: MetricName; target: MetricTarget };
  object?: { metric: MetricName; target: MetricTarget; describedObject: { kind: string; name: string } };
  external?: { metric: MetricName; target: MetricTarget };
}

export interface Question {
  context: ControlContext;
  namespace: string;
  /** Those that the target's selector chooses. */
  pods: readonly KubeObject[];
  current: number;
  tolerances: Tolerances;
}

export interface Answer {
  replicas: number;
  /** As in messages: `cpu resource utilization (percentage of request)`. */
  name: string;
  status: Record<string, unknown>;
}

/** A metric that cannot be had. */
export class MetricError extends Error {
  /** Of the event, and of the condition ScalingActive. */
  readonly reason: string;
  /** In the sum of all that went wrong. */
  readonly summary: string;

  constructor(reason: string, message: string, summary: string) {
    super(message);
    this.reason = reason;
    this.summary = summary;
  }
}

interface Kind {
  reason: string;
  evaluate: (spec: MetricSpec, question: Question) => Answer;
  /** What the controller says before the reason. */
  summary: (spec: MetricSpec, message: string) => string;
}

const attempt = <T>(what: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
};

/** Amounts in thousandths, as they are told: memory in Ki, Mi, Gi where it is a whole number of bytes. */
const told = (resource: string, value: number): string =>
  new Quantity(BigInt(value) * 1_000_000n, resource === 'memory' ? 'BinarySI' : 'DecimalSI').toString();

function ofResource(
  { name, target }: { name: string; target: MetricTarget },
  only: string | undefined,
  { context, pods, current, tolerances }: Question,
): { wish: Wish; name: string; figures: Record<string, unknown> } {
  const measure = () =>
    attempt(`unable to get metrics for resource ${name}`, () => resourceMetrics(context, pods, name, only));
  const about = { resource: name, current, tolerances, nowMs: context.clock.now() };
  if (target.averageValue !== undefined) {
    const each = Math.ceil(quantityValue(target.averageValue) * 1000);
    const wish = attempt(`failed to get ${name} usage`, () => replicasFor(pods, measure(), { each }, about));
    return { wish, name: `${name} resource`, figures: { averageValue: told(name, wish.average) } };
  }
  const percent = target.averageUtilization;
  if (percent === undefined) {
    throw new Error(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  }
  const wish = attempt(`failed to get ${name} utilization`, () => {
    const metrics = measure();
    // Requests are asked for only when there is something to compare with them.
    const requests: Target = {
      percent,
      get requests() {
        return requestsOf(pods, name, only);
      },
    };
    return replicasFor(pods, metrics, once(requests), about);
  });
  return {
    wish,
    name: `${name} ${only === undefined ? '' : 'container '}resource utilization (percentage of request)`,
    figures: { averageUtilization: wish.utilization, averageValue: told(name, wish.average) },
  };
}

/** The target with its requests looked up at the first question for them. */
function once(target: Target): Target {
  if (!('percent' in target)) return target;
  let known: ReadonlyMap<string, number> | undefined;
  return {
    percent: target.percent,
    get requests() {
      known ??= target.requests;
      return known;
    },
  };
}

const UNSERVED =
  'unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered';

/** Only resources are measured here: other metrics need an adapter, and servers without one answer so. */
const kinds: Readonly<Record<MetricSpec['type'], Kind>> = {
  Resource: {
    reason: 'FailedGetResourceMetric',
    summary: ({ resource }, message) => `failed to get ${resource!.name} resource metric value: ${message}`,
    evaluate({ resource }, question) {
      const { wish, name, figures } = ofResource(resource!, undefined, question);
      const status = { type: 'Resource', resource: { name: resource!.name, current: figures } };
      return { replicas: wish.replicas, name, status };
    },
  },
  ContainerResource: {
    reason: 'FailedGetContainerResourceMetric',
    summary: ({ containerResource }, message) =>
      `failed to get ${containerResource!.container} container metric value: ${message}`,
    evaluate({ containerResource }, question) {
      const { name: resource, container } = containerResource!;
      const { wish, name, figures } = ofResource(containerResource!, container, question);
      const status = { type: 'ContainerResource', containerResource: { name: resource, container, current: figures } };
      return { replicas: wish.replicas, name, status };
    },
  },
  Pods: {
    reason: 'FailedGetPodsMetric',
    summary: (_, message) => `failed to get pods metric value: ${message}`,
    evaluate({ pods }) {
      throw new Error(`unable to get metric ${pods!.metric.name}: ${UNSERVED}`);
    },
  },
  Object: {
    reason: 'FailedGetObjectMetric',
    summary: ({ object }, message) =>
      `failed to get object metric value: ${object!.target.type === 'Value' ? '' : `failed to get ${object!.metric.name} object metric: `}${message}`,
    evaluate({ object }, { namespace }) {
      const { metric, describedObject } = object!;
      // In the order that upstream says it in.
      throw new Error(
        `unable to get metric ${metric.name}: ${describedObject.kind} on ${namespace} ${describedObject.name}/${UNSERVED}`,
      );
    },
  },
  External: {
    reason: 'FailedGetExternalMetric',
    summary: ({ external }, message) => {
      const { name } = external!.metric;
      const what = external!.target.averageValue === undefined ? `external metric ${name}` : `${name} external metric`;
      return `failed to get ${name} external metric value: failed to get ${what}: ${message}`;
    },
    evaluate({ external }, { namespace }) {
      const { name, selector } = external!.metric;
      throw new Error(
        `unable to get external metric ${namespace}/${name}/${shownSelector(selector)}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`,
      );
    },
  },
};

/**
 * What one metric makes of a set of pods (kubernetes podautoscaler computeReplicasForMetric).
 * @throws MetricError
 */
export function evaluate(spec: MetricSpec, question: Question): Answer {
  const kind = kinds[spec.type];
  try {
    return kind.evaluate(spec, question);
  } catch (error) {
    const { message } = error as Error;
    throw new MetricError(kind.reason, message, kind.summary(spec, message));
  }
}

import type { KubeObject } from '../../api/meta.ts';

/**
 * HorizontalPodAutoscalers in autoscaling/v1, which knows one metric, the use of cpu. All else is kept in
 * annotations, in shapes of their own. Source: Kubernetes pkg/apis/autoscaling/v1/conversion.go.
 */

// biome-ignore lint/suspicious/noExplicitAny: parts of an object as they came.
type Part = Record<string, any>;

const KEPT = 'autoscaling.alpha.kubernetes.io/';
const KEPT_NAMES = ['metrics', 'current-metrics', 'conditions', 'behavior'].map((name) => KEPT + name);

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without fields that say nothing, in the order given. */
const compact = (part: Part): Part =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined && value !== null));

/** How one kind of metric is written in annotations: its goal, and what it is at. */
interface MetricForm {
  field: string;
  targetToKept(source: Part): Part;
  targetFromKept(source: Part): Part;
  currentToKept(source: Part): Part;
  currentFromKept(source: Part): Part;
}

/** `container` is there where one container is meant. */
const resourceForm = (field: string): MetricForm => ({
  field,
  targetToKept: ({ name, target = {}, container }) => ({
    name,
    targetAverageUtilization: target.averageUtilization,
    targetAverageValue: target.averageValue,
    container,
  }),
  targetFromKept: ({ name, targetAverageUtilization, targetAverageValue, container }) => ({
    name,
    container,
    target: compact({
      type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
      averageUtilization: targetAverageUtilization,
      averageValue: targetAverageValue,
    }),
  }),
  currentToKept: ({ name, current = {}, container }) => ({
    name,
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: current.averageValue ?? '0',
    container,
  }),
  currentFromKept: ({ name, currentAverageUtilization, currentAverageValue, container }) => ({
    name,
    container,
    current: compact({ averageUtilization: currentAverageUtilization, averageValue: currentAverageValue }),
  }),
});

const reference = ({ kind, name, apiVersion }: Part = {}): Part => compact({ kind, name, apiVersion });

/** By `type`. */
const forms: Readonly<Record<string, MetricForm>> = {
  Resource: resourceForm('resource'),
  ContainerResource: resourceForm('containerResource'),
  Pods: {
    field: 'pods',
    targetToKept: ({ metric = {}, target = {} }) => ({
      metricName: metric.name,
      targetAverageValue: target.averageValue ?? '0',
      selector: metric.selector,
    }),
    targetFromKept: ({ metricName, targetAverageValue, selector }) => ({
      metric: compact({ name: metricName, selector }),
      target: compact({ type: 'AverageValue', averageValue: targetAverageValue }),
    }),
    currentToKept: ({ metric = {}, current = {} }) => ({
      metricName: metric.name,
      currentAverageValue: current.averageValue ?? '0',
      selector: metric.selector,
    }),
    currentFromKept: ({ metricName, currentAverageValue, selector }) => ({
      metric: compact({ name: metricName, selector }),
      current: compact({ averageValue: currentAverageValue }),
    }),
  },
  Object: {
    field: 'object',
    targetToKept: ({ metric = {}, target = {}, describedObject }) => ({
      target: reference(describedObject),
      metricName: metric.name,
      targetValue: target.value ?? '0',
      selector: metric.selector,
      averageValue: target.averageValue,
    }),
    targetFromKept: ({ target, metricName, targetValue, selector, averageValue }) => ({
      describedObject: target,
      metric: compact({ name: metricName, selector }),
      target:
        averageValue === undefined ? { type: 'Value', value: targetValue } : { type: 'AverageValue', averageValue },
    }),
    currentToKept: ({ metric = {}, current = {}, describedObject }) => ({
      target: reference(describedObject),
      metricName: metric.name,
      currentValue: current.value ?? '0',
      selector: metric.selector,
      averageValue: current.averageValue,
    }),
    currentFromKept: ({ target, metricName, currentValue, selector, averageValue }) => ({
      describedObject: target,
      metric: compact({ name: metricName, selector }),
      current: compact({ value: currentValue, averageValue }),
    }),
  },
  External: {
    field: 'external',
    targetToKept: ({ metric = {}, target = {} }) => ({
      metricName: metric.name,
      metricSelector: metric.selector,
      targetValue: target.value,
      targetAverageValue: target.averageValue,
    }),
    targetFromKept: ({ metricName, metricSelector, targetValue, targetAverageValue }) => ({
      metric: compact({ name: metricName, selector: metricSelector }),
      target: compact({
        type: targetValue === undefined ? 'AverageValue' : 'Value',
        value: targetValue,
        averageValue: targetAverageValue,
      }),
    }),
    currentToKept: ({ metric = {}, current = {} }) => ({
      metricName: metric.name,
      metricSelector: metric.selector,
      currentValue: current.value ?? '0',
      currentAverageValue: current.averageValue,
    }),
    currentFromKept: ({ metricName, metricSelector, currentValue, currentAverageValue }) => ({
      metric: compact({ name: metricName, selector: metricSelector }),
      current: compact({ value: currentValue, averageValue: currentAverageValue }),
    }),
  },
};

type Way = 'targetToKept' | 'targetFromKept' | 'currentToKept' | 'currentFromKept';

function converted(metric: Part, way: Way): Part {
  const form = forms[String(metric.type)];
  const source = form && metric[form.field];
  return form && isPart(source)
    ? { type: metric.type, [form.field]: compact(form[way](source)) }
    : { type: metric.type };
}

const isCpu = ({ type, resource }: Part): boolean => type === 'Resource' && resource?.name === 'cpu';

const ruleFields = ['StabilizationWindowSeconds', 'SelectPolicy', 'Policies', 'Tolerance'];
const policyFields = ['Type', 'Value', 'PeriodSeconds'];
const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const capitalized = (part: Part, names: readonly string[]): Part =>
  Object.fromEntries(names.map((name) => [name, part[lower(name)] ?? null]));

/** The behaviour is kept as the server holds it in memory: without the names that its JSON has. */
function keptRules(rules: Part | undefined): Part | null {
  if (!rules) return null;
  const policies = (rules.policies ?? null) as Part[] | null;
  return {
    ...capitalized(rules, ruleFields),
    Policies: policies?.map((policy) => capitalized(policy, policyFields)) ?? null,
  };
}

/** Names in any case, as Go reads them. */
function lowered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowered);
  if (!isPart(value)) return value;
  return Object.fromEntries(Object.entries(compact(value)).map(([name, inner]) => [lower(name), lowered(inner)]));
}

export function scalerToServed(scaler: KubeObject): KubeObject {
  const { metrics, behavior, ...spec } = scaler.spec ?? {};
  const { currentMetrics, conditions, ...status } = scaler.status ?? {};
  const goals = (metrics ?? []) as Part[];
  const states = (currentMetrics ?? []) as Part[];
  const goal = goals.find((metric) => isCpu(metric) && metric.resource.target?.averageUtilization !== undefined);
  const state = states.find((metric) => isCpu(metric) && metric.resource.current?.averageUtilization !== undefined);
  const others = goals.filter((metric) => metric !== goal);
  const kept: Record<string, string> = {};
  const keep = (name: string, value: unknown): void => {
    kept[KEPT + name] = JSON.stringify(value);
  };
  if (others.length > 0) {
    keep(
      'metrics',
      others.map((metric) => converted(metric, 'targetToKept')),
    );
  }
  if (states.length > 0) {
    keep(
      'current-metrics',
      states.map((metric) => converted(metric, 'currentToKept')),
    );
  }
  if (conditions?.length) {
    const order = ({ type, status, lastTransitionTime, reason, message }: Part): Part =>
      compact({ type, status, lastTransitionTime, reason, message });
    keep('conditions', (conditions as Part[]).map(order));
  }
  if (behavior) keep('behavior', { ScaleUp: keptRules(behavior.scaleUp), ScaleDown: keptRules(behavior.scaleDown) });
  const metadata = { ...scaler.metadata };
  if (Object.keys(kept).length > 0) metadata.annotations = { ...metadata.annotations, ...kept };
  const target = goal?.resource.target.averageUtilization;
  const current = state?.resource.current.averageUtilization;
  return {
    ...scaler,
    metadata,
    spec: { ...spec, ...(target === undefined ? {} : { targetCPUUtilizationPercentage: target }) },
    status: {
      currentReplicas: 0,
      ...status,
      ...(current === undefined ? {} : { currentCPUUtilizationPercentage: current }),
    },
  };
}

export function scalerToStored(scaler: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = scaler.spec ?? {};
  const { currentCPUUtilizationPercentage: current, ...status } = scaler.status ?? {};
  const { annotations, ...metadata } = scaler.metadata;
  const metrics = keptList(annotations, 'metrics')?.map((metric) => converted(metric, 'targetFromKept')) ?? [];
  if (target !== undefined) {
    const goal = { type: 'Utilization', averageUtilization: target };
    metrics.push({ type: 'Resource', resource: { name: 'cpu', target: goal } });
  }
  const states = keptList(annotations, 'current-metrics')?.map((metric) => converted(metric, 'currentFromKept'));
  const oneState = current === undefined ? undefined : [cpuState(current)];
  const behavior = keptValue(annotations, 'behavior');
  const conditions = keptList(annotations, 'conditions');
  const rest = Object.entries(annotations ?? {}).filter(([name]) => !KEPT_NAMES.includes(name));
  if (rest.length > 0) (metadata as Part).annotations = Object.fromEntries(rest);
  return {
    ...scaler,
    metadata,
    spec: compact({
      ...spec,
      metrics: metrics.length > 0 ? metrics : undefined,
      behavior: isPart(behavior) ? lowered(behavior) : undefined,
    }),
    status: compact({ ...status, currentMetrics: states ?? oneState, conditions }),
  };
}

const cpuState = (averageUtilization: number): Part => ({
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization } },
});

/** What an annotation keeps; nothing where it cannot be read, as anybody can write annotations. */
function keptValue(annotations: Record<string, string> | undefined, name: string): unknown {
  const text = annotations?.[KEPT + name];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function keptList(annotations: Record<string, string> | undefined, name: string): Part[] | undefined {
  const value = keptValue(annotations, name);
  return Array.isArray(value) && value.every(isPart) ? value : undefined;
}

import { compareQuantities } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkDnsLabel,
  checkName,
  checkNotNegative,
  checkOneOf,
  checkPositive,
  checkQuantityNotNegative,
  checkRequired,
  type Fields,
  isMissing,
  listAt,
  quantityOf,
} from './checks.ts';
import { checkMetadata } from './metadata.ts';
import { pathSegment } from './names.ts';
import { checkContainerResourceName } from './resources.ts';

/** Autoscalers. Source: Kubernetes pkg/apis/autoscaling/validation. */

/** `version`: whether the reference must name a group, may name a version alone, or is not looked at. */
function checkReference(causes: Causes, at: string, ref: Fields, version: 'grouped' | 'any' | 'none'): void {
  for (const field of ['kind', 'name']) {
    if (checkRequired(causes, `${at}.${field}`, ref[field]))
      checkName(causes, `${at}.${field}`, ref[field], pathSegment);
  }
  if (version === 'none') return;
  const text = String(ref.apiVersion ?? '');
  if (text.split('/').length > 2) {
    causes.invalid(`${at}.apiVersion`, text, `unexpected GroupVersion string: ${text}`);
  } else if (version === 'grouped' && (!text.includes('/') || text.startsWith('/'))) {
    causes.invalid(`${at}.apiVersion`, text, 'apiVersion must specify API group');
  }
}

const targetTypes = ['Utilization', 'Value', 'AverageValue'];

function checkTarget(causes: Causes, at: string, target: Fields): void {
  const { type } = target;
  if (isMissing(type)) causes.required(`${at}.type`, 'must specify a metric target type');
  if (!targetTypes.includes(type)) {
    causes.invalid(`${at}.type`, type ?? '', 'must be either Utilization, Value, or AverageValue');
  }
  for (const field of ['value', 'averageValue']) {
    const amount = target[field];
    if (amount === undefined || compareQuantities(amount, '0') > 0) continue;
    causes.invalid(`${at}.${field}`, quantityOf(amount).toString(), 'must be positive');
  }
  const percent = target.averageUtilization;
  if (percent < 1) causes.invalid(`${at}.averageUtilization`, percent, 'must be greater than 0');
}

function checkIdentifier(causes: Causes, at: string, metric: Fields = {}): void {
  if (isMissing(metric.name)) causes.required(`${at}.name`, 'must specify a metric name');
  else checkName(causes, `${at}.name`, metric.name, pathSegment);
}

type SourceCheck = (causes: Causes, at: string, source: Fields) => void;

/** Usage per pod or as a share of what is requested: one of the two. */
const checkUsage: SourceCheck = (causes, at, { target = {} }) => {
  checkTarget(causes, `${at}.target`, target);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization';
    causes.required(`${at}.target.averageUtilization`, detail);
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization';
    causes.forbidden(`${at}.target.averageValue`, detail);
  }
};

const hasValue = ({ value, averageValue }: Fields = {}): boolean => value !== undefined || averageValue !== undefined;

/** By the field that a metric type uses. */
const sources: Readonly<Record<string, SourceCheck>> = {
  object: (causes, at, { describedObject = {}, metric, target = {} }) => {
    checkReference(causes, `${at}.describedObject`, describedObject, 'any');
    checkIdentifier(causes, `${at}.metric`, metric);
    checkTarget(causes, `${at}.target`, target);
    const detail = 'must set either a target value or averageValue';
    if (!hasValue(target)) causes.required(`${at}.target.averageValue`, detail);
  },
  external: (causes, at, { metric, target = {} }) => {
    checkIdentifier(causes, `${at}.metric`, metric);
    checkTarget(causes, `${at}.target`, target);
    if (!hasValue(target)) {
      causes.required(`${at}.target.averageValue`, 'must set either a target value for metric or a per-pod target');
    }
    if (target.value !== undefined && target.averageValue !== undefined) {
      const detail = 'may not set both a target value for metric and a per-pod target';
      causes.forbidden(`${at}.target.value`, detail);
    }
  },
  pods: (causes, at, { metric, target = {} }) => {
    checkIdentifier(causes, `${at}.metric`, metric);
    checkTarget(causes, `${at}.target`, target);
    if (target.averageValue === undefined) {
      causes.required(`${at}.target.averageValue`, 'must specify a positive target averageValue');
    }
  },
  resource: (causes, at, source) => {
    if (isMissing(source.name)) causes.required(`${at}.name`, 'must specify a resource name');
    checkUsage(causes, at, source);
  },
  containerResource: (causes, at, source) => {
    if (isMissing(source.name)) causes.required(`${at}.name`, 'must specify a resource name');
    else checkContainerResourceName(causes, `${at}.name`, source.name);
    if (isMissing(source.container)) causes.required(`${at}.container`, 'must specify a container');
    else checkDnsLabel(causes, `${at}.container`, source.container);
    checkUsage(causes, at, source);
  },
};

const metricTypes = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function checkMetric(causes: Causes, at: string, metric: Fields): void {
  const type = String(metric.type ?? '');
  const isKnown = metricTypes.includes(type);
  if (type === '') causes.required(`${at}.type`, 'must specify a metric source type');
  if (!isKnown) causes.notSupported(`${at}.type`, type, metricTypes);
  const present = Object.keys(sources).filter((name) => metric[name]);
  if (present[0]) sources[present[0]]!(causes, `${at}.${present[0]}`, metric[present[0]]);
  const expected = type.charAt(0).toLowerCase() + type.slice(1);
  if (!isKnown) causes.notSupported(`${at}.type`, type, metricTypes);
  else if (!metric[expected]) {
    causes.required(`${at}.${expected}`, 'must populate information for the given metric source');
  }
  if (present.length === 1) return;
  for (const name of present) {
    if (name !== expected) causes.forbidden(`${at}.${name}`, 'must populate the given metric source only');
  }
}

const longestWindow = 3600;
const longestPeriod = 1800;

function checkScaling(causes: Causes, at: string, rules: Fields | undefined): void {
  if (!rules) return;
  const window = rules.stabilizationWindowSeconds;
  if (window < 0) causes.invalid(`${at}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  if (window > longestWindow) {
    causes.invalid(`${at}.stabilizationWindowSeconds`, window, `must be less than or equal to ${longestWindow}`);
  }
  checkOneOf(causes, `${at}.selectPolicy`, rules.selectPolicy, ['Disabled', 'Max', 'Min']);
  const policies = listAt(rules, 'policies');
  if (policies.length === 0) causes.required(`${at}.policies`, 'must specify at least one Policy');
  for (const [index, { type, value, periodSeconds }] of policies.entries()) {
    const path = `${at}.policies[${index}]`;
    checkOneOf(causes, `${path}.type`, type ?? '', ['Percent', 'Pods']);
    checkPositive(causes, `${path}.value`, value);
    checkPositive(causes, `${path}.periodSeconds`, periodSeconds);
    if (periodSeconds > longestPeriod) {
      causes.invalid(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${longestPeriod}`);
    }
  }
  if (rules.tolerance !== undefined) checkQuantityNotNegative(causes, `${at}.tolerance`, rules.tolerance);
}

export function checkAutoscaler(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const { minReplicas, maxReplicas = 0, scaleTargetRef = {} } = spec;
  const lowest = previous?.spec?.minReplicas === 0 ? 0 : 1;
  if (minReplicas < lowest) {
    causes.invalid('spec.minReplicas', minReplicas, `must be greater than or equal to ${lowest}`);
  }
  if (maxReplicas === 0) causes.required('spec.maxReplicas', 'must be set and greater than 0');
  else if (maxReplicas < 0) causes.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1');
  if (maxReplicas < minReplicas) {
    causes.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
  const old = previous?.spec?.scaleTargetRef as Fields | undefined;
  const isSame = old && old.apiVersion === scaleTargetRef.apiVersion && old.kind === scaleTargetRef.kind;
  const versionRule = isSame ? 'none' : scaleTargetRef.kind === 'ReplicationController' ? 'any' : 'grouped';
  checkReference(causes, 'spec.scaleTargetRef', scaleTargetRef, versionRule);
  const metrics = listAt(spec, 'metrics');
  for (const [index, metric] of metrics.entries()) checkMetric(causes, `spec.metrics[${index}]`, metric);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External')) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    causes.forbidden('spec.metrics', detail);
  }
  checkScaling(causes, 'spec.behavior.scaleUp', spec.behavior?.scaleUp);
  checkScaling(causes, 'spec.behavior.scaleDown', spec.behavior?.scaleDown);
}

export function checkAutoscalerStatus(causes: Causes, object: KubeObject): void {
  checkNotNegative(causes, 'status.currentReplicas', object.status?.currentReplicas);
  checkNotNegative(causes, 'status.desiredReplicas', object.status?.desiredReplicas);
}

export function checkScale(causes: Causes, object: KubeObject): void {
  if (!object.metadata.namespace) causes.required('metadata.namespace');
  checkMetadata(causes, object, { group: 'autoscaling', kind: 'Scale', namespaced: true });
  checkNotNegative(causes, 'spec.replicas', object.spec?.replicas);
}

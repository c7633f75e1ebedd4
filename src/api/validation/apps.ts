import { selectorOf } from '../../lib/label-selector.ts';
import { asSent } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkAnnotations,
  checkAtMost100Percent,
  checkCountOrPercent,
  checkDnsLabel,
  checkImmutable,
  checkLabelSelector,
  checkLabels,
  checkNotNegative,
  countOrPercent,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { checkClaimSpec } from './claims.ts';
import { semanticEqual } from './equal.ts';
import { labelValue, qualifiedName } from './names.ts';
import { checkPodAnnotations } from './pod-security.ts';
import { checkPodTemplate } from './pods.ts';

/** Workloads. Sources: Kubernetes pkg/apis/apps/validation, pkg/apis/core/validation. */

export const labelSelectorType = '*v1.LabelSelector';

const isEmptySelector = (selector: Fields): boolean =>
  isEmpty(selector.matchLabels) && isEmpty(selector.matchExpressions);

/** Whether a selector selects; undefined where it makes no sense. */
export function selects(selector: Fields | undefined, labels: unknown): boolean | undefined {
  if (!selector) return false;
  const isSound = listAt(selector, 'matchExpressions').every(({ operator, values }) =>
    operator === 'In' || operator === 'NotIn'
      ? !isEmpty(values)
      : ['Exists', 'DoesNotExist'].includes(operator) && isEmpty(values),
  );
  if (!isSound || !areLabels(selector)) return undefined;
  try {
    return selectorOf(selector).matches((labels ?? {}) as Record<string, string>);
  } catch {
    return undefined;
  }
}

/** Only what can be a label can be selected. */
function areLabels(selector: Fields): boolean {
  const pairs = Object.entries((selector.matchLabels ?? {}) as Record<string, string>);
  for (const { key, values = [] } of listAt(selector, 'matchExpressions')) {
    pairs.push([key, ''], ...values.map((value: string): [string, string] => [key, value]));
  }
  return pairs.every(([key, value]) => qualifiedName(key ?? '').length === 0 && labelValue(value).length === 0);
}

const mismatch = '`selector` does not match template `labels`';

/** A selector that must be there and say something. `kind` is what its message calls the owner. */
function checkSelector(causes: Causes, selector: Fields | undefined, kind: string): void {
  if (!selector) {
    causes.required('spec.selector');
    return;
  }
  checkLabelSelector(causes, 'spec.selector', selector);
  if (!isEmptySelector(selector)) return;
  causes.invalid('spec.selector', selector, `empty selector is invalid for ${kind}`, labelSelectorType);
}

/** Pods of a template that must run for ever. */
function checkEndless(causes: Causes, template: Fields, kind: string): void {
  const policy = template.spec?.restartPolicy ?? '';
  if (policy !== 'Always') causes.notSupported('spec.template.spec.restartPolicy', policy, ['Always']);
  if (template.spec?.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    causes.forbidden('spec.template.spec.activeDeadlineSeconds', detail);
  }
}

function checkReplicaTemplate(causes: Causes, spec: Fields, detail: string): void {
  const { selector } = spec;
  const template: Fields = spec.template ?? {};
  const matches = selector ? selects(selector, template.metadata?.labels) : false;
  if (matches === undefined) {
    causes.invalid('spec.selector', selector, detail, labelSelectorType);
    return;
  }
  if (!matches && !(selector && isEmptySelector(selector))) {
    causes.invalid('spec.template.metadata.labels', template.metadata?.labels ?? null, mismatch);
  }
  checkPodTemplate(causes, 'spec.template', template);
  checkEndless(causes, template, 'ReplicaSet');
}

function checkStrategy(causes: Causes, strategy: Fields): void {
  const { type, rollingUpdate: rolling } = strategy;
  const at = 'spec.strategy.rollingUpdate';
  if (type === 'Recreate') {
    if (rolling) causes.forbidden(at, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type !== 'RollingUpdate') {
    causes.notSupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate'], '*apps.DeploymentStrategy');
  } else {
    checkCountOrPercent(causes, `${at}.maxUnavailable`, rolling.maxUnavailable);
    checkCountOrPercent(causes, `${at}.maxSurge`, rolling.maxSurge);
    if (countOrPercent(rolling.maxUnavailable) === 0 && countOrPercent(rolling.maxSurge) === 0) {
      causes.invalid(`${at}.maxUnavailable`, rolling.maxUnavailable, 'may not be 0 when `maxSurge` is 0');
    }
    checkAtMost100Percent(causes, `${at}.maxUnavailable`, rolling.maxUnavailable);
  }
}

const fixedSelector = (causes: Causes, spec: Fields, previous: KubeObject | undefined): void => {
  if (!previous) return;
  checkImmutable(causes, 'spec.selector', spec.selector, previous.spec?.selector, semanticEqual, labelSelectorType);
};

export function checkDeployment(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkNotNegative(causes, 'spec.replicas', spec.replicas);
  checkSelector(causes, spec.selector, 'deployment');
  checkReplicaTemplate(causes, spec, 'invalid label selector');
  checkStrategy(causes, spec.strategy ?? {});
  checkNotNegative(causes, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNotNegative(causes, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
  const deadline = spec.progressDeadlineSeconds;
  checkNotNegative(causes, 'spec.progressDeadlineSeconds', deadline);
  if (typeof deadline === 'number' && deadline <= (spec.minReadySeconds ?? 0)) {
    causes.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
  fixedSelector(causes, spec, previous);
}

export function checkReplicaSet(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkNotNegative(causes, 'spec.replicas', spec.replicas);
  checkNotNegative(causes, 'spec.minReadySeconds', spec.minReadySeconds);
  checkSelector(causes, spec.selector, 'deployment');
  checkReplicaTemplate(causes, spec, 'invalid label selector');
  fixedSelector(causes, spec, previous);
}

/** The oldest of them: its selector is a plain map. */
export function checkReplicationController(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  checkNotNegative(causes, 'spec.minReadySeconds', spec.minReadySeconds);
  if (isEmpty(spec.selector)) causes.required('spec.selector');
  checkNotNegative(causes, 'spec.replicas', spec.replicas);
  if (!spec.template) {
    causes.required('spec.template');
    return;
  }
  const { template } = spec;
  // Plain equality: what selector and labels are made of is looked at elsewhere.
  const labels: Fields = template.metadata?.labels ?? {};
  if (Object.entries((spec.selector ?? {}) as Fields).some(([key, value]) => labels[key] !== value)) {
    causes.invalid('spec.template.metadata.labels', asSent(template.metadata, 'labels'), mismatch);
  }
  checkPodTemplate(causes, 'spec.template', template);
  checkEndless(causes, template, 'ReplicationController');
}

function checkDaemonStrategy(causes: Causes, strategy: Fields): void {
  const { type, rollingUpdate: rolling } = strategy;
  const at = 'spec.updateStrategy.rollingUpdate';
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    const types = ['RollingUpdate', 'OnDelete'];
    causes.notSupported('spec.updateStrategy', strategy, types, '*apps.DaemonSetUpdateStrategy');
    return;
  }
  const { maxUnavailable, maxSurge } = rolling;
  checkCountOrPercent(causes, `${at}.maxUnavailable`, maxUnavailable);
  checkCountOrPercent(causes, `${at}.maxSurge`, maxSurge);
  checkAtMost100Percent(causes, `${at}.maxUnavailable`, maxUnavailable);
  checkAtMost100Percent(causes, `${at}.maxSurge`, maxSurge);
  const [hasUnavailable, hasSurge] = [countOrPercent(maxUnavailable) !== 0, countOrPercent(maxSurge) !== 0];
  if (hasUnavailable && hasSurge) {
    causes.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  } else if (!hasUnavailable && !hasSurge) {
    causes.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
  }
}

export function checkDaemonSet(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const { selector } = spec;
  const template: Fields = spec.template ?? {};
  fixedSelector(causes, spec, previous);
  checkLabelSelector(causes, 'spec.selector', selector);
  if (selects(selector, template.metadata?.labels) === false) {
    causes.invalid('spec.template.metadata.labels', template.metadata?.labels ?? null, mismatch);
  }
  if (selector && isEmptySelector(selector)) {
    causes.invalid('spec.selector', selector, 'empty selector is invalid for daemonset', labelSelectorType);
  }
  checkPodTemplate(causes, 'spec.template', template);
  checkEndless(causes, template, 'DaemonSet');
  checkNotNegative(causes, 'spec.minReadySeconds', spec.minReadySeconds);
  checkDaemonStrategy(causes, spec.updateStrategy ?? {});
  checkNotNegative(causes, 'spec.revisionHistoryLimit', spec.revisionHistoryLimit);
}

function checkSetStrategy(causes: Causes, strategy: Fields): void {
  const { type, rollingUpdate: rolling } = strategy;
  const at = 'spec.updateStrategy';
  if (isMissing(type)) causes.required(at);
  else if (type === 'OnDelete') {
    if (rolling) {
      const detail = "only allowed for updateStrategy 'RollingUpdate'";
      causes.invalid(`${at}.rollingUpdate`, rolling, detail, '*apps.RollingUpdateStatefulSetStrategy');
    }
  } else if (type === 'RollingUpdate') {
    if (rolling) checkNotNegative(causes, `${at}.rollingUpdate.partition`, rolling.partition);
  } else causes.invalid(at, strategy, "must be 'RollingUpdate' or 'OnDelete'", 'apps.StatefulSetUpdateStrategy');
}

const managements = ['OrderedReady', 'Parallel'];
const retentions = ['Retain', 'Delete'];

const setMayChange = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

/** What each pod of a set can mount besides the volumes of the template. */
function withClaims(spec: Fields): Fields {
  const { hostname: _hostname, subdomain: _subdomain, ...podSpec } = spec.template?.spec ?? {};
  const claims = listAt(spec, 'volumeClaimTemplates');
  if (claims.length === 0) return { ...spec.template, spec: podSpec };
  const made = new Map(
    claims.map(({ metadata }) => [
      metadata?.name ?? '',
      { name: metadata?.name ?? '', persistentVolumeClaim: { claimName: metadata?.name } },
    ]),
  );
  const others = listAt(podSpec, 'volumes').filter((volume) => !made.has(volume.name));
  return { ...spec.template, spec: { ...podSpec, volumes: [...made.values(), ...others] } };
}

export function checkStatefulSet(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const management = spec.podManagementPolicy;
  if (isMissing(management)) causes.required('spec.podManagementPolicy');
  else if (!managements.includes(management)) {
    causes.invalid('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'");
  }
  checkSetStrategy(causes, spec.updateStrategy ?? {});
  for (const field of ['whenDeleted', 'whenScaled']) {
    const policy = spec.persistentVolumeClaimRetentionPolicy?.[field] ?? '';
    const at = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    if (!retentions.includes(policy)) causes.notSupported(at, policy, retentions);
  }
  if (!previous) {
    for (const [index, claim] of listAt(spec, 'volumeClaimTemplates').entries()) {
      checkClaimSpec(causes, `spec.volumeClaimTemplates[${index}].spec`, claim.spec ?? {});
    }
  }
  checkNotNegative(causes, 'spec.replicas', spec.replicas);
  checkNotNegative(causes, 'spec.minReadySeconds', spec.minReadySeconds);
  checkNotNegative(causes, 'spec.ordinals.start', spec.ordinals?.start);
  if (!previous && spec.serviceName) checkDnsLabel(causes, 'spec.serviceName', spec.serviceName);
  checkSelector(causes, spec.selector, 'statefulset');
  checkSetTemplate(causes, spec);
  checkEndless(causes, spec.template ?? {}, 'StatefulSet');
  if (!previous) return;
  const fixed = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([name]) => !setMayChange.includes(name)));
  if (semanticEqual(fixed(previous.spec ?? {}), fixed(spec))) return;
  const names = setMayChange.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  causes.forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`);
}

function checkSetTemplate(causes: Causes, spec: Fields): void {
  const { selector } = spec;
  const template = withClaims(spec);
  const labels = template.metadata?.labels;
  const matches = selector ? selects(selector, labels) : false;
  if (matches === undefined) {
    causes.invalid('spec.selector', selector, '', labelSelectorType);
    return;
  }
  if (!matches && !(selector && isEmptySelector(selector))) {
    causes.invalid('spec.template.metadata.labels', labels ?? null, mismatch);
  }
  checkPodTemplate(causes, 'spec.template', template);
  checkLabels(causes, 'spec.template.labels', labels);
  checkAnnotations(causes, 'spec.template.annotations', template.metadata?.annotations);
  checkPodAnnotations(causes, 'spec.template.annotations', template.metadata?.annotations, template.spec ?? {});
}

/** Counts of a status, and those that cannot be more than another: `[less, more, text]`. */
interface StatusRule {
  counts: readonly string[];
  atMost?: readonly (readonly [less: string, more: string, text: string])[];
}

const ofReplicas = (...fields: string[]) =>
  fields.map((field) => [field, 'replicas', 'cannot be greater than status.replicas'] as const);

const statusRules: Readonly<Record<string, StatusRule>> = {
  Deployment: {
    counts: [
      'observedGeneration',
      'replicas',
      'updatedReplicas',
      'readyReplicas',
      'availableReplicas',
      'unavailableReplicas',
      'terminatingReplicas',
      'collisionCount',
    ],
    atMost: [
      ...ofReplicas('updatedReplicas', 'readyReplicas', 'availableReplicas'),
      ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
    ],
  },
  ReplicaSet: {
    counts: [
      'replicas',
      'fullyLabeledReplicas',
      'readyReplicas',
      'availableReplicas',
      'observedGeneration',
      'terminatingReplicas',
    ],
    atMost: [
      ...ofReplicas('fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'),
      ['availableReplicas', 'readyReplicas', 'cannot be greater than readyReplicas'],
    ],
  },
  StatefulSet: {
    counts: [
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
      'observedGeneration',
      'collisionCount',
    ],
    atMost: [
      ...ofReplicas('readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'),
      ['availableReplicas', 'readyReplicas', 'cannot be greater than status.readyReplicas'],
    ],
  },
  DaemonSet: {
    counts: [
      'currentNumberScheduled',
      'numberMisscheduled',
      'desiredNumberScheduled',
      'numberReady',
      'observedGeneration',
      'updatedNumberScheduled',
      'numberAvailable',
      'numberUnavailable',
      'collisionCount',
    ],
  },
};

export function checkWorkloadStatus(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [status, old]: Fields[] = [object.status ?? {}, previous.status ?? {}];
  const rule = statusRules[object.kind === 'ReplicationController' ? 'ReplicaSet' : object.kind]!;
  for (const field of rule.counts) checkNotNegative(causes, `status.${field}`, status![field]);
  for (const [less, more, text] of rule.atMost ?? []) {
    if ((status![less] ?? 0) > (status![more] ?? 0)) causes.invalid(`status.${less}`, status![less] ?? 0, text);
  }
  const [count, before] = [status!.collisionCount, old!.collisionCount];
  if (rule.counts.includes('collisionCount') && before !== undefined && (count ?? -1) < before) {
    causes.invalid('status.collisionCount', count ?? 0, 'cannot be decremented');
  }
}

export function checkControllerRevision(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  checkNotNegative(causes, 'revision', object.revision);
  const { data } = object;
  if (previous) {
    checkImmutable(causes, 'data', data, previous.data, semanticEqual);
  } else if (data === undefined || data === null) causes.required('data', 'data is mandatory');
  else if (typeof data !== 'object' || Array.isArray(data)) {
    causes.required('data', 'data must be a valid JSON object');
  }
}

import { isDeepStrictEqual } from 'node:util';
import { selectorOf } from '../../lib/label-selector.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkCountOrPercent, checkNotNegative, checkOneOf, type Fields, isMissing } from './checks.ts';
import { checkLabels } from './metadata.ts';
import { checkPodSpec } from './pods.ts';

/** Workloads. Sources: Kubernetes pkg/apis/apps/validation, pkg/apis/batch/validation. */

type Check = (causes: Causes, object: KubeObject, previous: KubeObject | undefined) => void;

const isEmptySelector = (selector: Fields): boolean =>
  Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length;

/** A selector as Go prints it in messages. */
function selectorText(selector: Fields): string {
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const map = labels.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(', ');
  const shown = selector.matchLabels ? `map[string]string{${map}}` : 'map[string]string(nil)';
  const expressions = selector.matchExpressions
    ? JSON.stringify(selector.matchExpressions)
    : '[]v1.LabelSelectorRequirement(nil)';
  return `v1.LabelSelector{MatchLabels:${shown}, MatchExpressions:${expressions}}`;
}

/** A value that prints without quotes. */
function invalidSelector(causes: Causes, selector: Fields, detail: string): void {
  causes.list.push({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${selectorText(selector)}: ${detail}`,
    field: 'spec.selector',
  });
}

function checkSelector(causes: Causes, { kind, spec }: KubeObject, previous: KubeObject | undefined): void {
  const selector = spec?.selector;
  const labels = spec?.template?.metadata?.labels ?? {};
  if (!selector) causes.required('spec.selector');
  else if (isEmptySelector(selector))
    invalidSelector(causes, selector, `empty selector is invalid for ${kind.toLowerCase()}`);
  const isMatch = selector && !isEmptySelector(selector) && selectorOf(selector).matches(labels);
  if (!isMatch && !(selector && isEmptySelector(selector))) {
    causes.invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`');
  }
  if (previous && selector && !isDeepStrictEqual(previous.spec?.selector, selector)) {
    invalidSelector(causes, selector, 'field is immutable');
  }
}

/** Template, selector and the counts that all of them have. */
function checkWorkload(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const { spec } = object;
  checkSelector(causes, object, previous);
  for (const field of ['replicas', 'minReadySeconds', 'revisionHistoryLimit']) {
    checkNotNegative(causes, `spec.${field}`, spec?.[field]);
  }
  if (spec?.template) checkTemplate(causes, spec.template, 'spec.template', claimNames(spec));
  const restartPolicy = spec?.template?.spec?.restartPolicy;
  if (restartPolicy && restartPolicy !== 'Always') {
    causes.notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always']);
  }
}

/** What each pod of a stateful set can mount besides the volumes of the template. */
const claimNames = (spec: Fields): unknown[] =>
  ((spec.volumeClaimTemplates ?? []) as Fields[]).map((claim) => claim.metadata?.name);

function checkTemplate(causes: Causes, template: Fields, path: string, claims: readonly unknown[] = []): void {
  checkLabels(causes, `${path}.metadata.labels`, template.metadata?.labels);
  checkPodSpec(causes, `${path}.spec`, template.spec ?? {}, claims);
}

const isZero = (value: unknown): boolean => value === 0 || value === '0%' || value === undefined;

function checkStrategy(causes: Causes, path: string, strategy: Fields | undefined, types: readonly string[]): void {
  if (!strategy) return;
  checkOneOf(causes, `${path}.type`, strategy.type, types);
  const rolling = strategy.rollingUpdate;
  if (strategy.type === 'Recreate' && rolling) {
    causes.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  }
  if (strategy.type !== 'RollingUpdate' || !rolling) return;
  checkCountOrPercent(causes, `${path}.rollingUpdate.maxUnavailable`, rolling.maxUnavailable);
  checkCountOrPercent(causes, `${path}.rollingUpdate.maxSurge`, rolling.maxSurge);
  checkNotNegative(causes, `${path}.rollingUpdate.partition`, rolling.partition);
  if ('maxSurge' in rolling && isZero(rolling.maxSurge) && isZero(rolling.maxUnavailable)) {
    causes.invalid(
      `${path}.rollingUpdate.maxUnavailable`,
      rolling.maxUnavailable ?? 0,
      'may not be 0 when `maxSurge` is 0',
    );
  }
}

export const checkDeployment: Check = (causes, object, previous) => {
  checkWorkload(causes, object, previous);
  const { spec } = object;
  checkStrategy(causes, 'spec.strategy', spec?.strategy, ['Recreate', 'RollingUpdate']);
  const deadline = spec?.progressDeadlineSeconds;
  checkNotNegative(causes, 'spec.progressDeadlineSeconds', deadline);
  if (typeof deadline === 'number' && deadline <= (spec.minReadySeconds ?? 0)) {
    causes.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
};

export const checkReplicaSet: Check = checkWorkload;

export const checkDaemonSet: Check = (causes, object, previous) => {
  checkWorkload(causes, object, previous);
  checkStrategy(causes, 'spec.updateStrategy', object.spec?.updateStrategy, ['OnDelete', 'RollingUpdate']);
};

const setMayChange = [
  ...['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit'],
  ...['persistentVolumeClaimRetentionPolicy', 'minReadySeconds'],
];

export const checkStatefulSet: Check = (causes, object, previous) => {
  checkWorkload(causes, object, undefined);
  const { spec } = object;
  checkOneOf(causes, 'spec.podManagementPolicy', spec?.podManagementPolicy, ['OrderedReady', 'Parallel']);
  checkStrategy(causes, 'spec.updateStrategy', spec?.updateStrategy, ['OnDelete', 'RollingUpdate']);
  if (!previous) return;
  const fixed = (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields ?? {}).filter(([name]) => !setMayChange.includes(name)));
  if (isDeepStrictEqual(fixed(previous.spec), fixed(spec))) return;
  const names = setMayChange.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  causes.forbidden('spec', `updates to statefulset spec for fields other than ${list} are forbidden`);
};

function checkJobSpec(causes: Causes, path: string, spec: Fields): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
  ]) {
    checkNotNegative(causes, `${path}.${field}`, spec[field]);
  }
  checkOneOf(causes, `${path}.completionMode`, spec.completionMode, ['Indexed', 'NonIndexed']);
  if (spec.completionMode === 'Indexed' && spec.completions === undefined) {
    causes.required(`${path}.completions`, 'when completion mode is Indexed');
  }
  if (!spec.template) return;
  checkTemplate(causes, spec.template, `${path}.template`);
  const policy = spec.template.spec?.restartPolicy;
  if (policy === 'Always' || isMissing(policy)) {
    causes.required(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"');
  }
}

/** While a job is suspended and has not begun, its scheduling may still be changed. */
export const checkJob: Check = (causes, object, previous) => {
  checkJobSpec(causes, 'spec', object.spec ?? {});
  if (!previous) return;
  const [old, wanted] = [previous.spec ?? {}, object.spec ?? {}];
  const fields = ['selector', 'completionMode', 'podFailurePolicy', 'backoffLimitPerIndex'];
  if (!(old.suspend && !previous.status?.startTime)) fields.push('template');
  if (wanted.completionMode !== 'Indexed') fields.push('completions');
  for (const field of fields) {
    if (!isDeepStrictEqual(old[field], wanted[field]))
      causes.invalid(`spec.${field}`, wanted[field], 'field is immutable');
  }
};

const macros = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];
const longestCronJobName = 52;

export const checkCronJob: Check = (causes, object, previous) => {
  const { metadata, spec } = object;
  if (!previous && (metadata.name?.length ?? 0) > longestCronJobName) {
    causes.invalid('metadata.name', metadata.name, `must be no more than ${longestCronJobName} characters`);
  }
  checkSchedule(causes, spec?.schedule);
  checkOneOf(causes, 'spec.concurrencyPolicy', spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  for (const field of ['startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit']) {
    checkNotNegative(causes, `spec.${field}`, spec?.[field]);
  }
  if (spec?.timeZone !== undefined) checkTimeZone(causes, spec.timeZone);
  checkJobSpec(causes, 'spec.jobTemplate.spec', spec?.jobTemplate?.spec ?? {});
};

function checkSchedule(causes: Causes, schedule: unknown): void {
  if (typeof schedule !== 'string' || schedule === '') {
    causes.required('spec.schedule');
    return;
  }
  if (/TZ=/.test(schedule)) {
    causes.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
    return;
  }
  if (macros.includes(schedule) || schedule.startsWith('@every ')) return;
  if (schedule.startsWith('@')) {
    causes.invalid('spec.schedule', schedule, `unrecognized descriptor: ${schedule}`);
    return;
  }
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) {
    causes.invalid(
      'spec.schedule',
      schedule,
      `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`,
    );
    return;
  }
  const bad = fields.find((field) => !/^[\w*?/,#-]+$/.test(field));
  if (bad) causes.invalid('spec.schedule', schedule, `failed to parse int from ${bad}`);
}

function checkTimeZone(causes: Causes, zone: unknown): void {
  if (zone === '') {
    causes.invalid('spec.timeZone', '', 'timeZone must be nil or non-empty string');
    return;
  }
  try {
    Intl.DateTimeFormat('en', { timeZone: String(zone) });
  } catch {
    causes.invalid('spec.timeZone', zone, `unknown time zone ${zone}`);
  }
}

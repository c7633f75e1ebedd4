import { asSent } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import { labelSelectorType, selects } from './apps.ts';
import type { Causes } from './causes.ts';
import { omitted } from './causes.ts';
import {
  checkImmutable,
  checkLabelSelector,
  checkName,
  checkNotNegative,
  checkOneOf,
  checkWord,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { checkSchedule, checkTimeZone } from './cron.ts';
import { semanticEqual } from './equal.ts';
import { indexCount, overlap } from './job-indexes.ts';
import { dnsLabel, dnsSubdomain, patternText, qualifiedName } from './names.ts';
import { checkPodTemplate } from './pods.ts';

/** Jobs and cron jobs. Source: Kubernetes pkg/apis/batch/validation. */

const counts = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];

const pathForm = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** `example.com/controller`: who looks after a job in the server's place. */
function checkManagedBy(causes: Causes, path: string, text: string): void {
  const slash = text.indexOf('/');
  if (text === '') causes.required(path);
  else if (slash <= 0 || slash === text.length - 1) {
    causes.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
  } else {
    checkName(causes, path, text.slice(0, slash), dnsSubdomain);
    const rest = text.slice(slash + 1);
    if (!new RegExp(`^${pathForm}$`).test(rest)) causes.invalid(path, rest, patternText('Invalid path', pathForm));
  }
  if (text.length > 63) causes.tooLong(path, 63);
}

function checkIndexed(causes: Causes, path: string, spec: Fields): void {
  const { completions, parallelism, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const say = (field: string, value: number, most: string): void =>
    causes.invalid(`${path}.${field}`, value, `must be less than or equal to ${most}`);
  if (completions === undefined) causes.required(`${path}.completions`, 'when completion mode is Indexed');
  if (parallelism > 100000) say('parallelism', parallelism, '100000 when completion mode is Indexed');
  if (maxFailedIndexes > completions) say('maxFailedIndexes', maxFailedIndexes, 'completions');
  if (maxFailedIndexes > 100000) say('maxFailedIndexes', maxFailedIndexes, '100000');
  if (!(completions > 100000) || backoffLimitPerIndex === undefined) return;
  const high = '10000 when completions are above 100000 and used with backoff limit per index';
  if (maxFailedIndexes === undefined) {
    causes.required(`${path}.maxFailedIndexes`, 'must be specified when completions is above 100000');
  }
  if (parallelism > 10000) say('parallelism', parallelism, high);
  if (maxFailedIndexes > 10000) say('maxFailedIndexes', maxFailedIndexes, high);
}

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const statuses = ['False', 'True', 'Unknown'];
const among = (words: readonly string[]): string => `valid values: [${words.map((one) => `"${one}"`).join(' ')}]`;

function checkFailurePolicy(causes: Causes, path: string, spec: Fields): void {
  const rules = listAt(spec.podFailurePolicy, 'rules');
  if (rules.length > 20) causes.tooMany(path, rules.length, 20);
  const podSpec = spec.template?.spec;
  const names = [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')].map(({ name }) => name);
  for (const [index, rule] of rules.entries()) {
    const at = `${path}[${index}]`;
    const { action, onExitCodes } = rule;
    const conditions = listAt(rule, 'onPodConditions');
    if (isMissing(action)) causes.required(`${at}.action`, among(actions));
    else if (action === 'FailIndex') {
      if (spec.backoffLimitPerIndex === undefined) {
        causes.invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set');
      }
    } else checkOneOf(causes, `${at}.action`, action, actions);
    if (onExitCodes) checkExitCodes(causes, `${at}.onExitCodes`, onExitCodes, names);
    if (conditions.length > 20) causes.tooMany(`${at}.onPodConditions`, conditions.length, 20);
    for (const [position, { type, status }] of conditions.entries()) {
      const where = `${at}.onPodConditions[${position}]`;
      checkName(causes, `${where}.type`, type, qualifiedName);
      if (isMissing(status)) causes.required(`${where}.status`, among(statuses));
      else checkOneOf(causes, `${where}.status`, status, statuses);
    }
    if (onExitCodes && conditions.length > 0) {
      causes.invalid(at, omitted, 'specifying both OnExitCodes and OnPodConditions is not supported');
    }
    if (!onExitCodes && conditions.length === 0) {
      causes.invalid(at, omitted, 'specifying one of OnExitCodes and OnPodConditions is required');
    }
  }
}

function checkExitCodes(
  causes: Causes,
  at: string,
  { operator, containerName, values }: Fields,
  names: unknown[],
): void {
  const codes = (values ?? []) as number[];
  if (isMissing(operator)) causes.required(`${at}.operator`, among(['In', 'NotIn']));
  else checkOneOf(causes, `${at}.operator`, operator, ['In', 'NotIn']);
  if (containerName !== undefined && !names.includes(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    causes.invalid(`${at}.containerName`, containerName, detail);
  }
  if (codes.length === 0) causes.invalid(`${at}.values`, values, 'at least one value is required');
  else if (codes.length > 255) causes.tooMany(`${at}.values`, codes.length, 255);
  for (const [index, code] of codes.entries()) {
    const path = `${at}.values[${index}]`;
    if (operator === 'In' && code === 0) causes.invalid(path, code, 'must not be 0 for the In operator');
    if (codes.indexOf(code) < index) causes.duplicate(path, code);
  }
  if (codes.some((code, index) => index > 0 && codes[index - 1]! > code)) {
    causes.invalid(`${at}.values`, codes, 'must be ordered');
  }
}

function checkSuccessPolicy(causes: Causes, path: string, spec: Fields): void {
  const rules = listAt(spec.successPolicy, 'rules');
  const completions = spec.completions ?? 0;
  if (rules.length === 0) {
    causes.required(path, 'at least one rules must be specified when the successPolicy is specified');
  }
  if (rules.length > 20) causes.tooMany(path, rules.length, 20);
  for (const [index, { succeededCount: count, succeededIndexes: indexes }] of rules.entries()) {
    const at = `${path}[${index}]`;
    if (count === undefined && indexes === undefined) {
      causes.required(at, 'at least one of succeededCount or succeededIndexes must be specified');
    }
    let total = 0;
    if (indexes !== undefined) {
      if (indexes.length > 64 * 1024) causes.tooLong(`${at}.succeededIndexes`, 64 * 1024);
      const result = indexCount(indexes, completions);
      if (typeof result === 'number') total = result;
      else causes.invalid(`${at}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${result}`);
    }
    if (count === undefined) continue;
    checkNotNegative(causes, `${at}.succeededCount`, count);
    const say = (most: number, of: string): void =>
      causes.invalid(`${at}.succeededCount`, count, `must be less than or equal to ${most} (the number of ${of})`);
    if (count > completions) say(completions, 'specified completions');
    if (indexes !== undefined && count > total) say(total, 'indexes in the specified succeededIndexes field');
  }
}

function checkRestartPolicy(causes: Causes, path: string, spec: Fields): void {
  const policy = spec.template?.spec?.restartPolicy;
  const at = `${path}.template.spec.restartPolicy`;
  if (policy === 'Always' || isMissing(policy)) causes.required(at, 'valid values: "OnFailure", "Never"');
  else if (policy !== 'OnFailure' && policy !== 'Never') causes.notSupported(at, policy, ['OnFailure', 'Never']);
  else if (spec.podFailurePolicy && policy !== 'Never') {
    causes.invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified');
  }
}

function checkJobSpec(causes: Causes, path: string, spec: Fields): void {
  for (const field of counts) checkNotNegative(causes, `${path}.${field}`, spec[field]);
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    causes.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified');
  }
  if (spec.managedBy !== undefined) checkManagedBy(causes, `${path}.managedBy`, spec.managedBy);
  const mode = spec.completionMode;
  checkOneOf(causes, `${path}.completionMode`, mode, ['NonIndexed', 'Indexed']);
  if (mode === 'Indexed') checkIndexed(causes, path, spec);
  if (mode === undefined || mode === 'NonIndexed') {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (spec[field] !== undefined)
        causes.invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode');
    }
  }
  if (spec.podFailurePolicy) checkFailurePolicy(causes, `${path}.podFailurePolicy.rules`, spec);
  if (spec.successPolicy) {
    if (mode === 'Indexed') checkSuccessPolicy(causes, `${path}.successPolicy.rules`, spec);
    else {
      const detail = 'requires indexed completion mode';
      causes.invalid(`${path}.successPolicy`, spec.successPolicy, detail, 'batch.SuccessPolicy');
    }
  }
  const replacement = spec.podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  checkOneOf(causes, `${path}.podReplacementPolicy`, spec.podReplacementPolicy, replacement);
  checkPodTemplate(causes, `${path}.template`, spec.template ?? {});
  checkRestartPolicy(causes, path, spec);
}

const ownLabels = ['controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

/** Unless the client sees to it, a job finds its pods by its own uid. */
function checkGeneratedSelector(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  if (spec.manualSelector || !spec.selector) return;
  const { uid = '', name = '' } = object.metadata;
  const labels = spec.template?.metadata?.labels;
  // Jobs of old servers have only the old names.
  const had = previous?.spec?.template?.metadata?.labels;
  const isOld = previous && ownLabels.some((key) => key.includes('/') && had?.[key] === undefined);
  const needed = isOld ? ownLabels.filter((key) => !key.includes('/')) : ownLabels;
  const expected = Object.fromEntries(needed.map((key) => [key, key.endsWith('uid') ? uid : name]));
  for (const key of needed) {
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels?.[key] === undefined) causes.required(at, `must be '${expected[key]}'`);
    else if (labels[key] !== expected[key]) causes.invalid(at, labels, `must be '${expected[key]}'`);
  }
  if (selects(spec.selector, expected) === false) {
    causes.invalid('spec.selector', spec.selector, '`selector` not auto-generated', labelSelectorType);
  }
}

function checkWholeSpec(causes: Causes, spec: Fields): void {
  checkJobSpec(causes, 'spec', spec);
  if (spec.selector) checkLabelSelector(causes, 'spec.selector', spec.selector);
  else causes.required('spec.selector');
  const labels = spec.template?.metadata?.labels;
  if (selects(spec.selector, labels) === false) {
    const detail = '`selector` does not match template `labels`';
    causes.invalid('spec.template.metadata.labels', asSent(spec.template?.metadata, 'labels'), detail);
  }
}

export function checkJob(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkGeneratedSelector(causes, object, previous);
  // A new job may still be without the selector that a server makes for it.
  if (spec.selector || spec.manualSelector || previous) checkWholeSpec(causes, spec);
  else checkJobSpec(causes, 'spec', spec);
  if (spec.completionMode === 'Indexed' && spec.completions > 0) {
    const hostname = `${object.metadata.name}-${spec.completions - 1}`;
    if (dnsLabel(hostname).length > 0) {
      const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
      causes.invalid('metadata.name', object.metadata.name, detail);
    }
  }
}

/** Fields that stay, with what Go calls them. */
const fixedFields: readonly [field: string, type?: string][] = [
  ['completionMode'],
  ['podFailurePolicy', '*batch.PodFailurePolicy'],
  ['backoffLimitPerIndex'],
  ['managedBy'],
  ['successPolicy', '*batch.SuccessPolicy'],
];

/** Of a changed job, next to `checkJob`; the spec is looked at a second time. */
export function checkJobUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const old: Fields = previous.spec ?? {};
  checkWholeSpec(causes, spec);
  if (spec.completionMode !== 'Indexed') {
    checkImmutable(causes, 'spec.completions', spec.completions, old.completions, semanticEqual);
  } else if (
    spec.completions !== undefined &&
    spec.completions !== old.completions &&
    spec.completions !== spec.parallelism
  ) {
    causes.invalid('spec.completions', spec.completions, 'can only be modified in tandem with spec.parallelism');
  }
  checkImmutable(causes, 'spec.selector', spec.selector, old.selector, semanticEqual, labelSelectorType);
  checkTemplateUpdate(causes, spec.template ?? {}, old.template ?? {}, previous);
  for (const [field, type] of fixedFields) {
    checkImmutable(causes, `spec.${field}`, spec[field], old[field], semanticEqual, type);
  }
}

const isTrue = (object: KubeObject, type: string): boolean =>
  listAt(object.status, 'conditions').some((condition) => condition.type === type && condition.status === 'True');

/** While a job is held, where its pods will run and what they will take may still be changed. */
function checkTemplateUpdate(causes: Causes, now: Fields, old: Fields, previous: KubeObject): void {
  const isHeld = previous.spec?.suspend === true;
  const status: Fields = previous.status ?? {};
  const hasStarted = status.startTime !== undefined && !isTrue(previous, 'Suspended');
  if (!isHeld || hasStarted || (status.active ?? 0) > 0) {
    checkImmutable(causes, 'spec.template', now, old, semanticEqual, 'core.PodTemplateSpec');
    return;
  }
  const { nodeAffinity: _old, ...otherAffinity } = old.spec?.affinity ?? {};
  const nodeAffinity = now.spec?.affinity?.nodeAffinity;
  const affinity = { ...otherAffinity, ...(nodeAffinity ? { nodeAffinity } : {}) };
  const resources = (field: string): Fields[] => {
    const [were, are] = [listAt(old.spec, field), listAt(now.spec, field)];
    if (were.length !== are.length) return were;
    return were.map((one, at) => (one.name === are[at]?.name ? { ...one, resources: are[at]?.resources } : one));
  };
  const expected: Fields = {
    ...old.spec,
    nodeSelector: now.spec?.nodeSelector,
    tolerations: now.spec?.tolerations,
    schedulingGates: now.spec?.schedulingGates,
    affinity: now.spec?.affinity || Object.keys(affinity).length > 0 ? affinity : undefined,
    containers: resources('containers'),
    ...(old.spec?.initContainers ? { initContainers: resources('initContainers') } : {}),
  };
  checkImmutable(causes, 'spec.template.spec', now.spec, expected, semanticEqual, 'core.PodSpec');
}

/** What cannot both be said of a job: `[one, other]`. */
const contradictions = [
  ['Complete', 'Failed', 'cannot set Complete=True and Failed=true conditions'],
  ['Complete', 'FailureTarget', 'cannot set Complete=True and FailureTarget=true conditions'],
] as const;

export function checkJobStatus(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const status: Fields = object.status ?? {};
  const spec: Fields = object.spec ?? {};
  const refuse = (detail: string): void => causes.invalid('status.conditions', omitted, detail);
  const has = (type: string): boolean => isTrue(object, type);
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating']) {
    checkNotNegative(causes, `status.${field}`, status[field]);
  }
  const isFinished = has('Complete') || has('Failed');
  for (const [one, other, text] of contradictions) if (has(one) && has(other)) refuse(text);
  if (status.completionTime !== undefined && !has('Complete')) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    causes.invalid('status.completionTime', status.completionTime, detail);
  }
  if (status.completionTime === undefined && has('Complete')) {
    causes.required('status.completionTime', 'completionTime is required for Complete jobs');
  }
  if (status.startTime && status.completionTime && Date.parse(status.completionTime) < Date.parse(status.startTime)) {
    causes.invalid('status.completionTime', status.completionTime, 'must be equal to or after `startTime`');
  }
  if (has('Failed') && !has('FailureTarget') && !isTrue(previous, 'Failed')) {
    refuse('cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if (has('Complete') && !has('SuccessCriteriaMet') && !isTrue(previous, 'Complete')) {
    refuse('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  if (isFinished) checkFinished(causes, spec, status);
  checkIndexes(causes, spec, status, previous.status ?? {});
  if (status.ready > (status.active ?? 0)) {
    causes.invalid('status.ready', status.ready, 'cannot set more ready pods than active');
  }
  for (const other of ['Failed', 'FailureTarget']) {
    if (has('SuccessCriteriaMet') && has(other)) {
      refuse(`cannot set SuccessCriteriaMet=True and ${other}=true conditions`);
    }
  }
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (isTrue(previous, type) && !has(type)) refuse(`cannot disable the terminal ${type}=True condition`);
  }
  // A job of as many indexes as pods at once may shrink, and what was done of it with it.
  const mayShrink = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  for (const field of mayShrink ? ['failed'] : ['failed', 'succeeded']) {
    if ((status[field] ?? 0) < (previous.status?.[field] ?? 0)) {
      causes.invalid(`status.${field}`, status[field] ?? 0, `cannot decrease the ${field} counter`);
    }
  }
  const isResumed =
    isTrue(previous, 'Suspended') &&
    listAt(status, 'conditions').some(({ type, status: value }) => type === 'Suspended' && value === 'False');
  checkTimes(causes, spec.suspend || isResumed, status, previous.status ?? {});
  if (isTrue(previous, 'SuccessCriteriaMet') && !has('SuccessCriteriaMet')) {
    refuse('cannot disable the SuccessCriteriaMet=True condition');
  }
  if (isTrue(previous, 'Complete') && !isTrue(previous, 'SuccessCriteriaMet') && has('SuccessCriteriaMet')) {
    refuse('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions');
  }
}

function checkFinished(causes: Causes, spec: Fields, status: Fields): void {
  if (status.active > 0) causes.invalid('status.active', status.active, 'active>0 is invalid for finished job');
  const hadNothingToDo = spec.suspend && spec.completions === 0;
  if (status.startTime === undefined && !hadNothingToDo)
    causes.required('status.startTime', 'startTime is required for finished job');
  const uncounted = status.uncountedTerminatedPods;
  if (listAt(uncounted, 'failed').length + listAt(uncounted, 'succeeded').length > 0) {
    causes.invalid('status.uncountedTerminatedPods', uncounted, 'must be empty for finished job');
  }
  if (status.terminating > 0) {
    causes.invalid('status.terminating', status.terminating, 'terminating>0 is invalid for finished job');
  }
}

/** What did not change is not looked at: a job that was made smaller may have indexes beyond its end for a moment. */
function checkIndexes(causes: Causes, spec: Fields, status: Fields, old: Fields): void {
  const { completions } = spec;
  const { completedIndexes = '', failedIndexes } = status;
  if (completedIndexes === (old.completedIndexes ?? '') && failedIndexes === old.failedIndexes) return;
  const fail = (field: string, value: unknown, detail: string): void =>
    causes.invalid(`status.${field}`, value, detail);
  if (completions !== undefined) {
    const completed = indexCount(completedIndexes, completions);
    if (typeof completed === 'string') {
      fail('completedIndexes', completedIndexes, `error parsing completedIndexes: ${completed}`);
    }
    if (spec.backoffLimitPerIndex !== undefined && failedIndexes !== undefined) {
      const failed = indexCount(failedIndexes, completions);
      if (typeof failed === 'string') fail('failedIndexes', failedIndexes, `error parsing failedIndexes: ${failed}`);
    }
  }
  if (completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    fail('completedIndexes', completedIndexes, detail);
  }
  if (failedIndexes === undefined) return;
  if (spec.backoffLimitPerIndex === undefined) {
    fail('failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  }
  const shared = completions === undefined ? undefined : overlap(completedIndexes, failedIndexes, completions);
  if (shared !== undefined) {
    fail('failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${shared}`);
  }
}

function checkTimes(causes: Causes, mayRestart: boolean, status: Fields, old: Fields): void {
  const isMoved = (field: string): boolean => old[field] !== undefined && status[field] !== old[field];
  if (isMoved('completionTime') && status.completionTime !== undefined) {
    causes.invalid('status.completionTime', status.completionTime, 'field is immutable');
  }
  if (isMoved('startTime') && !mayRestart) {
    const detail = 'field is immutable for unsuspended job once set';
    causes.invalid('status.startTime', status.startTime ?? null, detail);
  }
}

const longestCronJobName = 52;

export function checkCronJob(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkSchedule(causes, 'spec.schedule', spec, previous?.spec);
  checkNotNegative(causes, 'spec.startingDeadlineSeconds', spec.startingDeadlineSeconds);
  if (!previous || previous.spec?.timeZone !== spec.timeZone) checkTimeZone(causes, 'spec.timeZone', spec.timeZone);
  checkWord(causes, 'spec.concurrencyPolicy', spec.concurrencyPolicy, ['Allow', 'Forbid', 'Replace']);
  const job: Fields = spec.jobTemplate?.spec ?? {};
  const at = 'spec.jobTemplate.spec';
  checkJobSpec(causes, at, job);
  if (job.selector) {
    causes.invalid(`${at}.selector`, job.selector, '`selector` will be auto-generated', labelSelectorType);
  }
  if (job.manualSelector) causes.notSupported(`${at}.manualSelector`, true, ['nil', 'false']);
  checkNotNegative(causes, 'spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit);
  checkNotNegative(causes, 'spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit);
  const { name = '' } = object.metadata;
  if (!previous && name.length > longestCronJobName) {
    causes.invalid('metadata.name', name, `must be no more than ${longestCronJobName} characters`);
  }
}

import type { Causes } from './causes.ts';
import {
  checkLabelSelector,
  checkName,
  checkOneOf,
  checkPositive,
  checkRequired,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './names.ts';

/** Where pods may run. Source: Kubernetes pkg/apis/core/validation/validation.go. */

function checkRequirement(causes: Causes, at: string, { key, operator, values = [] }: Fields, loose: boolean): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      causes.forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    }
  } else if (operator === 'Gt' || operator === 'Lt') {
    if (values.length !== 1) {
      causes.required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'");
    }
  } else causes.invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator');
  checkName(causes, `${at}.key`, key, qualifiedName);
  if (loose) return;
  for (const [index, value] of values.entries()) checkName(causes, `${at}.values[${index}]`, value, labelValue);
}

function checkFieldRequirement(causes: Causes, at: string, { key, operator, values = [] }: Fields): void {
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1) {
      const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      causes.required(`${at}.values`, detail);
    }
  } else causes.invalid(`${at}.operator`, operator ?? '', 'not a valid selector operator');
  if (key !== 'metadata.name') causes.invalid(`${at}.key`, key ?? '', 'not a valid field selector key');
  else for (const [index, value] of values.entries()) checkName(causes, `${at}.values[${index}]`, value, dnsSubdomain);
}

/** `loose`: values of labels are not looked at. */
function checkNodeTerm(causes: Causes, at: string, term: Fields, loose: boolean): void {
  for (const [index, one] of listAt(term, 'matchExpressions').entries()) {
    checkRequirement(causes, `${at}.matchExpressions[${index}]`, one, loose);
  }
  for (const [index, one] of listAt(term, 'matchFields').entries()) {
    checkFieldRequirement(causes, `${at}.matchFields[${index}]`, one);
  }
}

export function checkNodeSelector(causes: Causes, at: string, selector: Fields): void {
  const terms = listAt(selector, 'nodeSelectorTerms');
  if (terms.length === 0) causes.required(`${at}.nodeSelectorTerms`, 'must have at least one node selector term');
  for (const [index, term] of terms.entries()) checkNodeTerm(causes, `${at}.nodeSelectorTerms[${index}]`, term, false);
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';

function checkWeight(causes: Causes, at: string, { weight = 0 }: Fields): void {
  if (weight <= 0 || weight > 100) causes.invalid(`${at}.weight`, weight, 'must be in the range 1-100');
}

function checkNodeAffinity(causes: Causes, at: string, affinity: Fields): void {
  if (affinity[required]) checkNodeSelector(causes, `${at}.${required}`, affinity[required]);
  for (const [index, term] of listAt(affinity, preferred).entries()) {
    const path = `${at}.${preferred}[${index}]`;
    checkWeight(causes, path, term);
    checkNodeTerm(causes, `${path}.preference`, term.preference ?? {}, true);
  }
}

function checkPodTerm(causes: Causes, at: string, term: Fields): void {
  checkLabelSelector(causes, `${at}.labelSelector`, term.labelSelector);
  checkLabelSelector(causes, `${at}.namespaceSelector`, term.namespaceSelector);
  for (const name of (term.namespaces ?? []) as string[]) checkName(causes, `${at}.namespace`, name, dnsLabel);
  checkMatchKeys(causes, at, term);
  if (isMissing(term.topologyKey)) causes.required(`${at}.topologyKey`, 'can not be empty');
  checkName(causes, `${at}.topologyKey`, term.topologyKey, qualifiedName);
}

/** Keys whose values are those of the pod itself. */
function checkMatchKeys(causes: Causes, at: string, term: Fields): void {
  const { labelSelector: selector } = term;
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys']) {
    const keys = (term[field] ?? []) as string[];
    if (keys.length === 0) continue;
    if (!selector) causes.forbidden(`${at}.${field}`, 'must not be specified when labelSelector is not set');
    else for (const [index, key] of keys.entries()) checkName(causes, `${at}.${field}[${index}]`, key, qualifiedName);
  }
  const keys = (term.matchLabelKeys ?? []) as string[];
  if (selector) {
    const seen = new Set(Object.keys(selector.matchLabels ?? {}));
    for (const { key } of listAt(selector, 'matchExpressions')) {
      const index = keys.lastIndexOf(key);
      if (index >= 0 && seen.has(key)) {
        causes.invalid(`${at}[${index}]`, key, 'exists in both matchLabelKeys and labelSelector');
      }
      seen.add(key);
    }
  }
  const others = (term.mismatchLabelKeys ?? []) as string[];
  for (const [index, key] of keys.entries()) {
    if (others.includes(key)) {
      causes.invalid(`${at}.matchLabelKeys[${index}]`, key, 'exists in both matchLabelKeys and mismatchLabelKeys');
    }
  }
}

export function checkAffinity(causes: Causes, at: string, affinity: Fields | undefined): void {
  if (!affinity) return;
  if (affinity.nodeAffinity) checkNodeAffinity(causes, `${at}.nodeAffinity`, affinity.nodeAffinity);
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    for (const [index, term] of listAt(affinity[kind], required).entries()) {
      checkPodTerm(causes, `${at}.${kind}.${required}[${index}]`, term);
    }
    for (const [index, term] of listAt(affinity[kind], preferred).entries()) {
      const path = `${at}.${kind}.${preferred}[${index}]`;
      checkWeight(causes, path, term);
      checkPodTerm(causes, `${path}.podAffinityTerm`, term.podAffinityTerm ?? {});
    }
  }
}

const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function checkTolerations(causes: Causes, path: string, tolerations: readonly Fields[]): void {
  for (const [index, toleration] of tolerations.entries()) {
    const { key, operator = '', value = '', effect = '', tolerationSeconds } = toleration;
    const at = `${path}[${index}]`;
    if (!isMissing(key)) checkName(causes, `${at}.key`, key, qualifiedName);
    else if (operator !== 'Exists') {
      const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      causes.invalid(`${at}.operator`, operator, detail);
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      causes.invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === 'Equal' || operator === '') {
      const complaints = labelValue(value);
      if (complaints.length > 0) causes.invalid(`${at}.operator`, value, complaints.join(';'));
    } else if (operator === 'Exists') {
      if (value) causes.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else {
      const more = operator === 'Lt' || operator === 'Gt' ? ['Lt', 'Gt'] : [];
      causes.notSupported(`${at}.operator`, operator, ['Equal', 'Exists', ...more]);
    }
    if (effect) checkOneOf(causes, `${at}.effect`, effect, taintEffects);
  }
}

const spreadActions = ['DoNotSchedule', 'ScheduleAnyway'];
const inclusion = ['Honor', 'Ignore'];

export function checkSpread(causes: Causes, path: string, constraints: readonly Fields[]): void {
  for (const [index, constraint] of constraints.entries()) {
    const { maxSkew, topologyKey, whenUnsatisfiable: action = '', minDomains } = constraint;
    const at = `${path}[${index}]`;
    checkPositive(causes, `${at}.maxSkew`, maxSkew);
    checkRequired(causes, `${at}.topologyKey`, topologyKey, 'can not be empty');
    checkOneOf(causes, `${at}.whenUnsatisfiable`, action, spreadActions);
    const isRepeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === action);
    if (isRepeated) {
      causes.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey ?? ''}, ${action}}`);
    }
    if (minDomains !== undefined) {
      checkPositive(causes, `${at}.minDomains`, minDomains);
      if (action !== 'DoNotSchedule') {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
        causes.invalid(`${at}.minDomains`, minDomains, detail);
      }
    }
    checkOneOf(causes, `${at}.nodeAffinityPolicy`, constraint.nodeAffinityPolicy, inclusion);
    checkOneOf(causes, `${at}.nodeTaintsPolicy`, constraint.nodeTaintsPolicy, inclusion);
    if (!isEmpty(constraint.matchLabelKeys) || constraint.labelSelector) {
      checkMatchKeys(causes, at, { ...constraint, mismatchLabelKeys: undefined });
    }
    checkLabelSelector(causes, `${at}.labelSelector`, constraint.labelSelector);
  }
}

/** Taints of a node. */
export function checkTaints(causes: Causes, path: string, taints: readonly Fields[]): void {
  const seen = new Set<string>();
  for (const [index, taint] of taints.entries()) {
    const at = `${path}[${index}]`;
    checkName(causes, `${at}.key`, taint.key, qualifiedName);
    const complaints = labelValue(taint.value ?? '');
    if (complaints.length > 0) causes.invalid(`${at}.value`, taint.value, complaints.join(';'));
    if (isMissing(taint.effect)) causes.required(`${at}.effect`);
    else checkOneOf(causes, `${at}.effect`, taint.effect, taintEffects);
    const key = `${taint.key}:${taint.effect}`;
    if (seen.has(key)) causes.duplicate(at, taint, 'taints must be unique by key and effect pair', 'core.Taint');
    seen.add(key);
  }
}

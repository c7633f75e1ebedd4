import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkAtMost100Percent,
  checkCountOrPercent,
  checkDnsLabel,
  checkImmutable,
  checkLabelSelector,
  checkLabels,
  checkName,
  checkNotNegative,
  checkOneOf,
  checkRequired,
  checkSubdomain,
  checkWord,
  type Fields,
  listAt,
} from './checks.ts';
import { protocols } from './containers.ts';
import { semanticEqual } from './equal.ts';
import { checkAddress, checkEndpointAddress, checkStrictAddress, isAddress6 } from './ips.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './names.ts';
import { checkResources } from './resources.ts';
import { checkTolerations } from './scheduling-rules.ts';

/** Groups of one or two kinds: policy, scheduling, discovery, coordination, node, authentication. */

export function checkDisruptionBudget(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const detail = 'minAvailable and maxUnavailable cannot be both set';
    causes.invalid('spec', spec, detail, 'policy.PodDisruptionBudgetSpec');
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    checkCountOrPercent(causes, `spec.${field}`, spec[field]);
    checkAtMost100Percent(causes, `spec.${field}`, spec[field]);
  }
  checkLabelSelector(causes, 'spec.selector', spec.selector);
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  checkOneOf(causes, 'spec.unhealthyPodEvictionPolicy', spec.unhealthyPodEvictionPolicy, policies);
}

export function checkBudgetStatus(causes: Causes, object: KubeObject): void {
  checkConditions(causes, 'status.conditions', listAt(object.status, 'conditions'));
  for (const field of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']) {
    checkNotNegative(causes, `status.${field}`, object.status?.[field]);
  }
}

const reasonForm = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const reasonPattern = new RegExp(`^${reasonForm}$`);
const reasonText = `a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '${reasonForm}')`;

/** metav1.Condition. Source: apimachinery, apis/meta/v1/validation. */
export function checkConditions(causes: Causes, path: string, conditions: readonly Fields[]): void {
  const types = new Set<unknown>();
  for (const [index, condition] of conditions.entries()) {
    const at = `${path}[${index}]`;
    const { type, status = '', observedGeneration, lastTransitionTime, reason = '', message = '' } = condition;
    if (types.has(type)) causes.duplicate(`${at}.type`, type);
    types.add(type);
    checkName(causes, `${at}.type`, type, qualifiedName);
    checkOneOf(causes, `${at}.status`, status, ['False', 'True', 'Unknown']);
    if (observedGeneration < 0) {
      causes.invalid(`${at}.observedGeneration`, observedGeneration, 'must be greater than or equal to zero');
    }
    checkRequired(causes, `${at}.lastTransitionTime`, lastTransitionTime);
    if (reason === '') causes.required(`${at}.reason`);
    else {
      if (!reasonPattern.test(reason)) causes.invalid(`${at}.reason`, reason, reasonText);
      if (reason.length > 1024) causes.tooLong(`${at}.reason`, 1024);
    }
    if (message.length > 32 * 1024) causes.tooLong(`${at}.message`, 32 * 1024);
  }
}

const highestUserPriority = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

function systemProblem(name: string, object: KubeObject): string | undefined {
  const value = systemClasses[name];
  if (value === undefined) return `${name} is not a known system priority class`;
  if (object.value !== value) return `value of ${name} PriorityClass must be ${value}`;
  return object.globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

export function checkPriorityClass(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const { name = '' } = object.metadata;
  const value = (object.value ?? 0) as number;
  if (previous) {
    if (value !== (previous.value ?? 0)) causes.forbidden('value', 'may not be changed in an update.');
    checkImmutable(causes, 'preemptionPolicy', object.preemptionPolicy, previous.preemptionPolicy, semanticEqual);
    return;
  }
  if (name.startsWith('system-')) {
    const problem = systemProblem(name, object);
    const text = "priority class names with 'system-' prefix are reserved for system use only. error: ";
    if (problem) causes.forbidden('metadata.name', text + problem);
  } else if (value > highestUserPriority) {
    causes.forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`);
  }
  if (object.preemptionPolicy !== undefined) {
    checkWord(causes, 'preemptionPolicy', object.preemptionPolicy, ['PreemptLowerPriority', 'Never']);
  }
}

/** A name of at least two parts; a dot at the end does not count. */
function checkDomainName(causes: Causes, path: string, text: string): void {
  if (text === '') {
    causes.required(path);
    return;
  }
  const name = text.replace(/\.$/, '');
  const complaints = dnsSubdomain(name);
  if (complaints.length > 0) causes.invalid(path, name, complaints.join(','));
  else if (!name.includes('.')) {
    causes.invalid(path, name, 'should be a domain with at least two segments separated by dots');
  } else {
    const bad = name.split('.').find((label) => dnsLabel(label).length > 0);
    if (bad !== undefined) causes.invalid(path, bad, dnsLabel(bad).join(','));
  }
}

const addressChecks: Readonly<Record<string, (causes: Causes, list: string, at: string, text: string) => void>> = {
  IPv4: (causes, list, at, text) => {
    if (!checkAddress(causes, at, text)) return;
    if (isAddress6(text)) causes.invalid(list, text, 'must be an IPv4 address');
    checkEndpointAddress(causes, at, text);
  },
  IPv6: (causes, list, at, text) => {
    if (!checkStrictAddress(causes, at, text)) return;
    if (!isAddress6(text)) causes.invalid(list, text, 'must be an IPv6 address');
    checkEndpointAddress(causes, at, text);
  },
  FQDN: (causes, _list, at, text) => checkDomainName(causes, at, text),
};

const mostEndpoints = 1000;
const mostPorts = 20000;

function checkHints(causes: Causes, at: string, hints: Fields): void {
  const kinds = [
    ['forZones', labelValue],
    ['forNodes', dnsSubdomain],
  ] as const;
  for (const [field, rule] of kinds) {
    const list = listAt(hints, field);
    if (list.length > 8) {
      causes.tooMany(`${at}.${field}`, list.length, 8);
      return;
    }
    const names = list.map(({ name }) => name);
    for (const [index, name] of names.entries()) {
      const path = `${at}.${field}[${index}].name`;
      if (names.indexOf(name) < index) causes.duplicate(path, name);
      checkName(causes, path, name, rule);
    }
  }
}

function checkSliceEndpoint(causes: Causes, at: string, endpoint: Fields, type: string): void {
  const addresses = (endpoint.addresses ?? []) as string[];
  const list = `${at}.addresses`;
  if (addresses.length === 0) causes.required(list, 'must contain at least 1 address');
  else if (addresses.length > 100) causes.tooMany(list, addresses.length, 100);
  for (const [index, text] of addresses.entries()) addressChecks[type]?.(causes, list, `${list}[${index}]`, text);
  if (endpoint.nodeName !== undefined) checkSubdomain(causes, `${at}.nodeName`, endpoint.nodeName);
  const topology = endpoint.deprecatedTopology ?? {};
  const labels = Object.keys(topology).length;
  if (labels > 16) causes.tooMany(`${at}.deprecatedTopology`, labels, 16);
  checkLabels(causes, `${at}.deprecatedTopology`, topology);
  if (endpoint.hostname !== undefined) checkDnsLabel(causes, `${at}.hostname`, endpoint.hostname);
  if (endpoint.hints) checkHints(causes, `${at}.hints`, endpoint.hints);
}

export function checkEndpointSlice(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const type = String(object.addressType ?? '');
  checkWord(causes, 'addressType', type, ['FQDN', 'IPv4', 'IPv6']);
  const ports = listAt(object, 'ports');
  if (ports.length > mostPorts) causes.tooMany('ports', ports.length, mostPorts);
  else checkSlicePorts(causes, ports);
  const endpoints = listAt(object, 'endpoints');
  if (endpoints.length > mostEndpoints) causes.tooMany('endpoints', endpoints.length, mostEndpoints);
  else if (!previous || !semanticEqual(previous.endpoints, object.endpoints)) {
    for (const [index, endpoint] of endpoints.entries()) {
      checkSliceEndpoint(causes, `endpoints[${index}]`, endpoint, type);
    }
  }
  if (previous) checkImmutable(causes, 'addressType', type, previous.addressType, semanticEqual);
}

function checkSlicePorts(causes: Causes, ports: readonly Fields[]): void {
  const names = new Set<unknown>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name) checkDnsLabel(causes, `${at}.name`, name);
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
    checkOneOf(causes, `${at}.protocol`, protocol, protocols);
    if (appProtocol !== undefined) checkName(causes, `${at}.appProtocol`, appProtocol, qualifiedName);
  }
}

export function checkLease(causes: Causes, object: KubeObject): void {
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = (object.spec ?? {}) as Fields;
  if (leaseDurationSeconds <= 0) {
    causes.invalid('spec.leaseDurationSeconds', leaseDurationSeconds, 'must be greater than 0');
  }
  checkNotNegative(causes, 'spec.leaseTransitions', leaseTransitions);
  if (strategy !== undefined) {
    const at = 'spec.strategy.strategy';
    if (String(strategy).includes('/')) checkName(causes, at, strategy, qualifiedName);
    else checkOneOf(causes, at, strategy, ['OldestEmulationVersion']);
  }
  if (preferredHolder && !strategy) {
    causes.forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined');
  }
}

export function checkRuntimeClassUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  checkImmutable(causes, 'handler', object.handler ?? '', previous.handler ?? '', semanticEqual);
}

export function checkRuntimeClass(causes: Causes, object: KubeObject): void {
  const handler = (object.handler ?? '') as string;
  if (checkRequired(causes, 'handler', handler)) checkDnsLabel(causes, 'handler', handler);
  const overhead = object.overhead as Fields | undefined;
  if (overhead) checkResources(causes, 'overhead', { limits: overhead.podFixed }, new Set());
  if (object.scheduling) checkClassScheduling(causes, object.scheduling as Fields);
}

function checkClassScheduling(causes: Causes, scheduling: Fields): void {
  checkLabels(causes, 'scheduling.nodeSelector', scheduling.nodeSelector);
  const tolerations = listAt(scheduling, 'tolerations');
  const at = 'scheduling.tolerations';
  checkTolerations(causes, at, tolerations);
  const seen = new Set<string>();
  for (const [index, toleration] of tolerations.entries()) {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const mark = JSON.stringify([key, operator, value, effect]);
    if (seen.has(mark)) causes.duplicate(`${at}[${index}]`, toleration, undefined, 'core.Toleration');
    seen.add(mark);
  }
}

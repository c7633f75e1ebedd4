import { goJsonError } from '../../lib/go-json-error.ts';
import { compareQuantities, parseQuantity } from '../../lib/quantity.ts';
import { asSent } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkImmutable as checkFixed,
  checkName,
  checkPositive,
  checkRequired,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { semanticEqual } from './equal.ts';
import { checkNetwork, isAddress6, parseNetwork } from './ips.ts';
import { dataKey, qualifiedName } from './names.ts';
import { checkPodTemplate } from './pods.ts';
import {
  checkAmount,
  checkAmounts,
  checkContainerResourceName,
  checkQuotaResourceName,
  checkResourceName,
  isOvercommitted,
  isQuotaResource,
} from './resources.ts';
import { checkTaints } from './scheduling-rules.ts';

/** Core kinds besides pods, volumes and services. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const sizeLimit = 1024 * 1024;
const sealed = 'field is immutable when `immutable` is set';

function checkSealed(causes: Causes, object: KubeObject, previous: KubeObject, fields: string[]): void {
  if (!previous.immutable) return;
  if (!object.immutable) causes.forbidden('immutable', sealed);
  for (const field of fields) {
    if (!semanticEqual(previous[field] ?? {}, object[field] ?? {})) causes.forbidden(field, sealed);
  }
}

const decodedSize = (base64: unknown): number => Buffer.byteLength(String(base64), 'base64');

export const checkConfigMapUpdate = (causes: Causes, object: KubeObject, previous: KubeObject): void =>
  checkSealed(causes, object, previous, ['data', 'binaryData']);

export function checkConfigMap(causes: Causes, object: KubeObject): void {
  const [data, binary] = [(object.data ?? {}) as Fields, (object.binaryData ?? {}) as Fields];
  let size = 0;
  for (const key in data) {
    checkName(causes, `data[${key}]`, key, dataKey);
    if (Object.hasOwn(binary, key)) causes.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
    size += Buffer.byteLength(String(data[key]));
  }
  for (const key in binary) {
    checkName(causes, `binaryData[${key}]`, key, dataKey);
    size += decodedSize(binary[key]);
  }
  if (size > sizeLimit) causes.tooLong('[]', sizeLimit);
}

/** Keys that a secret of a type must have. */
const secretKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
]);

export function checkSecretUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  checkFixed(causes, 'type', object.type ?? '', previous.type ?? '', semanticEqual);
  checkSealed(causes, object, previous, ['data']);
}

export function checkSecret(causes: Causes, object: KubeObject): void {
  const data = (object.data ?? {}) as Fields;
  let size = 0;
  for (const key in data) {
    checkName(causes, `data[${key}]`, key, dataKey);
    size += decodedSize(data[key]);
  }
  if (size > sizeLimit) causes.tooLong('data', sizeLimit);
  const type = String(object.type);
  for (const key of secretKeys.get(type) ?? []) {
    if (!(key in data)) causes.required(`data[${key}]`);
    else if (key.startsWith('.')) checkDockerConfig(causes, `data[${key}]`, data[key]);
  }
  if (type === 'kubernetes.io/basic-auth' && !('username' in data) && !('password' in data)) {
    causes.required('data[username]');
    causes.required('data[password]');
  }
  if (type === 'kubernetes.io/ssh-auth' && isMissing(data['ssh-privatekey'])) causes.required('data[ssh-privatekey]');
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && !object.metadata.annotations?.[account]) {
    causes.required(`metadata.annotations[${account}]`);
  }
}

function checkDockerConfig(causes: Causes, path: string, base64: unknown): void {
  const text = Buffer.from(String(base64), 'base64').toString();
  const refuse = (why: string): void => causes.invalid(path, '<secret contents redacted>', why);
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) refuse('json: cannot unmarshal array into Go value of type map[string]interface {}');
    else if (value !== null && typeof value !== 'object') {
      const kind = typeof value === 'boolean' ? 'bool' : typeof value;
      refuse(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
    }
  } catch {
    // Go reads bytes: each is a character of its own here.
    refuse(goJsonError(Buffer.from(String(base64), 'base64').toString('latin1')) ?? 'unexpected end of JSON input');
  }
}

type Limits = Record<string, string>;

/** What a range of limits says of one resource, field against field: `[a, b, field, text]` where a may not exceed b. */
const orders: readonly [low: string, high: string, field: string, shown: string, text: string][] = [
  ['min', 'max', 'min', 'min', 'min value % is greater than max value %'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min value % is greater than default request value %'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request value % is greater than max value %'],
  [
    'defaultRequest',
    'default',
    'defaultRequest',
    'defaultRequest',
    'default request value % is greater than default limit value %',
  ],
  ['min', 'default', 'default', 'min', 'min value % is greater than default value %'],
  ['default', 'max', 'default', 'max', 'default value % is greater than max value %'],
];

const limitFields = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];
const limitTypes = ['Container', 'PersistentVolumeClaim', 'Pod'];

export function checkLimitRange(causes: Causes, object: KubeObject): void {
  const types = new Set<unknown>();
  for (const [index, limit] of listAt(object.spec, 'limits').entries()) {
    const at = `spec.limits[${index}]`;
    const type = String(limit.type ?? '');
    if (checkName(causes, `${at}.type`, type, qualifiedName) && !type.includes('/') && !limitTypes.includes(type)) {
      causes.invalid(`${at}.type`, type, 'must be a standard limit type or fully qualified');
    }
    if (types.has(type)) causes.duplicate(`${at}.type`, type);
    types.add(type);
    checkLimitItem(causes, at, limit, type);
  }
}

function checkLimitItem(causes: Causes, at: string, limit: Fields, type: string): void {
  const rule = type === 'Pod' || type === 'Container' ? checkContainerResourceName : checkResourceName;
  const given: Record<string, Limits> = {};
  for (const field of limitFields) {
    const isDefault = field === 'default' || field === 'defaultRequest';
    if (type === 'Pod' && isDefault) {
      if (!isEmpty(limit[field])) causes.forbidden(`${at}.${field}`, "may not be specified when `type` is 'Pod'");
      given[field] = {};
      continue;
    }
    if (
      field === 'maxLimitRequestRatio' &&
      type === 'PersistentVolumeClaim' &&
      !limit.min?.storage &&
      !limit.max?.storage
    ) {
      const detail = 'either minimum or maximum storage value is required, but neither was provided';
      causes.required(`${at}.limits`, detail);
    }
    given[field] = (limit[field] ?? {}) as Limits;
    for (const name in given[field]) rule(causes, `${at}.${field}[${name}]`, name);
  }
  const names = new Set(limitFields.flatMap((field) => Object.keys(given[field]!)));
  for (const name of names) checkLimitOrder(causes, at, name, given);
}

function checkLimitOrder(causes: Causes, at: string, name: string, given: Record<string, Limits>): void {
  const text = (amount: string): string => parseQuantity(amount).toString();
  for (const [low, high, field, shown, words] of orders) {
    const [a, b] = [given[low]![name], given[high]![name]];
    if (a === undefined || b === undefined || compareQuantities(a, b) <= 0) continue;
    const detail = words.replace('%', text(a)).replace('%', text(b));
    causes.invalid(`${at}.${field}[${name}]`, text(given[shown]![name]!), detail);
  }
  const ratio = given.maxLimitRequestRatio![name];
  const [min, max] = [given.min![name], given.max![name]];
  if (ratio !== undefined) {
    const path = `${at}.maxLimitRequestRatio[${name}]`;
    if (compareQuantities(ratio, '1') < 0) causes.invalid(path, text(ratio), `ratio ${text(ratio)} is less than 1`);
    if (min !== undefined && max !== undefined) {
      const highest = parseQuantity(max).value / parseQuantity(min).value;
      if (parseQuantity(ratio).value > highest) {
        causes.invalid(path, text(ratio), `ratio ${text(ratio)} is greater than max/min = ${highest.toFixed(6)}`);
      }
    }
  }
  const [own, request] = [given.default![name], given.defaultRequest![name]];
  if (isOvercommitted(name) || own === undefined || request === undefined) return;
  if (compareQuantities(own, request) === 0) return;
  const detail = `default value ${text(own)} must equal to defaultRequest value ${text(request)} in ${name}`;
  causes.invalid(`${at}.defaultRequest[${name}]`, text(request), detail);
}

const podCounts = ['pods'];
const podResources = [...podCounts, 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/** Resources that a quota of a scope can count. */
const scopeResources: Readonly<Record<string, readonly string[]>> = {
  Terminating: podResources,
  NotTerminating: podResources,
  NotBestEffort: podResources,
  PriorityClass: podResources,
  CrossNamespacePodAffinity: podResources,
  BestEffort: podCounts,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};

const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const onlyExists = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];

function checkScope(scope: string, hard: Fields, refuse: () => void): void {
  for (const name of Object.keys(hard).sort()) {
    const counted = scopeResources[scope];
    if (isQuotaResource(name) && counted && !counted.includes(name)) refuse();
  }
}

export function checkResourceQuota(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const hard: Fields = spec.hard ?? {};
  checkAmounts(causes, 'spec.hard', hard, checkQuotaResourceName);
  const scopes = (spec.scopes ?? []) as string[];
  const path = 'spec.scopes';
  for (const scope of scopes) {
    if (!scopeResources[scope]) causes.invalid(path, scopes, 'unsupported scope');
    checkScope(scope, hard, () => causes.invalid(path, scopes, 'unsupported scope applied to resource'));
  }
  for (const pair of opposites) {
    if (pair.every((scope) => scopes.includes(scope))) causes.invalid(path, scopes, 'conflicting scopes');
  }
  if (spec.scopeSelector) checkScopeSelector(causes, spec, hard);
  if (previous) {
    const old = (previous.spec?.scopes ?? []) as string[];
    const isSame = new Set(old).symmetricDifference(new Set(scopes)).size === 0;
    if (!isSame) causes.invalid(path, asSent(spec, 'scopes'), 'field is immutable');
  }
}

function checkScopeSelector(causes: Causes, spec: Fields, hard: Fields): void {
  const at = 'spec.scopeSelector.matchExpressions';
  const scopes: string[] = [];
  for (const { scopeName = '', operator = '', values = [] } of listAt(spec.scopeSelector, 'matchExpressions')) {
    if (!scopeResources[scopeName]) causes.invalid(`${at}.scopeName`, scopeName, 'unsupported scope');
    checkScope(scopeName, hard, () =>
      causes.invalid(at, spec.scopeSelector, 'unsupported scope applied to resource', '*core.ScopeSelector'),
    );
    if (onlyExists.includes(scopeName) && operator !== 'Exists') {
      const detail =
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
      causes.invalid(`${at}.operator`, operator, detail);
    }
    if (operator === 'In' || operator === 'NotIn') {
      const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
      if (values.length === 0) causes.required(`${at}.values`, detail);
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
      if (values.length > 0) causes.invalid(`${at}.values`, values, detail);
    } else causes.invalid(`${at}.operator`, operator, 'not a valid selector operator');
    scopes.push(scopeName);
  }
  for (const pair of opposites) {
    if (pair.every((scope) => scopes.includes(scope))) causes.invalid(at, spec.scopes ?? null, 'conflicting scopes');
  }
}

export function checkQuotaStatus(causes: Causes, object: KubeObject): void {
  for (const field of ['hard', 'used']) {
    checkAmounts(causes, `status.${field}`, object.status?.[field], checkQuotaResourceName);
  }
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

/** A finalizer by its short name must be one of the server's own. */
export function checkKubeFinalizer(causes: Causes, path: string, name: string): void {
  if (name.includes('/') || standardFinalizers.includes(name)) return;
  causes.invalid(path, name, 'name is neither a standard finalizer name nor is it fully qualified');
}

export function checkNamespace(causes: Causes, object: KubeObject): void {
  for (const name of (object.spec?.finalizers ?? []) as string[]) {
    checkName(causes, 'spec.finalizers', name, qualifiedName);
    checkKubeFinalizer(causes, 'spec.finalizers', name);
  }
}

export function checkNamespaceFinalize(causes: Causes, object: KubeObject): void {
  for (const [index, name] of ((object.spec?.finalizers ?? []) as string[]).entries()) {
    checkName(causes, `spec.finalizers[${index}]`, name, qualifiedName);
    checkKubeFinalizer(causes, `spec.finalizers[${index}]`, name);
  }
}

export function checkNamespaceStatus(causes: Causes, object: KubeObject): void {
  const phase = object.status?.phase ?? '';
  const isGoing = object.metadata.deletionTimestamp !== undefined;
  const wanted = isGoing ? 'Terminating' : 'Active';
  if (phase === wanted) return;
  const detail = `may only be '${wanted}' if \`deletionTimestamp\` is ${isGoing ? 'not empty' : 'empty'}`;
  causes.invalid('status.Phase', phase, detail);
}

function checkNodeAmounts(causes: Causes, status: Fields): void {
  for (const field of ['capacity', 'allocatable']) {
    const amounts = (status[field] ?? {}) as Limits;
    for (const name in amounts) checkAmount(causes, `status.${field}.${name}`, name, amounts[name]);
  }
}

function checkFeatures(causes: Causes, features: readonly string[]): void {
  const pattern = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;
  for (const [index, name] of features.entries()) {
    const at = `status.declaredFeatures[${index}]`;
    if (!pattern.test(name)) {
      const detail = `invalid feature name ${JSON.stringify(name)}: must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
      causes.invalid(at, name, detail);
    }
    const next = features[index + 1];
    if (next === undefined) continue;
    if (name === next) causes.duplicate(`status.declaredFeatures[${index + 1}]`, next);
    else if (name > next) {
      causes.invalid(`status.declaredFeatures[${index + 1}]`, next, 'list must be sorted alphabetically');
    }
  }
}

export function checkNode(causes: Causes, object: KubeObject): void {
  const [spec, status]: Fields[] = [object.spec ?? {}, object.status ?? {}];
  const taints = listAt(spec, 'taints');
  checkTaints(causes, 'metadata.taints', taints);
  checkNodeAmounts(causes, status!);
  const swap = status!.nodeInfo?.swap?.capacity;
  if (swap !== undefined) checkPositive(causes, 'metadata.nodeSwapStatus.capacity', swap);
  checkFeatures(causes, status!.declaredFeatures ?? []);
  const networks = (spec!.podCIDRs ?? []) as string[];
  for (const [index, text] of networks.entries()) checkNetwork(causes, `spec.podCIDRs[${index}]`, text);
  const broken = networks.length > 1 ? networks.findIndex((text) => !parseNetwork(text)) : -1;
  if (broken >= 0) {
    const why = `invalid CIDR[${broken}]: <nil> (invalid CIDR address: ${networks[broken]})`;
    causes.internal('spec.podCIDRs', `invalid PodCIDRs. failed to check with dual stack with error:${why}`);
  }
  if (networks.length > 1 && (broken >= 0 || networks.length > 2 || new Set(networks.map(isAddress6)).size !== 2)) {
    causes.invalid('spec.podCIDRs', networks, 'may specify no more than one CIDR for each IP family');
  }
}

/** An update of a node, or of its status: both are looked at. An update of the node is asked the rules of new ones before. */
export function checkNodeUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [spec, status, old]: Fields[] = [object.spec ?? {}, object.status ?? {}, previous.spec ?? {}];
  checkNodeAmounts(causes, status!);
  checkFeatures(causes, status!.declaredFeatures ?? []);
  const seen = new Set<string>();
  for (const [index, address] of listAt(status, 'addresses').entries()) {
    const key = `${address.type}/${address.address}`;
    if (seen.has(key)) causes.duplicate(`status.addresses[${index}]`, address, undefined, 'core.NodeAddress');
    seen.add(key);
  }
  const [networks, before] = [(spec!.podCIDRs ?? []) as string[], (old!.podCIDRs ?? []) as string[]];
  const fixedCidr = 'node updates may not change podCIDR except from "" to valid';
  if (before.length > 0 && networks.length !== before.length) causes.forbidden('spec.podCIDRs', fixedCidr);
  else
    for (const [index, one] of before.entries())
      if (networks[index] !== one) causes.forbidden('spec.podCIDRs', fixedCidr);
  if (old!.providerID && old!.providerID !== spec!.providerID) {
    causes.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid');
  }
  checkTaints(causes, 'metadata.taints', listAt(spec, 'taints'));
  if ((spec!.externalID ?? '') !== (old!.externalID ?? '')) causes.forbidden('spec.externalID', 'may not be updated');
}

export const checkPodTemplateObject = (causes: Causes, object: KubeObject): void =>
  checkPodTemplate(causes, 'template', object.template ?? {});

/** A pod's way to a node. */
export function checkBinding(causes: Causes, object: KubeObject): void {
  const { kind, name } = (object.target ?? {}) as Fields;
  if (kind && kind !== 'Node') causes.notSupported('target.kind', kind, ['Node', '<empty>']);
  checkRequired(causes, 'target.name', name);
}

import { addQuantities, compareQuantities, parseQuantity } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import { checkDnsLabel, checkImmutable, checkSubdomain, type Fields, isMissing, listAt } from './checks.ts';
import {
  checkBindingConditions,
  checkDeviceKey,
  checkDeviceTaint,
  checkItems,
  checkPoolName,
  checkSet,
} from './device-parts.ts';
import { semanticEqual } from './equal.ts';
import { isNative } from './resources.ts';
import { checkNodeSelector } from './scheduling-rules.ts';
import { checkDriverName } from './volume-sources.ts';

/** The devices that drivers offer. Source: Kubernetes pkg/apis/resource/validation. */

const amount = (value: unknown): string => parseQuantity(value as string).toString();
const isMore = (a: unknown, b: unknown): boolean => compareQuantities(a as string, b as string) > 0;
const whole = (value: unknown): bigint => parseQuantity(value as string).nano / 1_000_000_000n;

const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/;
const longestValue = 64;

/** Looks at one value of each kind of attribute. */
const valueChecks: Readonly<Record<string, (causes: Causes, path: string, text: string) => void>> = {
  string: (causes, path, text) => {
    if (Buffer.byteLength(text) > longestValue) causes.tooLong(path, longestValue);
  },
  version: (causes, path, text) => {
    if (!semver.test(text)) causes.invalid(path, text, 'must be a string compatible with semver.org spec 2.0.0');
    if (Buffer.byteLength(text) > longestValue) causes.tooLong(path, longestValue);
  },
};
const kinds = ['bool', 'int', 'string', 'version'];

function checkAttribute(causes: Causes, at: string, attribute: Fields): void {
  for (const kind of kinds) {
    if (attribute[kind] !== undefined) valueChecks[kind]?.(causes, `${at}.${kind}`, String(attribute[kind]));
  }
  for (const kind of kinds) {
    const values = attribute[`${kind}s`] as unknown[] | undefined;
    if (!values) continue;
    if (values.length === 0) causes.invalid(`${at}.${kind}s`, values, 'must not be empty if specified');
    for (const [index, one] of values.entries()) valueChecks[kind]?.(causes, `${at}.${kind}s[${index}]`, String(one));
  }
  const given = Object.keys(attribute).length;
  const detail = 'exactly one value must be specified';
  if (given === 0) causes.invalid(at, '', detail);
  else if (given > 1) causes.invalid(at, attribute, detail, 'resource.DeviceAttribute');
}

/** Values that may be asked for: those of a list. */
function checkChoices(causes: Causes, path: string, policy: Fields, capacity: unknown): void {
  const values = policy.validValues as unknown[];
  for (const [index, value] of values.entries()) {
    if (index === 0 || !isMore(values[index - 1], value)) continue;
    causes.invalid(`${path}[${index}]`, amount(value), 'values must be sorted in ascending order');
  }
  const check = (at: string, value: unknown): void => {
    if (!isMore(value, capacity)) return;
    causes.invalid(at, amount(value), `option is larger than capacity value: ${amount(capacity)}`);
  };
  checkSet(causes, path, values, 10, check, (value) => String(whole(value)));
  if (!values.some((value) => compareQuantities(value as string, policy.default) === 0)) {
    causes.invalid(path, amount(policy.default), 'default value is not valid according to the requestPolicy');
  }
}

/** Values that may be asked for: those of a range. */
function checkRange(causes: Causes, path: string, policy: Fields, capacity: unknown): void {
  const { min, max, step } = policy.validRange;
  const usual = policy.default;
  if (isMissing(min)) {
    causes.required(`${path}.min`, 'required when validRange is defined');
    return;
  }
  const refuse = (field: string, value: unknown, why: string): void =>
    causes.invalid(`${path}.${field}`, amount(value), why);
  const most = amount(capacity);
  if (isMore(min, capacity)) refuse('min', min, `min is larger than capacity value: ${most}`);
  if (isMore(min, usual)) refuse('min', usual, `default is less than min: ${amount(min)}`);
  if (!isMissing(max)) {
    if (isMore(min, max)) refuse('max', min, `min is larger than max: ${amount(max)}`);
    if (isMore(max, capacity)) refuse('max', max, `max is larger than capacity value: ${most}`);
    if (isMore(usual, max)) refuse('max', usual, `default is more than max: ${amount(max)}`);
  }
  if (isMissing(step)) return;
  const first = addQuantities(min, step);
  if (isMore(first, capacity)) {
    refuse('step', step, `one step ${first.toString()} is larger than capacity value: ${most}`);
  }
  for (const value of isMissing(max) ? [usual] : [usual, max]) {
    const size = whole(step);
    if (size !== 0n && (whole(value) - whole(min)) % size === 0n) continue;
    refuse('step', value, `value is not a multiple of a given step (${amount(step)}) from (${amount(min)})`);
  }
}

function checkPolicy(causes: Causes, at: string, policy: Fields, capacity: unknown): void {
  const values = (policy.validValues ?? []) as unknown[];
  const field = values.length > 0 ? 'validValues' : policy.validRange && 'validRange';
  if (values.length > 0 && policy.validRange) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    causes.forbidden(at, detail);
  } else if (field && isMissing(policy.default)) {
    causes.required(`${at}.default`, `required when ${field} is defined`);
  } else if (field === 'validValues') checkChoices(causes, `${at}.validValues`, policy, capacity);
  else if (field === 'validRange') checkRange(causes, `${at}.validRange`, policy, capacity);
}

const longestKey = 63 + 1 + 32;

/** A key in a path; of a long one the middle is left out. */
function shortened(key: string, most: number): string {
  if (key.length <= most) return key;
  const left = most - 3;
  return `${key.slice(0, Math.floor((left + 1) / 2))}...${key.slice(key.length - Math.floor(left / 2))}`;
}

function checkCapacities(causes: Causes, at: string, device: Fields): void {
  for (const [key, { value = '0', requestPolicy }] of Object.entries((device.capacity ?? {}) as Fields)) {
    checkDeviceKey(causes, `${at}.capacity`, key);
    if (!requestPolicy) continue;
    const path = `${at}.capacity[${shortened(key, longestKey)}].requestPolicy`;
    if (device.allowMultipleAllocations) checkPolicy(causes, path, requestPolicy, value);
    else causes.forbidden(path, 'allowMultipleAllocations must be true');
  }
}

function checkCounters(causes: Causes, path: string, counters: Fields | undefined): void {
  const names = Object.keys(counters ?? {});
  if (names.length === 0) causes.required(path);
  else if (names.length > 32) causes.tooMany(path, names.length, 32);
  else for (const name of names) checkDnsLabel(causes, path, name);
}

function checkMappings(causes: Causes, at: string, device: Fields): void {
  const mappings = (device.nodeAllocatableResourceMappings ?? {}) as Fields;
  for (const [name, { allocationMultiplier: factor, capacityKey: key }] of Object.entries(mappings)) {
    const path = `${at}.nodeAllocatableResourceMappings[${name}]`;
    if (!isNative(name)) causes.invalid(path, name, 'must be a node allocatable resource name');
    if (factor === undefined && key === undefined) {
      causes.invalid(path, '', 'at least one of allocationMultiplier or capacityKey must be set');
    }
    if (factor !== undefined && !isMore(factor, '0')) {
      causes.invalid(`${path}.allocationMultiplier`, amount(factor), 'must be positive');
    }
    if (key === '') causes.invalid(`${path}.capacityKey`, '', 'capacityKey must not be an empty string');
    else if (key !== undefined && !(key in (device.capacity ?? {}))) causes.notFound(`${path}.capacityKey`, key);
  }
}

const onePerDevice =
  'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec';

/** Where a device can be used, where each says so itself. */
function checkPlace(causes: Causes, at: string, device: Fields, isPerDevice: boolean): void {
  const { nodeName, nodeSelector, allNodes } = device;
  if (!isPerDevice) {
    if (nodeName === undefined && !nodeSelector && allNodes === undefined) return;
    const detail =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec';
    causes.invalid(at, null, detail);
    return;
  }
  if (nodeName === '') causes.invalid(`${at}.nodeName`, nodeName, 'must not be empty');
  else if (nodeName) checkSubdomain(causes, `${at}.nodeName`, nodeName);
  if (nodeSelector) checkNodeSelector(causes, `${at}.nodeSelector`, nodeSelector);
  if (allNodes === false) causes.invalid(`${at}.allNodes`, allNodes, 'must be either unset or set to true');
  const given = givenOf({ nodeName, nodeSelector, allNodes });
  if (given.length === 0) causes.required(at, onePerDevice);
  else if (given.length > 1) causes.invalid(at, `{${given.join(', ')}}`, onePerDevice);
}

const givenOf = (fields: Fields): string[] =>
  Object.keys(fields)
    .filter((name) => fields[name])
    .map((name) => `\`${name}\``);

const listSize = (attribute: Fields): number => {
  const sizes = kinds.map((kind) => (attribute[`${kind}s`] ?? []).length as number);
  return sizes.reduce((sum, size) => sum + size, 0) || 1;
};

function checkDevice(causes: Causes, at: string, device: Fields, old: Fields | undefined, isPerDevice: boolean): void {
  checkDnsLabel(causes, `${at}.name`, device.name);
  const attributes = (device.attributes ?? {}) as Fields;
  const total = Object.keys(attributes).length + Object.keys(device.capacity ?? {}).length;
  if (total > 32) causes.invalid(at, total, 'the total number of attributes and capacities must not exceed 32');
  const values = Object.values(attributes).reduce<number>((sum, one) => sum + listSize(one), 0);
  if (values > 48) causes.invalid(at, values, 'the total number of attribute values must not exceed 48');
  for (const [key, attribute] of Object.entries(attributes)) {
    checkDeviceKey(causes, `${at}.attributes`, key);
    checkAttribute(causes, `${at}.attributes[${shortened(key, longestKey)}]`, attribute);
  }
  checkCapacities(causes, at, device);
  if (!old || !semanticEqual(old.taints, device.taints)) {
    checkItems(causes, `${at}.taints`, listAt(device, 'taints'), 16, (where, taint) =>
      checkDeviceTaint(causes, where, taint),
    );
  }
  const checkConsumed = (where: string, { counterSet, counters }: Fields): void => {
    if (isMissing(counterSet)) causes.required(`${where}.counterSet`);
    else checkDnsLabel(causes, `${where}.counterSet`, counterSet);
    checkCounters(causes, `${where}.counters`, counters);
  };
  const consumed = listAt(device, 'consumesCounters');
  checkSet(causes, `${at}.consumesCounters`, consumed, 2, checkConsumed, ({ counterSet = '' }) => counterSet);
  checkPlace(causes, at, device, isPerDevice);
  checkBindingConditions(causes, at, device);
  checkMappings(causes, at, device);
}

const oneOfAll = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';

function checkPlaces(causes: Causes, spec: Fields): void {
  const { nodeName, nodeSelector, allNodes, perDeviceNodeSelection } = spec;
  if (nodeName === '') {
    causes.invalid('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string');
  } else if (nodeName !== undefined) checkSubdomain(causes, 'spec.nodeName', nodeName);
  if (nodeSelector) {
    checkNodeSelector(causes, 'spec.nodeSelector', nodeSelector);
    const terms = listAt(nodeSelector, 'nodeSelectorTerms');
    if (terms.length !== 1) {
      const detail = 'must have exactly one node selector term';
      causes.invalid('spec.nodeSelector.nodeSelectorTerms', terms, detail, '[]core.NodeSelectorTerm');
    }
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection']) {
    if (spec[field] === false) causes.invalid(`spec.${field}`, false, 'must be either unset or set to true');
  }
  const given = givenOf({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection });
  if (given.length === 0) causes.required('spec', oneOfAll);
  else if (given.length > 1) {
    causes.invalid('spec', `{${given.join(', ')}}`, `${oneOfAll}, but multiple fields are set`);
  }
}

/** Slices whose devices say more of themselves hold fewer. */
const isElaborate = (device: Fields): boolean =>
  listAt(device, 'taints').length > 0 ||
  listAt(device, 'consumesCounters').length > 0 ||
  Object.values((device.attributes ?? {}) as Fields).some((one) => kinds.some((kind) => one[`${kind}s`]));

export function checkDeviceSlice(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const pool: Fields = spec.pool ?? {};
  checkDriverName(causes, 'spec.driver', spec.driver);
  checkPoolName(causes, 'spec.pool.name', pool.name);
  const { resourceSliceCount: count = 0, generation = 0 } = pool;
  if (count <= 0) causes.invalid('spec.pool.resourceSliceCount', count, 'must be greater than zero');
  if (generation < 0) {
    causes.invalid('spec.pool.generation', generation, 'must be greater than or equal to zero');
  }
  if (previous) {
    const old: Fields = previous.spec ?? {};
    checkImmutable(causes, 'spec.pool.name', pool.name ?? '', old.pool?.name ?? '', semanticEqual);
    checkImmutable(causes, 'spec.driver', spec.driver ?? '', old.driver ?? '', semanticEqual);
    checkImmutable(causes, 'spec.nodeName', spec.nodeName ?? null, old.nodeName ?? null, semanticEqual);
  }
  checkPlaces(causes, spec);
  if (spec.sharedCounters && spec.devices) {
    causes.invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed');
  }
  const devices = listAt(spec, 'devices');
  const most = devices.some(isElaborate) ? 64 : 128;
  const before = listAt(previous?.spec, 'devices');
  const check = (at: string, device: Fields): void => {
    const old = before.find(({ name = '' }) => name === (device.name ?? ''));
    checkDevice(causes, at, device, old, spec.perDeviceNodeSelection === true);
  };
  checkSet(causes, 'spec.devices', devices, most, check, ({ name = '' }) => name);
  const checkShared = (at: string, { name, counters }: Fields): void => {
    if (isMissing(name)) causes.required(`${at}.name`);
    else checkDnsLabel(causes, `${at}.name`, name);
    checkCounters(causes, `${at}.counters`, counters);
  };
  checkSet(causes, 'spec.sharedCounters', listAt(spec, 'sharedCounters'), 8, checkShared, ({ name = '' }) => name);
}

import { asSent } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  between,
  checkImmutable,
  checkLabelSelector,
  checkName,
  checkNotNegative,
  checkOneOf,
  checkQuantityNotNegative,
  checkRequired,
  checkSubdomain,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { checkInlineVolume } from './claims.ts';
import { semanticEqual } from './equal.ts';
import { qualifiedName } from './names.ts';
import { checkDriverName } from './volume-sources.ts';

/** Storage classes and drivers. Source: Kubernetes pkg/apis/storage/validation. */

const largest = 256 * 1024;

function checkProvisioner(causes: Causes, path: string, name: unknown): void {
  if (!checkRequired(causes, path, name)) return;
  for (const complaint of qualifiedName(String(name).toLowerCase()))
    causes.invalid(path, String(name).toLowerCase(), complaint);
}

function checkParameters(causes: Causes, parameters: Fields = {}, isNeeded: boolean): void {
  const names = Object.keys(parameters);
  if (names.length > 512) {
    causes.tooLong('parameters', 512);
    return;
  }
  if (names.includes('')) causes.invalid('parameters', '', 'field can not be empty.');
  if (sizeOf(parameters) > largest) causes.tooLong('parameters', largest);
  if (isNeeded && names.length === 0) causes.required('parameters', 'must contain at least one key/value pair');
}

const sizeOf = (map: Fields): number =>
  Object.entries(map).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)), 0);

/** Fields of a class that stay. */
const fixedInClass = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'];

export function checkStorageClass(causes: Causes, object: KubeObject): void {
  checkProvisioner(causes, 'provisioner', object.provisioner);
  checkParameters(causes, object.parameters as Fields, false);
  if (object.reclaimPolicy) checkOneOf(causes, 'reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain']);
  checkOneOf(causes, 'volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
  checkTopologies(causes, listAt(object, 'allowedTopologies'));
}

export function checkStorageClassUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  for (const field of fixedInClass) {
    const type = field === 'parameters' ? '{}string' : undefined;
    const [value, old] = [object[field], previous[field]].map((one) => (field === 'provisioner' ? (one ?? '') : one));
    checkImmutable(causes, field, value ?? asSent(object, field), old, semanticEqual, type);
  }
}

function checkTopologies(causes: Causes, terms: readonly Fields[]): void {
  const seen: Fields[] = [];
  for (const [index, term] of terms.entries()) {
    const at = `allowedTopologies[${index}].matchLabelExpressions`;
    const map: Fields = {};
    for (const [position, requirement] of listAt(term, 'matchLabelExpressions').entries()) {
      const path = `${at}[${position}]`;
      const { key } = requirement;
      const values = listAt(requirement, 'values') as unknown as string[];
      if (values.length === 0) causes.required(`${path}.values`);
      for (const [where, value] of values.entries()) {
        if (values.indexOf(value) < where) causes.duplicate(`${path}.values[${where}]`, value);
      }
      checkName(causes, `${path}.key`, key, qualifiedName);
      if (key in map) causes.duplicate(`${path}.key`, key);
      map[key] = [...new Set(values)].sort();
    }
    // A server compares with as many empty terms as there are terms.
    if (Object.keys(map).length === 0 || seen.some((other) => semanticEqual(other, map))) causes.duplicate(at, '');
    seen.push(map);
  }
}

export function checkAttributesClassUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  for (const field of ['driverName', 'parameters']) {
    if (semanticEqual(previous[field], object[field])) continue;
    causes.forbidden(field, `updates to ${field} are forbidden.`);
  }
}

export function checkAttributesClass(causes: Causes, object: KubeObject): void {
  checkProvisioner(causes, 'driverName', object.driverName);
  checkParameters(causes, object.parameters as Fields, true);
}

function checkVolumeError(causes: Causes, at: string, error: Fields | undefined): void {
  if (!error) return;
  if (Buffer.byteLength(String(error.message ?? '')) > 1024) causes.tooLong(`${at}.message`, largest);
  if (error.errorCode < 0) causes.invalid(`${at}.errorCode`, error.errorCode, between(0, 2147483647));
}

export function checkAttachmentStatus(causes: Causes, object: KubeObject): void {
  const status: Fields = object.status ?? {};
  if (sizeOf(status.attachmentMetadata ?? {}) > largest) causes.tooLong('status.attachmentMetadata', largest);
  checkVolumeError(causes, 'status.attachError', status.attachError);
  checkVolumeError(causes, 'status.detachError', status.detachError);
}

const oneSource = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';

export function checkAttachment(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkDriverName(causes, 'spec.attacher', spec.attacher);
  const { inlineVolumeSpec: inline, persistentVolumeName: name } = spec.source ?? {};
  const at = 'spec.source';
  if (inline === undefined && name === undefined) causes.required(at, oneSource);
  else if (inline !== undefined && name !== undefined) causes.forbidden(at, oneSource);
  else if (name === '') causes.required(`${at}.persistentVolumeName`, 'must specify non empty persistentVolumeName');
  else if (inline) checkInlineVolume(causes, `${at}.inlineVolumeSpec`, inline);
  checkSubdomain(causes, 'spec.nodeName', spec.nodeName);
  checkAttachmentStatus(causes, object);
  if (name !== undefined) checkSubdomain(causes, 'spec.source.persistentVolumeName', name);
  if (!previous) return;
  checkImmutable(causes, 'spec', spec, previous.spec, semanticEqual, 'storage.VolumeAttachmentSpec');
}

export function checkCsiNode(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const names = new Set<unknown>();
  const drivers = listAt(object.spec, 'drivers');
  for (const [index, driver] of drivers.entries()) {
    const at = `spec.drivers[${index}]`;
    const id = String(driver.nodeID ?? '');
    checkDriverName(causes, `${at}.name`, driver.name);
    if (id === '') causes.required(`${at}.nodeID`);
    if (id.length > 256) causes.invalid(`${at}.nodeID`, id, 'must be 256 characters or less');
    checkNotNegative(causes, `${at}.allocatable.count`, driver.allocatable?.count);
    if (names.has(driver.name)) causes.duplicate(`${at}.name`, driver.name);
    names.add(driver.name);
    const keys = (driver.topologyKeys ?? []) as string[];
    for (const [position, key] of keys.entries()) {
      if (key === '') causes.required(at);
      if (keys.indexOf(key) < position) causes.duplicate(at, key);
      checkName(causes, at, key, qualifiedName);
    }
  }
  const rest = ({ allocatable, ...fields }: Fields): Fields => fields;
  for (const old of listAt(previous?.spec, 'drivers')) {
    const now = drivers.find((driver) => driver.name === old.name);
    if (!now) continue;
    checkImmutable(causes, 'spec.drivers', rest(now), rest(old), semanticEqual, 'storage.CSINodeDriver');
  }
}

export function checkCsiDriver(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkOneOf(causes, 'spec.fsGroupPolicy', spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']);
  const audiences = new Set<unknown>();
  const requests = listAt(spec, 'tokenRequests');
  for (const [index, { audience = '', expirationSeconds: seconds }] of requests.entries()) {
    const at = `spec.tokenRequests[${index}]`;
    if (audiences.has(audience)) {
      causes.duplicate(`${at}.audience`, audience);
      continue;
    }
    audiences.add(audience);
    const refuse = (what: string): void => causes.invalid(`${at}.expirationSeconds`, seconds, what);
    if (seconds < 600) refuse('may not specify a duration less than 10 minutes');
    if (seconds > 2 ** 32) refuse('may not specify a duration larger than 2^32 seconds');
  }
  for (const mode of (spec.volumeLifecycleModes ?? []) as string[]) {
    checkOneOf(causes, 'spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral']);
  }
  const period = spec.nodeAllocatableUpdatePeriodSeconds;
  const inSecrets = spec.serviceAccountTokenInSecrets;
  if (period < 10) {
    causes.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period, 'must be greater than or equal to 10 seconds');
  }
  if (inSecrets !== undefined && requests.length === 0) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    causes.invalid('spec.serviceAccountTokenInSecrets', inSecrets, detail);
  }
  if (!previous) return;
  const old: Fields = previous.spec ?? {};
  checkImmutable(causes, 'spec.attachedRequired', spec.attachRequired, old.attachRequired, semanticEqual);
  const modes = [spec.volumeLifecycleModes, old.volumeLifecycleModes] as const;
  checkImmutable(causes, 'spec.volumeLifecycleModes', ...modes, semanticEqual);
}

export function checkCapacity(causes: Causes, object: KubeObject): void {
  checkLabelSelector(causes, 'nodeTopology', object.nodeTopology as Fields | undefined);
  checkSubdomain(causes, 'storageClassName', object.storageClassName);
  if (!isMissing(object.capacity) && !isEmpty(object.capacity)) {
    checkQuantityNotNegative(causes, 'capacity', object.capacity);
  }
}

export function checkCapacityUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  if (!semanticEqual(object.nodeTopology, previous.nodeTopology)) {
    causes.invalid('nodeTopology', object.nodeTopology, 'field is immutable', '*v1.LabelSelector');
  }
  const names = [object.storageClassName ?? '', previous.storageClassName ?? ''] as const;
  checkImmutable(causes, 'storageClassName', ...names, semanticEqual);
}

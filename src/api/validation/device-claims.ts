import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkDnsLabel,
  checkImmutable,
  checkRequired,
  checkSubdomain,
  checkWord,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { checkTemplateMetadata } from './claims.ts';
import {
  checkBindingConditions,
  checkDeviceConfig,
  checkDeviceSelectors,
  checkDeviceToleration,
  checkFreeForm,
  checkFullDeviceKey,
  checkItems,
  checkPoolName,
  checkSet,
  textsAt,
} from './device-parts.ts';
import { semanticEqual } from './equal.ts';
import { checkInterfaceAddress } from './ips.ts';
import { qualifiedName } from './names.ts';
import { checkConditions } from './others.ts';
import { checkNodeSelector } from './scheduling-rules.ts';
import { checkDriverName } from './volume-sources.ts';

/** Claims for devices, their templates and classes. Source: Kubernetes pkg/apis/resource/validation. */

const modes = ['All', 'ExactCount'];

function checkAsked(causes: Causes, at: string, asked: Fields): void {
  const { deviceClassName: name, allocationMode: mode = '', count = 0 } = asked;
  if (isMissing(name)) causes.required(`${at}.deviceClassName`);
  else checkSubdomain(causes, `${at}.deviceClassName`, name);
  checkDeviceSelectors(causes, `${at}.selectors`, asked);
  if (mode === 'All') {
    if (count !== 0) causes.invalid(`${at}.count`, count, "must not be specified when allocationMode is 'All'");
  } else if (mode !== 'ExactCount') causes.notSupported(`${at}.allocationMode`, mode, modes);
  else if (count <= 0) causes.invalid(`${at}.count`, count, 'must be greater than zero');
  checkItems(causes, `${at}.tolerations`, listAt(asked, 'tolerations'), 16, (where, one) =>
    checkDeviceToleration(causes, where, one),
  );
}

function checkRequest(causes: Causes, at: string, request: Fields): void {
  checkDnsLabel(causes, `${at}.name`, request.name);
  const choices = listAt(request, 'firstAvailable');
  const detail = 'exactly one of `exactly` or `firstAvailable` is required';
  if (choices.length > 0 && request.exactly) {
    causes.invalid(at, null, `${detail}, but multiple fields are set`);
  } else if (choices.length > 0) {
    const check = (where: string, choice: Fields): void => {
      checkDnsLabel(causes, `${where}.name`, choice.name);
      checkAsked(causes, where, choice);
    };
    checkSet(causes, `${at}.firstAvailable`, choices, 8, check, ({ name = '' }) => name);
  } else if (request.exactly) checkAsked(causes, `${at}.exactly`, request.exactly);
  else causes.required(at, detail);
}

/** Names that the rest of a claim may refer to: of requests, and of their choices behind a slash. */
function namesOf(devices: Fields): ReadonlySet<string> {
  return new Set(
    listAt(devices, 'requests').flatMap((request) => {
      const { name = '' } = request;
      return [name, ...listAt(request, 'firstAvailable').map((choice) => `${name}/${choice.name ?? ''}`)];
    }),
  );
}

function checkReference(causes: Causes, path: string, name: string, known: ReadonlySet<string>): void {
  const parts = name.split('/');
  const detail =
    "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'";
  if (parts.length <= 2) for (const part of parts) checkDnsLabel(causes, path, part);
  if (parts.length > 2 || !known.has(name)) causes.invalid(path, name, detail);
}

function checkReferences(causes: Causes, at: string, owner: Fields, known: ReadonlySet<string>): void {
  const check = (where: string, name: string): void => checkReference(causes, where, name, known);
  checkSet(causes, `${at}.requests`, textsAt(owner, 'requests'), 32, check, (name) => name);
}

function checkConstraint(causes: Causes, at: string, constraint: Fields, known: ReadonlySet<string>): void {
  const { matchAttribute: same, distinctAttribute: other } = constraint;
  checkReferences(causes, at, constraint, known);
  if (same !== undefined) checkFullDeviceKey(causes, `${at}.matchAttribute`, same);
  else if (other !== undefined) checkFullDeviceKey(causes, `${at}.distinctAttribute`, other);
  else {
    const detail = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set';
    causes.required(at, detail);
  }
}

function checkDevices(causes: Causes, at: string, devices: Fields = {}): void {
  const known = namesOf(devices);
  const check = (where: string, request: Fields): void => checkRequest(causes, where, request);
  checkSet(causes, `${at}.requests`, listAt(devices, 'requests'), 32, check, ({ name = '' }) => name);
  checkItems(causes, `${at}.constraints`, listAt(devices, 'constraints'), 32, (where, one) =>
    checkConstraint(causes, where, one, known),
  );
  checkItems(causes, `${at}.config`, listAt(devices, 'config'), 32, (where, one) => {
    checkReferences(causes, where, one, known);
    checkDeviceConfig(causes, where, one);
  });
}

export function checkDeviceClaim(causes: Causes, object: KubeObject): void {
  checkDevices(causes, 'spec.devices', object.spec?.devices);
}

/** What is claimed stays. `type`: what Go calls it. */
const checkFixed =
  (type: string) =>
  (causes: Causes, object: KubeObject, previous: KubeObject): void =>
    checkImmutable(causes, 'spec', object.spec ?? {}, previous.spec ?? {}, semanticEqual, type);

export const checkDeviceClaimUpdate = checkFixed('resource.ResourceClaimSpec');
export const checkDeviceClaimTemplateUpdate = checkFixed('resource.ResourceClaimTemplateSpec');

export function checkDeviceClaimTemplate(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  checkTemplateMetadata(causes, 'spec.metadata', spec.metadata);
  checkDevices(causes, 'spec.spec.devices', spec.spec?.devices);
}

/** Names of resources that are nobody's own: not the cluster's, and not those that quotas count. */
const isExtendedName = (name: string): boolean =>
  name.includes('/') &&
  !name.includes('kubernetes.io/') &&
  !name.startsWith('requests.') &&
  qualifiedName(`requests.${name}`).length === 0;

export function checkDeviceClass(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  checkDeviceSelectors(causes, 'spec.selectors', spec);
  checkItems(causes, 'spec.config', listAt(spec, 'config'), 32, (at, one) => checkDeviceConfig(causes, at, one));
  const name = spec.extendedResourceName;
  if (name !== undefined && !isExtendedName(name)) {
    causes.invalid('spec.extendedResourceName', name, 'must be a valid extended resource name');
  }
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function checkShare(causes: Causes, path: string, id: unknown): void {
  if (id === undefined) return;
  const text = String(id);
  if (uuid.test(text)) return;
  if (!uuid.test(text.toLowerCase())) {
    causes.invalid(path, text, `error validating uid: invalid UUID length: ${Buffer.byteLength(text)}`);
    return;
  }
  const detail =
    'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';
  causes.invalid(path, text, detail);
}

/** What a device is known by, in the order in which Go prints it. */
const identityOf = ({ driver = '', pool = '', device = '', shareID = '' }: Fields): Fields => ({
  Driver: driver,
  Pool: pool,
  Device: device,
  ShareID: shareID,
});

function checkIdentity(causes: Causes, at: string, one: Fields): void {
  checkDriverName(causes, `${at}.driver`, one.driver);
  checkPoolName(causes, `${at}.pool`, one.pool);
  checkDnsLabel(causes, `${at}.device`, one.device);
}

function checkAllocation(causes: Causes, at: string, allocation: Fields, known: ReadonlySet<string>): void {
  const devices: Fields = allocation.devices ?? {};
  checkItems(causes, `${at}.devices.results`, listAt(devices, 'results'), 32, (where, result) => {
    checkReference(causes, `${where}.request`, result.request ?? '', known);
    checkIdentity(causes, where, result);
    checkBindingConditions(causes, where, result);
    checkShare(causes, `${where}.shareID`, result.shareID);
  });
  checkItems(causes, `${at}.devices.config`, listAt(devices, 'config'), 64, (where, config) => {
    checkWord(causes, `${where}.source`, config.source, ['FromClaim', 'FromClass']);
    checkReferences(causes, where, config, known);
    checkDeviceConfig(causes, where, config);
  });
  if (allocation.nodeSelector) checkNodeSelector(causes, `${at}.nodeSelector`, allocation.nodeSelector);
}

function checkDeviceStatus(causes: Causes, at: string, one: Fields, allocated: ReadonlySet<string>): void {
  checkIdentity(causes, at, one);
  checkShare(causes, `${at}.shareID`, one.shareID);
  const identity = identityOf(one);
  if (!allocated.has(JSON.stringify(identity))) {
    causes.invalid(at, identity, 'must be an allocated device in the claim', identityType);
  }
  const conditions = listAt(one, 'conditions');
  if (conditions.length > 8) causes.tooMany(`${at}.conditions`, conditions.length, 8);
  checkConditions(causes, `${at}.conditions`, conditions);
  if (one.data !== undefined) checkFreeForm(causes, `${at}.data`, one.data, 10 * 1024);
  const network: Fields | undefined = one.networkData;
  if (!network) return;
  const { interfaceName = '', hardwareAddress = '' } = network;
  if (Buffer.byteLength(interfaceName) > 256) causes.tooLong(`${at}.networkData.interfaceName`, 256);
  if (Buffer.byteLength(hardwareAddress) > 128) causes.tooLong(`${at}.networkData.hardwareAddress`, 128);
  const check = (where: string, ip: string): boolean => checkInterfaceAddress(causes, where, ip);
  checkSet(causes, `${at}.networkData.ips`, textsAt(network, 'ips'), 16, check, (ip) => ip);
}

const identityType = 'structured.SharedDeviceID';

export function checkDeviceClaimStatus(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [status, old]: Fields[] = [object.status ?? {}, previous.status ?? {}];
  const users = listAt(status, 'reservedFor');
  const checkUser = (at: string, user: Fields): void => {
    for (const field of ['resource', 'name', 'uid']) checkRequired(causes, `${at}.${field}`, user[field]);
  };
  checkSet(causes, 'status.reservedFor', users, 256, checkUser, ({ uid = '' }) => uid);
  const results = listAt(status?.allocation?.devices, 'results');
  const allocated = new Set(results.map((result) => JSON.stringify(identityOf(result))));
  const check = (at: string, one: Fields): void => checkDeviceStatus(causes, at, one, allocated);
  const devices = listAt(status, 'devices');
  checkSet(causes, 'status.devices', devices, Number.POSITIVE_INFINITY, check, identityOf, identityType);
  if (users.length > 0) {
    const before = listAt(old, 'reservedFor');
    const isNew = users.some((user) => !before.some((other) => semanticEqual(user, other)));
    const refuse = (why: string): void => causes.forbidden('status.reservedFor', why);
    if (!status?.allocation) refuse('may not be specified when `allocated` is not set');
    else if (object.metadata.deletionTimestamp && isNew) {
      refuse('new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set');
    }
  }
  const [now, was] = [status?.allocation, old?.allocation];
  const at = 'status.allocation';
  if (now && was) checkImmutable(causes, at, now, was, semanticEqual, '*resource.AllocationResult');
  else if (now) checkAllocation(causes, at, now, namesOf(object.spec?.devices ?? {}));
}

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkName,
  checkOneOf,
  checkPort,
  checkPortOrName,
  checkRequiredName,
  checkUnique,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { checkLabels } from './metadata.ts';
import { dataKey, dnsLabel, dnsSubdomain } from './names.ts';
import { checkQuantities } from './pods.ts';

/** Core kinds besides pods. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const sizeLimit = 1024 * 1024;
const immutable = 'field is immutable when `immutable` is set';

function checkImmutable(
  causes: Causes,
  object: KubeObject,
  previous: KubeObject | undefined,
  fields: readonly string[],
): void {
  if (!previous?.immutable) return;
  if (!object.immutable) causes.forbidden('immutable', immutable);
  for (const field of fields) {
    if (!isDeepStrictEqual(previous[field] ?? {}, object[field] ?? {})) causes.forbidden(field, immutable);
  }
}

export function checkConfigMap(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const [data, binary] = [(object.data ?? {}) as Fields, (object.binaryData ?? {}) as Fields];
  let size = 0;
  for (const [field, values] of [
    ['data', data],
    ['binaryData', binary],
  ] as const) {
    for (const key in values) {
      checkName(causes, `${field}[${key}]`, key, dataKey);
      size += Buffer.byteLength(String(values[key]), field === 'data' ? 'utf8' : 'base64');
    }
  }
  for (const key in data)
    if (key in binary) causes.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData');
  if (size > sizeLimit) causes.tooLong('', sizeLimit);
  checkImmutable(causes, object, previous, ['data', 'binaryData']);
}

/** Keys that a secret of a type must have; `any`: one of them is enough. */
const secretKeys: Readonly<Record<string, { keys: readonly string[]; any?: boolean }>> = {
  'kubernetes.io/tls': { keys: ['tls.crt', 'tls.key'] },
  'kubernetes.io/dockercfg': { keys: ['.dockercfg'] },
  'kubernetes.io/dockerconfigjson': { keys: ['.dockerconfigjson'] },
  'kubernetes.io/basic-auth': { keys: ['username', 'password'], any: true },
  'kubernetes.io/ssh-auth': { keys: ['ssh-privatekey'] },
};

export function checkSecret(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const data = (object.data ?? {}) as Fields;
  let size = 0;
  for (const key in data) {
    checkName(causes, `data[${key}]`, key, dataKey);
    size += Buffer.byteLength(String(data[key]), 'base64');
  }
  if (size > sizeLimit) causes.tooLong('data', sizeLimit);
  const wanted = secretKeys[object.type as string];
  const missing = wanted?.keys.filter((key) => !(key in data)) ?? [];
  if (wanted && (!wanted.any || missing.length === wanted.keys.length)) {
    for (const key of missing) causes.required(`data[${key}]`);
  }
  if (
    object.type === 'kubernetes.io/service-account-token' &&
    !object.metadata.annotations?.['kubernetes.io/service-account.name']
  ) {
    causes.required('metadata.annotations[kubernetes.io/service-account.name]');
  }
  if (previous && previous.type !== object.type) causes.invalid('type', object.type, 'field is immutable');
  checkImmutable(causes, object, previous, ['data']);
}

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];

function checkServicePorts(causes: Causes, spec: Fields): void {
  const ports = listAt(spec, 'ports');
  const isHeadless = spec.clusterIP === 'None' || spec.type === 'ExternalName';
  if (ports.length === 0 && !isHeadless) causes.required('spec.ports');
  checkUnique(causes, 'spec.ports', ports, 'name');
  const seen = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (isMissing(port.name)) {
      if (ports.length > 1) causes.required(`${at}.name`);
    } else checkName(causes, `${at}.name`, port.name, dnsLabel);
    checkPort(causes, `${at}.port`, port.port);
    checkOneOf(causes, `${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
    if (port.targetPort !== undefined) checkPortOrName(causes, `${at}.targetPort`, port.targetPort);
    const key = `${port.protocol ?? 'TCP'}/${port.port}`;
    if (seen.has(key)) causes.duplicate(at, port);
    seen.add(key);
    if (port.nodePort && (spec.type === 'ClusterIP' || isHeadless)) {
      causes.forbidden(`${at}.nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
  }
}

export function checkService(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkServicePorts(causes, spec);
  checkLabels(causes, 'spec.selector', spec.selector);
  checkOneOf(causes, 'spec.type', spec.type, serviceTypes);
  checkOneOf(causes, 'spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None']);
  checkOneOf(causes, 'spec.externalTrafficPolicy', spec.externalTrafficPolicy, ['Cluster', 'Local']);
  checkOneOf(causes, 'spec.internalTrafficPolicy', spec.internalTrafficPolicy, ['Cluster', 'Local']);
  if (spec.type === 'ExternalName') {
    if (isMissing(spec.externalName)) causes.required('spec.externalName');
    else checkName(causes, 'spec.externalName', String(spec.externalName).replace(/\.$/, ''), dnsSubdomain);
    if (spec.clusterIP && spec.clusterIP !== 'None') {
      causes.forbidden('spec.clusterIPs[0]', "may not be set when `type` is 'ExternalName'");
    }
  }
  if (spec.type === 'LoadBalancer' && spec.clusterIP === 'None') {
    causes.invalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services");
  }
  const old = previous?.spec?.clusterIP;
  if (
    old &&
    spec.clusterIP &&
    old !== spec.clusterIP &&
    spec.type !== 'ExternalName' &&
    previous?.spec.type !== 'ExternalName'
  ) {
    causes.invalid('spec.clusterIPs[0]', [spec.clusterIP], 'may not change once set');
  }
}

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function checkAccessModes(causes: Causes, spec: Fields): void {
  const modes = (spec.accessModes ?? []) as string[];
  if (modes.length === 0) causes.required('spec.accessModes', 'at least 1 access mode is required');
  for (const mode of modes) checkOneOf(causes, 'spec.accessModes', mode, accessModes);
  checkOneOf(causes, 'spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']);
}

const claimMayChange = ['resources', 'volumeAttributesClassName'];

export function checkClaim(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  checkAccessModes(causes, spec);
  if (spec.resources?.requests?.storage === undefined) causes.required('spec.resources[storage]');
  checkQuantities(causes, 'spec.resources.requests', spec.resources?.requests);
  if (!previous) return;
  // A claim is bound once; until then the volume's name and the class may be filled in.
  const fixed = (fields: Fields, other: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).filter(
        ([name]) =>
          !claimMayChange.includes(name) && !(['volumeName', 'storageClassName'].includes(name) && !other[name]),
      ),
    );
  const old: Fields = previous.spec ?? {};
  if (!isDeepStrictEqual(fixed(old, old), fixed(spec, old))) {
    causes.forbidden(
      'spec',
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
    );
  }
}

export function checkVolume(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  checkAccessModes(causes, spec);
  if (spec.capacity?.storage === undefined) causes.required('spec.capacity');
  checkOneOf(causes, 'spec.persistentVolumeReclaimPolicy', spec.persistentVolumeReclaimPolicy, [
    'Delete',
    'Recycle',
    'Retain',
  ]);
}

export function checkServiceAccount(causes: Causes, object: KubeObject): void {
  for (const [index, secret] of listAt(object, 'imagePullSecrets').entries()) {
    checkRequiredName(causes, `imagePullSecrets[${index}].name`, secret.name, dnsSubdomain);
  }
}

export function checkResourceQuota(causes: Causes, object: KubeObject): void {
  checkQuantities(causes, 'spec.hard', object.spec?.hard);
}

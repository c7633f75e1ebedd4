import { compareQuantities } from '../../lib/quantity.ts';
import type { Causes } from './causes.ts';
import {
  between,
  checkDnsLabel,
  checkFileMode,
  checkLocalPath,
  checkNoBacksteps,
  checkOneOf,
  checkRange,
  checkRequired,
  checkSubdomain,
  checkVolumePath,
  checkWord,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { checkFieldRef, checkResourceFieldRef } from './downward.ts';
import { dnsSubdomain } from './names.ts';

/** Where the contents of volumes come from. Source: Kubernetes pkg/apis/core/validation/validation.go. */

/** What the checks of a source may have to know. */
export interface VolumeContext {
  /** Of the volume, or of the persistent volume. */
  name: string;
  /** Of the pod; empty in a template. */
  pod: string;
  isTemplate?: boolean;
}

export type SourceRule = (causes: Causes, at: string, source: Fields, context: VolumeContext) => void;

const nowhere: VolumeContext = { name: '', pod: '' };

/** Fields that must not be empty. */
const need =
  (...names: string[]): SourceRule =>
  (causes, at, source) => {
    for (const name of names) checkRequired(causes, `${at}.${name}`, source[name]);
  };

const all =
  (...rules: SourceRule[]): SourceRule =>
  (causes, at, source, context) => {
    for (const rule of rules) rule(causes, at, source, context);
  };

/** A reference to a secret that must at least have these. */
const secretRef =
  (...names: string[]): SourceRule =>
  (causes, at, source) => {
    if (source.secretRef) need(...names)(causes, `${at}.secretRef`, source.secretRef, nowhere);
  };

const partition: SourceRule = (causes, at, { partition: value = 0 }) => {
  if (value < 0 || value > 255) causes.invalid(`${at}.partition`, value, between(1, 255));
};

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const hostPath: SourceRule = (causes, at, source) => {
  if (!checkRequired(causes, `${at}.path`, source.path)) return;
  checkNoBacksteps(causes, `${at}.path`, source.path);
  checkOneOf(causes, `${at}.type`, source.type, hostPathTypes);
};

const nfs: SourceRule = (causes, at, source) => {
  need('server', 'path')(causes, at, source, nowhere);
  if (!String(source.path ?? '').startsWith('/'))
    causes.invalid(`${at}.path`, source.path ?? '', 'must be an absolute path');
};

const initiators: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
};

function checkInitiator(causes: Causes, path: string, value: string, isVolume: boolean): void {
  const pattern = initiators[value.slice(0, 3)];
  if (!pattern) {
    causes.invalid(
      path,
      value,
      isVolume ? 'must be valid format' : 'must be valid format starting with iqn, eui, or naa',
    );
  } else if (!pattern.test(value)) causes.invalid(path, value, 'must be valid format');
}

const tooLongTarget =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.';

/** `isVolume`: of a persistent volume, whose messages are others. */
const iscsi =
  (isVolume: boolean): SourceRule =>
  (causes, at, source, { name }) => {
    checkRequired(causes, `${at}.targetPortal`, source.targetPortal);
    const isLong = !isMissing(source.initiatorName) && `${name}:${source.targetPortal ?? ''}`.length > 64;
    if (isVolume && isLong) causes.invalid(`${at}.targetportal`, source.targetPortal, tooLongTarget);
    if (checkRequired(causes, `${at}.iqn`, source.iqn)) checkInitiator(causes, `${at}.iqn`, source.iqn, isVolume);
    checkRange(causes, `${at}.lun`, source.lun, 0, 255);
    if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) causes.required(`${at}.secretRef`);
    if (isVolume) secretRef('name')(causes, at, source, nowhere);
    if (source.initiatorName !== undefined) {
      checkInitiator(causes, `${at}.initiatorname`, String(source.initiatorName), isVolume);
    }
    if (!isVolume && isLong) causes.invalid(`${at.replace(/\.iscsi$/, '')}.name`, name, tooLongTarget);
  };

const fibreChannel: SourceRule = (causes, at, { targetWWNs, wwids, lun }) => {
  const hasNames = !isEmpty(targetWWNs);
  if (!hasNames && isEmpty(wwids)) {
    causes.required(`${at}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both');
  }
  if (!hasNames) return;
  if (!isEmpty(wwids)) {
    causes.invalid(`${at}.targetWWNs`, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously');
  }
  if (lun === undefined) causes.required(`${at}.lun`, 'lun is required if targetWWNs is specified');
  else checkRange(causes, `${at}.lun`, lun, 0, 255);
};

/** A file for each of some keys; `each` gets what was looked at. */
function checkItems(causes: Causes, at: string, source: Fields, each?: (item: Fields) => void): void {
  for (const [index, item] of listAt(source, 'items').entries()) {
    const path = `${at}.items[${index}]`;
    need('key', 'path')(causes, path, item, nowhere);
    checkVolumePath(causes, `${path}.path`, item.path);
    checkFileMode(causes, `${path}.mode`, item.mode);
    each?.(item);
  }
}

const files =
  (name: string): SourceRule =>
  (causes, at, source) => {
    checkRequired(causes, `${at}.${name}`, source[name]);
    checkFileMode(causes, `${at}.defaultMode`, source.defaultMode);
    checkItems(causes, at, source);
  };

const quobyte: SourceRule = (causes, at, { registry, tenant, volume }) => {
  const pairs = 'must be a host:port pair or multiple pairs separated by commas';
  if (isMissing(registry)) causes.required(`${at}.registry`, pairs);
  else if (String(tenant ?? '').length >= 65) {
    causes.required(`${at}.tenant`, 'must be a UUID and may not exceed a length of 64 characters');
  } else {
    for (const pair of String(registry).split(',')) {
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)) causes.invalid(`${at}.registry`, registry, pairs);
    }
  }
  checkRequired(causes, `${at}.volume`, volume);
};

const flocker: SourceRule = (causes, at, { datasetName, datasetUUID }) => {
  if (isMissing(datasetName) && isMissing(datasetUUID)) {
    causes.required(at, 'one of datasetName and datasetUUID is required');
  }
  if (!isMissing(datasetName) && !isMissing(datasetUUID)) {
    causes.invalid(at, 'resource', 'datasetName and datasetUUID can not be specified simultaneously');
  }
  if (String(datasetName ?? '').includes('/')) {
    causes.invalid(`${at}.datasetName`, datasetName, "must not contain '/'");
  }
};

const flex: SourceRule = (causes, at, source) => {
  checkRequired(causes, `${at}.driver`, source.driver);
  for (const key of Object.keys(source.options ?? {})) {
    if (/\.(kubernetes|k8s)\.io$/.test(`.${key.split('/')[0]!.toLowerCase()}`)) {
      causes.invalid(`${at}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved');
    }
  }
};

const azureUris: Readonly<Record<string, [prefix: string, form: string]>> = {
  managed: [
    '/subscriptions/',
    '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}',
  ],
  blob: ['https://', 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'],
};

const azureDisk: SourceRule = (causes, at, source) => {
  need('diskName', 'diskURI')(causes, at, source, nowhere);
  checkOneOf(causes, `${at}.cachingMode`, source.cachingMode, ['None', 'ReadOnly', 'ReadWrite']);
  checkOneOf(causes, `${at}.kind`, source.kind, ['Dedicated', 'Managed', 'Shared']);
  if (source.kind === undefined) return;
  const [prefix, shape] = azureUris[source.kind === 'Managed' ? 'managed' : 'blob']!;
  if (!String(source.diskURI ?? '').startsWith(prefix))
    causes.notSupported(`${at}.diskURI`, source.diskURI ?? '', [shape]);
};

const storageos = (...names: string[]): SourceRule =>
  all(
    (causes, at, { volumeName, volumeNamespace }) => {
      if (checkRequired(causes, `${at}.volumeName`, volumeName)) checkDnsLabel(causes, `${at}.volumeName`, volumeName);
      if (!isMissing(volumeNamespace)) checkDnsLabel(causes, `${at}.volumeNamespace`, volumeNamespace);
    },
    secretRef(...names),
  );

export function checkDriverName(causes: Causes, path: string, name: unknown): void {
  if (isMissing(name)) {
    causes.required(path);
    return;
  }
  if (String(name).length > 63) causes.tooLong(path, 63);
  for (const complaint of dnsSubdomain(String(name).toLowerCase())) causes.invalid(path, name, complaint);
}

const csi: SourceRule = (causes, at, source) => {
  checkDriverName(causes, `${at}.driver`, source.driver);
  const ref = source.nodePublishSecretRef;
  if (!ref) return;
  if (checkRequired(causes, `${at}.nodePublishSecretRef.name`, ref.name))
    checkSubdomain(causes, `${at}.name`, ref.name);
};

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

export const checkPullPolicy = (causes: Causes, path: string, value: unknown): void =>
  checkWord(causes, path, value, pullPolicies);

const image: SourceRule = (causes, at, source, { isTemplate }) => {
  if (!isTemplate) checkRequired(causes, `${at}.reference`, source.reference);
  checkPullPolicy(causes, `${at}.pullPolicy`, source.pullPolicy);
};

function checkDownwardFile(causes: Causes, at: string, file: Fields): void {
  checkRequired(causes, `${at}.path`, file.path);
  checkVolumePath(causes, `${at}.path`, file.path);
  if (file.fieldRef) {
    checkFieldRef(causes, `${at}.fieldRef`, file.fieldRef, 'volume');
    if (file.resourceFieldRef) {
      causes.invalid(at, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
    }
  } else if (file.resourceFieldRef)
    checkResourceFieldRef(causes, `${at}.resourceFieldRef`, file.resourceFieldRef, true);
  else causes.required(at, 'one of fieldRef and resourceFieldRef is required');
  checkFileMode(causes, `${at}.mode`, file.mode);
}

const downward: SourceRule = (causes, at, source) => {
  checkFileMode(causes, `${at}.defaultMode`, source.defaultMode);
  for (const file of listAt(source, 'items')) checkDownwardFile(causes, at, file);
};

const projections = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken'];
const conflict = 'conflicting duplicate paths';

const projected: SourceRule = (causes, at, source) => {
  checkFileMode(causes, `${at}.defaultMode`, source.defaultMode);
  const paths = new Set<unknown>();
  const take = (path: unknown, shown: unknown): void => {
    if (isMissing(path)) return;
    if (paths.has(path)) causes.invalid(at, shown, conflict);
    paths.add(path);
  };
  for (const [index, one] of listAt(source, 'sources').entries()) {
    const path = `${at}.sources[${index}]`;
    for (const kind of ['secret', 'configMap']) {
      const from = one[kind];
      if (!from) continue;
      checkRequired(causes, `${path}.${kind}.name`, from.name);
      checkItems(causes, `${path}.${kind}`, from, (item) => take(item.path, from.name ?? ''));
    }
    for (const file of listAt(one.downwardAPI, 'items')) {
      checkDownwardFile(causes, `${path}.downwardAPI`, file);
      take(file.path, file.path);
    }
    if (one.serviceAccountToken) checkToken(causes, at, `${path}.serviceAccountToken`, one.serviceAccountToken);
    if (projections.filter((kind) => one[kind]).length > 1) {
      causes.forbidden(path, 'may not specify more than 1 volume type per source');
    }
  }
};

function checkToken(causes: Causes, at: string, path: string, token: Fields): void {
  const seconds = token.expirationSeconds;
  if (seconds < 600) {
    causes.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes');
  }
  if (seconds > 2 ** 32) {
    causes.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds');
  }
  if (checkRequired(causes, `${at}.path`, token.path)) checkVolumePath(causes, `${at}.path`, token.path);
}

const emptyDir: SourceRule = (causes, at, { sizeLimit }) => {
  if (sizeLimit !== undefined && compareQuantities(sizeLimit, '0') < 0) {
    causes.forbidden(`${at}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
  }
};

const gitRepo: SourceRule = (causes, at, source) => {
  checkRequired(causes, `${at}.repository`, source.repository);
  checkLocalPath(causes, `${at}.directory`, source.directory);
};

/** In the order in which a server looks for them. */
const common: Readonly<Record<string, SourceRule>> = {
  gcePersistentDisk: all(need('pdName'), partition),
  awsElasticBlockStore: all(need('volumeID'), partition),
};

/** What a pod's volume can come from, in the order in which a server looks. */
export const podSources: Readonly<Record<string, SourceRule>> = {
  emptyDir,
  hostPath,
  gitRepo,
  ...common,
  secret: files('secretName'),
  nfs,
  iscsi: iscsi(false),
  glusterfs: need('endpoints', 'path'),
  flocker,
  persistentVolumeClaim: need('claimName'),
  rbd: need('monitors', 'image'),
  cinder: all(need('volumeID'), secretRef('name')),
  cephfs: need('monitors'),
  quobyte,
  downwardAPI: downward,
  fc: fibreChannel,
  flexVolume: flex,
  configMap: files('name'),
  azureFile: need('secretName', 'shareName'),
  vsphereVolume: need('volumePath'),
  photonPersistentDisk: need('pdID'),
  portworxVolume: need('volumeID'),
  azureDisk,
  storageos: storageos('name'),
  projected,
  scaleIO: need('gateway', 'system', 'volumeName'),
  csi,
  ephemeral: () => undefined,
  image,
};

const volumeSecret: SourceRule = (causes, at, ref) => {
  if (checkRequired(causes, `${at}.name`, ref.name)) checkSubdomain(causes, `${at}.name`, ref.name);
  if (checkRequired(causes, `${at}.namespace`, ref.namespace)) checkDnsLabel(causes, `${at}.namespace`, ref.namespace);
};

const csiSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

const volumeCsi: SourceRule = (causes, at, source, context) => {
  checkDriverName(causes, `${at}.driver`, source.driver);
  checkRequired(causes, `${at}.volumeHandle`, source.volumeHandle);
  for (const name of csiSecrets) if (source[name]) volumeSecret(causes, `${at}.${name}`, source[name], context);
};

const local: SourceRule = (causes, at, { path }) => {
  if (checkRequired(causes, `${at}.path`, path)) checkNoBacksteps(causes, `${at}.path`, path);
};

const glusterVolume: SourceRule = (causes, at, source, context) => {
  need('endpoints', 'path')(causes, at, source, context);
  const namespace = source.endpointsNamespace;
  if (namespace === '') {
    causes.invalid(
      `${at}.endpointsNamespace`,
      '',
      'if the endpointnamespace is set, it must be a valid namespace name',
    );
  } else if (namespace !== undefined) checkDnsLabel(causes, `${at}.endpointsNamespace`, namespace);
};

const azureFileVolume: SourceRule = (causes, at, source, context) => {
  need('secretName', 'shareName')(causes, at, source, context);
  if (source.secretNamespace === '') causes.required(`${at}.secretNamespace`);
};

/** What a persistent volume can be, in the order in which a server looks. */
export const persistentSources: Readonly<Record<string, SourceRule>> = {
  hostPath,
  ...common,
  glusterfs: glusterVolume,
  flocker,
  nfs,
  rbd: need('monitors', 'image'),
  quobyte,
  cephfs: need('monitors'),
  iscsi: iscsi(true),
  cinder: all(need('volumeID'), secretRef('name', 'namespace')),
  fc: fibreChannel,
  flexVolume: flex,
  azureFile: azureFileVolume,
  vsphereVolume: need('volumePath'),
  photonPersistentDisk: need('pdID'),
  portworxVolume: need('volumeID'),
  azureDisk,
  scaleIO: need('gateway', 'system', 'volumeName'),
  local,
  storageos: storageos('name', 'namespace'),
  csi: volumeCsi,
};

import { compareQuantities, parseQuantity } from '../../lib/quantity.ts';
import { asSent, emptiedAt, sameEmptied } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkAnnotations,
  checkDnsLabel,
  checkImmutable,
  checkLabelSelector,
  checkLabels,
  checkName,
  checkOneOf,
  checkSubdomain,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { semanticEqual } from './equal.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { checkAmount } from './resources.ts';
import { checkNodeSelector } from './scheduling-rules.ts';
import { goDiff } from './unified-diff.ts';
import { persistentSources } from './volume-sources.ts';
import { checkSources } from './volumes.ts';

/** Persistent volumes and claims. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const volumeModes = ['Block', 'Filesystem'];

function checkAccessModes(causes: Causes, path: string, modes: readonly string[]): void {
  for (const mode of modes) checkOneOf(causes, path, mode, accessModes);
  const shared = modes.filter((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (modes.includes('ReadWriteOncePod') && shared.length > 0) {
    causes.forbidden(path, 'may not use ReadWriteOncePod with other access modes');
  }
}

function checkDataSource(
  causes: Causes,
  at: string,
  source: Fields | undefined,
  isRef: boolean,
  anyGroup: boolean,
): void {
  if (!source) return;
  if (isMissing(source.name)) causes.required(`${at}.name`);
  if (isMissing(source.kind)) causes.required(`${at}.kind`);
  const group = source.apiGroup ?? '';
  if (group === '' && source.kind !== 'PersistentVolumeClaim') {
    causes.invalid(at, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  }
  if (group !== '' && !anyGroup) checkName(causes, `${at}.apiGroup`, group, dnsSubdomain);
  if (isRef && source.namespace) checkDnsLabel(causes, `${at}.namespace`, source.namespace);
}

const positive = 'must be greater than zero';

/** `anyGroup`: groups of data sources are not looked at, for old objects may have bad ones. */
export function checkClaimSpec(causes: Causes, path: string, spec: Fields, anyGroup = false): void {
  const modes = (spec.accessModes ?? []) as string[];
  if (modes.length === 0) causes.required(`${path}.accessModes`, 'at least 1 access mode is required');
  checkLabelSelector(causes, `${path}.selector`, spec.selector);
  checkAccessModes(causes, `${path}.accessModes`, modes);
  const storage = spec.resources?.requests?.storage;
  const at = `${path}.resources[storage]`;
  if (storage === undefined) causes.required(at);
  else if (compareQuantities(storage, '0') <= 0) causes.invalid(at, parseQuantity(storage).toString(), positive);
  if (spec.storageClassName) checkSubdomain(causes, `${path}.storageClassName`, spec.storageClassName);
  checkOneOf(causes, `${path}.volumeMode`, spec.volumeMode, volumeModes);
  const { dataSource, dataSourceRef: ref } = spec;
  checkDataSource(causes, `${path}.dataSource`, dataSource, false, anyGroup);
  checkDataSource(causes, `${path}.dataSourceRef`, ref, true, anyGroup);
  if (dataSource && ref) {
    const isSame = ['apiGroup', 'kind', 'name'].every((name) => dataSource[name] === ref[name]);
    if (ref.namespace) causes.invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified');
    else if (!isSame) causes.invalid(path, {}, 'must match dataSourceRef');
  }
  if (spec.volumeAttributesClassName) {
    checkSubdomain(causes, `${path}.volumeAttributesClassName`, spec.volumeAttributesClassName);
  }
}

/** Metadata that what is made for a pod can have besides labels and annotations: none. */
const otherMetadata = ['name', 'generateName', 'namespace', 'uid', 'ownerReferences', 'finalizers'];

export function checkTemplateMetadata(causes: Causes, path: string, metadata: Fields = {}): void {
  checkAnnotations(causes, `${path}.annotations`, metadata.annotations);
  checkLabels(causes, `${path}.labels`, metadata.labels);
  for (const field of otherMetadata) {
    const at = field === 'uid' ? 'uID' : field;
    if (!isEmpty(metadata[field]) || emptiedAt(metadata, field)) causes.forbidden(`${path}.${at}`, 'cannot be set');
  }
}

export function checkClaimTemplate(causes: Causes, path: string, template: Fields): void {
  checkTemplateMetadata(causes, `${path}.metadata`, template.metadata);
  checkClaimSpec(causes, `${path}.spec`, template.spec ?? {});
}

const betaClass = 'volume.beta.kubernetes.io/storage-class';

export function checkClaim(causes: Causes, object: KubeObject, previous?: KubeObject): void {
  const { dataSource, dataSourceRef }: Fields = previous?.spec ?? {};
  const hadGroup = dataSource?.apiGroup !== undefined || dataSourceRef?.apiGroup !== undefined;
  checkClaimSpec(causes, 'spec', object.spec ?? {}, hadGroup);
}

/** A claim is bound once; until then the volume's name and the class may be filled in. */
export function checkClaimUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const old: Fields = previous.spec ?? {};
  const [now, before]: Fields[] = [sameEmptied({ ...spec }, spec), { ...old }];
  if (!old.volumeName) before!.volumeName = spec.volumeName;
  const [beta, oldBeta] = [object.metadata.annotations?.[betaClass], previous.metadata.annotations?.[betaClass]];
  const isUpgrade =
    oldBeta !== undefined &&
    old.storageClassName === undefined &&
    spec.storageClassName === oldBeta &&
    (beta === undefined || beta === oldBeta);
  if (isUpgrade) delete now!.storageClassName;
  else {
    const path = `metadata.annotations.${betaClass}`;
    if ((beta ?? '') !== (oldBeta ?? '')) causes.invalid(path, beta ?? '', 'field is immutable');
    const isFilledIn = spec.storageClassName !== undefined && old.storageClassName === undefined;
    if (isFilledIn && (oldBeta === undefined || oldBeta === spec.storageClassName)) delete now!.storageClassName;
  }
  if (previous.status?.phase === 'Bound') {
    const sent = asSent(now!.resources, 'requests') as Fields | null;
    if (sent) {
      const requests = { ...sent, storage: old.resources?.requests?.storage };
      now!.resources = sameEmptied({ ...now!.resources, requests }, now!.resources);
    }
    now!.volumeAttributesClassName = old.volumeAttributesClassName;
  }
  if (!semanticEqual(now, before)) {
    const detail =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    causes.forbidden('spec', `${detail}\n${goDiff(before, now, 'core.PersistentVolumeClaimSpec')}`);
  }
  const [size, oldSize] = [spec.resources?.requests?.storage ?? '0', old.resources?.requests?.storage ?? '0'];
  const capacity = previous.status?.capacity?.storage ?? '0';
  if (compareQuantities(size, oldSize) < 0 && compareQuantities(size, capacity) <= 0) {
    causes.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
  }
  checkImmutable(causes, 'volumeMode', spec.volumeMode, old.volumeMode, semanticEqual);
  const isChanged = spec.volumeAttributesClassName !== old.volumeAttributesClassName;
  if (!isChanged || previous.status?.currentVolumeAttributesClassName === undefined) return;
  const path = 'spec.volumeAttributesClassName';
  const until = 'when status.currentVolumeAttributesClassName is not nil';
  if (spec.volumeAttributesClassName === undefined) causes.forbidden(path, `update to nil is forbidden ${until}`);
  else if (spec.volumeAttributesClassName === '') {
    causes.forbidden(path, `update to empty string is forbidden ${until}`);
  }
}

const resizeStates = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

function checkBasic(causes: Causes, at: string, amount: string): void {
  const quantity = parseQuantity(amount);
  if (quantity.nano < 0n) causes.invalid(at, Math.trunc(quantity.value), 'must be a valid resource quantity');
}

export function checkClaimStatus(causes: Causes, object: KubeObject): void {
  const status: Fields = object.status ?? {};
  if (listAt(object.spec, 'accessModes').length === 0) causes.required('Spec.accessModes');
  for (const [name, amount] of Object.entries((status.capacity ?? {}) as Record<string, string>)) {
    checkBasic(causes, `status.capacity[${name}]`, amount);
  }
  for (const [name, state] of Object.entries((status.allocatedResourceStatuses ?? {}) as Fields)) {
    checkResizedName(causes, 'status.allocatedResourceStatuses', name);
    if (!resizeStates.includes(state)) causes.notSupported('status.allocatedResourceStatuses', name, resizeStates);
  }
  for (const [name, amount] of Object.entries((status.allocatedResources ?? {}) as Record<string, string>)) {
    const at = 'status.allocatedResources';
    if (!checkResizedName(causes, at, name)) continue;
    const known = causes.list.length;
    checkBasic(causes, `${at}[${name}]`, amount);
    if (causes.list.length === known) checkAmount(causes, `${at}[${name}]`, storage, amount);
  }
}

const storage = 'storage';

/** Of names without a prefix, or with the server's own, only `storage`. */
function checkResizedName(causes: Causes, at: string, name: string): boolean {
  if (!checkName(causes, at, name, qualifiedName)) return false;
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  if (!isNative || name === storage) return true;
  causes.notSupported(at, name, [storage]);
  return false;
}

export function checkVolume(causes: Causes, object: KubeObject): void {
  checkVolumeSpec(causes, object);
  checkMountOptions(causes, object);
}

export function checkVolumeSpec(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const modes = (spec.accessModes ?? []) as string[];
  if (modes.length === 0) causes.required('spec.accessModes');
  checkAccessModes(causes, 'spec.accessModes', modes);
  checkCapacity(causes, spec);
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy) checkOneOf(causes, 'spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain']);
  const affinity = spec.nodeAffinity;
  if (affinity?.required) checkNodeSelector(causes, 'spec.nodeAffinity.required', affinity.required);
  else if (affinity) causes.required('spec.nodeAffinity.required', 'must specify required node constraints');
  checkSources(causes, 'spec', spec, persistentSources, { name: object.metadata.name ?? '', pod: '' }, (source) => {
    if (source === 'local' && !affinity) causes.required('spec.nodeAffinity', 'Local volume requires node affinity');
  });
  if (policy === 'Recycle' && spec.hostPath && /^\/+(\.\/*)*$/.test(String(spec.hostPath.path))) {
    const detail = "may not be 'recycle' for a hostPath mount of '/'";
    causes.forbidden('spec.persistentVolumeReclaimPolicy', detail);
  }
  if (spec.storageClassName) checkSubdomain(causes, 'spec.storageClassName', spec.storageClassName);
  checkOneOf(causes, 'spec.volumeMode', spec.volumeMode, volumeModes);
  checkAttributesClass(causes, spec);
}

const mountable = [
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'nfs',
  'rbd',
  'quobyte',
  'iscsi',
  'cinder',
  'cephfs',
  'azureFile',
  'vsphereVolume',
  'azureDisk',
  'photonPersistentDisk',
];

/** The annotation is older than the field, and not for every source. */
export function checkMountOptions(causes: Causes, { metadata, spec = {} }: KubeObject): void {
  const name = 'volume.beta.kubernetes.io/mount-options';
  if (metadata.annotations?.[name] === undefined || mountable.some((source) => spec[source])) return;
  causes.forbidden(`metadata.annotations.${name}`, 'may not specify mount options for this volume type');
}

function checkCapacity(causes: Causes, spec: Fields): void {
  const capacity = (spec.capacity ?? {}) as Record<string, string>;
  const names = Object.keys(capacity);
  if (names.length === 0) causes.required('spec.capacity');
  if (!names.includes(storage) || names.length > 1) {
    causes.notSupported(
      'spec.capacity',
      names.length > 0 ? capacity : asSent(spec, 'capacity'),
      [storage],
      '{}resource.Quantity',
    );
  }
  for (const name of names) {
    checkBasic(causes, `spec.capacity[${name}]`, capacity[name]!);
    if (compareQuantities(capacity[name]!, '0') <= 0) {
      causes.invalid(`spec.capacity[${name}]`, parseQuantity(capacity[name]!).toString(), positive);
    }
  }
}

function checkAttributesClass(causes: Causes, spec: Fields): void {
  const name = spec.volumeAttributesClassName;
  if (name === undefined) return;
  if (name === '') causes.required('spec.volumeAttributesClassName', 'an empty string is disallowed');
  else checkSubdomain(causes, 'spec.volumeAttributesClassName', name);
  if (!spec.csi) causes.required('spec.csi', 'has to be specified when using volumeAttributesClassName');
}

export function checkVolumeUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const old: Fields = previous.spec ?? {};
  const sourceOf = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.keys(persistentSources)
        .filter((name) => fields[name] !== undefined)
        .map((name) => [name, fields[name]]),
    );
  const [now, before] = [sourceOf(spec), sourceOf(old)];
  // A secret for growing a volume may be added later.
  if (before.csi && !before.csi.controllerExpandSecretRef && now.csi) {
    const { controllerExpandSecretRef: _added, ...csi } = now.csi;
    now.csi = sameEmptied(csi, now.csi);
  }
  if (!semanticEqual(now, before)) {
    const detail = 'spec.persistentvolumesource is immutable after creation';
    const text = goDiff(before, now, 'core.PersistentVolumeSource');
    causes.forbidden('spec.persistentvolumesource', `${detail}\n${text}`);
  }
  checkImmutable(causes, 'volumeMode', spec.volumeMode, old.volumeMode, semanticEqual);
  if (old.nodeAffinity && !semanticEqual(withOldLabels(spec.nodeAffinity, old.nodeAffinity), old.nodeAffinity)) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    causes.invalid('nodeAffinity', spec.nodeAffinity, detail, '*core.VolumeNodeAffinity');
  }
  if (old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    causes.forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden');
  }
}

const stableLabels: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
};

/**
 * The affinity with labels put back that were replaced by their stable names. A label that has none may so be
 * taken away, too: a server looks it up in the same table.
 */
function withOldLabels(affinity: Fields | undefined, old: Fields): unknown {
  if (!affinity?.required) return affinity;
  const before = listAt(old.required, 'nodeSelectorTerms');
  const terms = listAt(affinity.required, 'nodeSelectorTerms').map((term, at) => ({
    ...term,
    matchExpressions: listAt(term, 'matchExpressions').map((one, index) => {
      const was = listAt(before[at], 'matchExpressions')[index]?.key;
      return was !== undefined && one.key === (stableLabels[was] ?? '') ? { ...one, key: was } : one;
    }),
  }));
  return { ...affinity, required: { ...affinity.required, nodeSelectorTerms: terms } };
}

/** A volume without an object of its own, as an attachment may have it. */
export function checkInlineVolume(causes: Causes, path: string, spec: Fields): void {
  const within = 'in the context of inline volumes';
  const refuse = (field: string, why = 'may not be specified'): void =>
    causes.forbidden(`${path}.${field}`, `${why} ${within}`);
  if (spec.claimRef) refuse('claimRef');
  if (!isEmpty(spec.capacity)) refuse('capacity');
  if (!spec.csi) causes.required(`${path}.csi`, `has to be specified ${within}`);
  const modes = (spec.accessModes ?? []) as string[];
  if (modes.length === 0) causes.required(`${path}.accessModes`);
  checkAccessModes(causes, `${path}.accessModes`, modes);
  const policy = spec.persistentVolumeReclaimPolicy;
  if (policy && policy !== 'Retain') refuse('persistentVolumeReclaimPolicy', 'may only be Retain');
  if (spec.nodeAffinity) refuse('nodeAffinity');
  checkSources(causes, path, spec, persistentSources, { name: '', pod: '' });
  if (spec.storageClassName) refuse('storageClassName');
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Filesystem') {
    refuse('volumeMode', 'may not specify volumeMode other than Filesystem');
  }
}

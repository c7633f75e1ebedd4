import type { KubeObject } from '../../api/meta.ts';
import { compareQuantities } from '../../lib/quantity.ts';
import { goValueText } from '../go-value.ts';
import { NONE, UNSET } from './text.ts';
import { amountText } from './values.ts';

type Source = KubeObject['spec'];

/** What kubectl calls a kind of volume, and what it shows of it. */
export interface VolumeKind {
  about: string;
  /** `Title` stands before a colon, but where it ends in a tab already. */
  fields: readonly Field[];
  /** For sources that are lists of others. */
  parts?: (source: Source) => string[];
}

type Field = readonly [title: string, value: (source: Source) => unknown];

const text = (title: string, name: string): Field => [title, (source) => source[name] ?? ''];
const flag = (title: string, name: string): Field => [title, (source) => source[name] ?? false];
const count = (title: string, name: string): Field => [title, (source) => source[name] ?? 0];
const orNone = (title: string, name: string): Field => [title, (source) => source[name] ?? NONE];
const list = (title: string, name: string): Field => [title, (source) => goValueText(source[name] ?? [])];
/** As the API's types print themselves: `&LocalObjectReference{Name:x,}`, `nil`. */
const reference = (type: string, fields: readonly string[]): Field => [
  'SecretRef',
  ({ secretRef }) =>
    secretRef
      ? `&${type}{${fields.map((field) => `${field}:${secretRef[field.toLowerCase()] ?? ''},`).join('')}}`
      : 'nil',
];
const localSecret = reference('LocalObjectReference', ['Name']);
const secret = reference('SecretReference', ['Name', 'Namespace']);
const fsType = text('FSType', 'fsType');
const readOnly = flag('ReadOnly', 'readOnly');

function iscsi(): VolumeKind {
  return {
    about: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    fields: [
      ...[text('TargetPortal', 'targetPortal'), text('IQN', 'iqn'), count('Lun', 'lun')],
      ...[text('ISCSIInterface\t', 'iscsiInterface'), fsType, readOnly, list('Portals', 'portals')],
      ...[flag('DiscoveryCHAPAuth', 'chapAuthDiscovery'), flag('SessionCHAPAuth', 'chapAuthSession')],
    ],
  };
}

const scaleIo: VolumeKind = {
  about: 'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
  fields: [
    ...[text('Gateway', 'gateway'), text('System', 'system'), text('Protection Domain', 'protectionDomain')],
    ...[text('Storage Pool', 'storagePool'), text('Storage Mode', 'storageMode'), text('VolumeName', 'volumeName')],
  ],
};

const rbd: VolumeKind = {
  about: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
  fields: [
    ...[list('CephMonitors', 'monitors'), text('RBDImage', 'image'), fsType, text('RBDPool', 'pool')],
    ...[text('RadosUser', 'user'), text('Keyring', 'keyring')],
  ],
};

const cephFs: VolumeKind = {
  about: "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
  fields: [
    ...[list('Monitors', 'monitors'), text('Path', 'path'), text('User', 'user')],
    text('SecretFile', 'secretFile'),
  ],
};

const glusterfs: VolumeKind = {
  about: "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
  fields: [text('EndpointsName', 'endpoints')],
};

const cinder: VolumeKind = {
  about: 'Cinder (a Persistent Disk resource in OpenStack)',
  fields: [text('VolumeID', 'volumeID'), fsType, readOnly],
};

const flexVolume: VolumeKind = {
  about: 'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
  fields: [text('Driver', 'driver'), fsType],
};

const options: Field = ['Options', (source) => goValueText(source.options ?? {})];

const azureFile: VolumeKind = {
  about: 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)',
  fields: [text('SecretName', 'secretName')],
};

const csi: VolumeKind = {
  about: 'CSI (a Container Storage Interface (CSI) volume source)',
  fields: [text('Driver', 'driver'), fsType],
};

const storageOs: VolumeKind = {
  about: 'StorageOS (a StorageOS Persistent Disk resource)',
  fields: [text('VolumeName', 'volumeName'), text('VolumeNamespace', 'volumeNamespace'), fsType, readOnly],
};

function withFields(kind: VolumeKind, ...fields: readonly Field[]): VolumeKind {
  return { ...kind, fields: [...kind.fields, ...fields] };
}

/** Sources that pods and persistent volumes have in the same form. */
const shared: Readonly<Record<string, VolumeKind>> = {
  hostPath: {
    about: 'HostPath (bare host directory volume)',
    fields: [text('Path', 'path'), orNone('HostPathType', 'type')],
  },
  gcePersistentDisk: {
    about: 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    fields: [text('PDName', 'pdName'), fsType, count('Partition', 'partition'), readOnly],
  },
  awsElasticBlockStore: {
    about: 'AWSElasticBlockStore (a Persistent Disk resource in AWS)',
    fields: [text('VolumeID', 'volumeID'), fsType, count('Partition', 'partition'), readOnly],
  },
  nfs: {
    about: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    fields: [text('Server', 'server'), text('Path', 'path'), readOnly],
  },
  quobyte: {
    about: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    fields: [text('Registry', 'registry'), text('Volume', 'volume'), readOnly],
  },
  azureDisk: {
    about: 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    fields: [
      ...[text('DiskName', 'diskName'), text('DiskURI', 'diskURI'), text('Kind: \t', 'kind'), fsType],
      ...[text('CachingMode', 'cachingMode'), readOnly],
    ],
  },
  vsphereVolume: {
    about: 'vSphereVolume (a Persistent Disk resource in vSphere)',
    fields: [text('VolumePath', 'volumePath'), fsType, text('StoragePolicyName', 'storagePolicyName')],
  },
  photonPersistentDisk: {
    about: 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)',
    fields: [text('PdID', 'pdID'), fsType],
  },
  portworxVolume: {
    about: 'PortworxVolume (a Portworx Volume resource)',
    fields: [text('VolumeID', 'volumeID')],
  },
  fc: {
    about: 'FC (a Fibre Channel disk)',
    fields: [
      ['TargetWWNs', (source) => (source.targetWWNs ?? []).join(', ')],
      ...[orNone('LUN', 'lun'), fsType, readOnly],
    ],
  },
  flocker: {
    about: 'Flocker (a Flocker volume mounted by the Flocker agent)',
    fields: [text('DatasetName', 'datasetName'), text('DatasetUUID', 'datasetUUID')],
  },
  storageos: storageOs,
};

const initiator = orNone('InitiatorName', 'initiatorName');

/** What a pod's volume can be. */
export const volumeKinds: Readonly<Record<string, VolumeKind>> = {
  ...shared,
  emptyDir: {
    about: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: [text('Medium', 'medium'), ['SizeLimit', ({ sizeLimit }) => sizeText(sizeLimit)]],
  },
  gitRepo: {
    about: 'GitRepo (a volume that is pulled from git when the pod is created)',
    fields: [text('Repository', 'repository'), text('Revision', 'revision')],
  },
  secret: {
    about: 'Secret (a volume populated by a Secret)',
    fields: [text('SecretName', 'secretName'), flag('Optional', 'optional')],
  },
  configMap: {
    about: 'ConfigMap (a volume populated by a ConfigMap)',
    fields: [text('Name', 'name'), flag('Optional', 'optional')],
  },
  iscsi: withFields(iscsi(), localSecret, initiator),
  glusterfs: withFields(glusterfs, text('Path', 'path'), readOnly),
  persistentVolumeClaim: {
    about: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    fields: [text('ClaimName', 'claimName'), readOnly],
  },
  ephemeral: {
    about: 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    fields: [],
  },
  rbd: withFields(rbd, localSecret, readOnly),
  downwardAPI: { about: 'DownwardAPI (a volume populated by information about the pod)', fields: [] },
  cinder: withFields(cinder, localSecret),
  scaleIO: withFields(scaleIo, fsType, readOnly),
  cephfs: withFields(cephFs, localSecret, readOnly),
  azureFile: withFields(azureFile, text('ShareName', 'shareName'), readOnly),
  flexVolume: withFields(flexVolume, localSecret, readOnly, options),
  projected: {
    about: 'Projected (a volume that contains injected data from multiple sources)',
    fields: [],
    parts: ({ sources }) => (sources ?? []).flatMap(projectedLines),
  },
  csi: withFields(csi, readOnly),
  image: {
    about: 'Image (a container image or OCI artifact)',
    fields: [text('Reference', 'reference'), text('PullPolicy', 'pullPolicy')],
  },
};

/** What a persistent volume can be. */
export const persistentVolumeKinds: Readonly<Record<string, VolumeKind>> = {
  ...shared,
  iscsi: withFields(iscsi(), secret, initiator),
  glusterfs: withFields(
    glusterfs,
    ['EndpointsNamespace', ({ endpointsNamespace }) => endpointsNamespace ?? UNSET],
    text('Path', 'path'),
    readOnly,
  ),
  rbd: withFields(rbd, secret, readOnly),
  cinder: withFields(cinder, secret),
  scaleIO: withFields(
    scaleIo,
    ['SecretName', ({ secretRef }) => secretRef?.name ?? ''],
    ['SecretNamespace', ({ secretRef }) => secretRef?.namespace ?? ''],
    fsType,
    readOnly,
  ),
  local: {
    about: 'LocalVolume (a persistent volume backed by local storage on a node)',
    fields: [text('Path', 'path')],
  },
  cephfs: withFields(cephFs, secret, readOnly),
  azureFile: withFields(
    azureFile,
    text('SecretNamespace', 'secretNamespace'),
    text('ShareName', 'shareName'),
    readOnly,
  ),
  flexVolume: withFields(flexVolume, secret, readOnly, options),
  csi: withFields(csi, text('VolumeHandle', 'volumeHandle'), readOnly),
};

function sizeText(limit: string | undefined): string {
  return limit !== undefined && compareQuantities(limit, '0') > 0 ? amountText(limit) : UNSET;
}

/** `Optional` of a projected source is a pointer, of which kubectl prints the address; here it is what it points to. */
function projectedLines({ serviceAccountToken, configMap, secret: from, downwardAPI }: Source): string[] {
  const optional = (value: boolean | undefined) => goValueText(value);
  if (from) return [`SecretName:\t${from.name ?? ''}`, `SecretOptionalName:\t${optional(from.optional)}`];
  if (downwardAPI) return ['DownwardAPI:\ttrue'];
  if (configMap) {
    return [`ConfigMapName:\t${configMap.name ?? ''}`, `ConfigMapOptional:\t${optional(configMap.optional)}`];
  }
  if (serviceAccountToken) return [`TokenExpirationSeconds:\t${serviceAccountToken.expirationSeconds ?? 3600}`];
  return [];
}

/** The lines of a source below its type. */
export function shownLines(kind: VolumeKind | undefined, source: Source): string[] {
  if (!kind) return [];
  const lines = kind.fields.map(([title, value]) => `${title.endsWith('\t') ? title : `${title}:\t`}${value(source)}`);
  return [...lines, ...(kind.parts?.(source) ?? [])];
}

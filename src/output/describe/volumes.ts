import type { KubeObject } from '../../api/meta.ts';
import { type DescribeText, NONE } from './text.ts';

/** One of thirty volume sources; only the fields that its table entry names are read. */
type Source = KubeObject['spec'];

interface VolumeKind {
  about: string;
  fields(source: Source): [name: string, value: unknown][];
}

const readOnly = (source: Source): [string, unknown] => ['ReadOnly', source.readOnly ?? false];

/** One entry per volume source: what kubectl calls it and the fields it shows. */
const kinds: Readonly<Record<string, VolumeKind>> = {
  emptyDir: {
    about: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: (source) => [
      ['Medium', source.medium],
      ['SizeLimit', source.sizeLimit ?? '<unset>'],
    ],
  },
  hostPath: {
    about: 'HostPath (bare host directory volume)',
    fields: (source) => [
      ['Path', source.path],
      ['HostPathType', source.type],
    ],
  },
  configMap: {
    about: 'ConfigMap (a volume populated by a ConfigMap)',
    fields: (source) => [
      ['Name', source.name],
      ['Optional', source.optional ?? false],
    ],
  },
  secret: {
    about: 'Secret (a volume populated by a Secret)',
    fields: (source) => [
      ['SecretName', source.secretName],
      ['Optional', source.optional ?? false],
    ],
  },
  persistentVolumeClaim: {
    about: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    fields: (source) => [['ClaimName', source.claimName], readOnly(source)],
  },
  nfs: {
    about: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    fields: (source) => [['Server', source.server], ['Path', source.path], readOnly(source)],
  },
  csi: {
    about: 'CSI (a Container Storage Interface (CSI) volume source)',
    fields: (source) => [['Driver', source.driver], ['FSType', source.fsType], readOnly(source)],
  },
  projected: {
    about: 'Projected (a volume that contains injected data from multiple sources)',
    fields: (source) => (source.sources ?? []).flatMap(projectedFields),
  },
  downwardAPI: {
    about: 'DownwardAPI (a volume populated by information about the pod)',
    fields: () => [],
  },
  ephemeral: {
    about: 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    fields: (source) => {
      const spec = source.volumeClaimTemplate?.spec ?? {};
      return [
        ['StorageClass', spec.storageClassName],
        ['Volume', spec.volumeName],
        ['Capacity', spec.resources?.requests?.storage],
        ['Access Modes', (spec.accessModes ?? []).join(',')],
      ];
    },
  },
};

function projectedFields(source: Source): [string, unknown][] {
  const { serviceAccountToken, configMap, secret, downwardAPI } = source;
  if (secret)
    return [
      ['SecretName', secret.name],
      ['SecretOptionalName', secret.optional ?? '<nil>'],
    ];
  if (downwardAPI) return [['DownwardAPI', true]];
  if (configMap)
    return [
      ['ConfigMapName', configMap.name],
      ['ConfigMapOptional', configMap.optional ?? '<nil>'],
    ];
  if (serviceAccountToken) return [['TokenExpirationSeconds', serviceAccountToken.expirationSeconds ?? 3600]];
  return [];
}

export interface Volume {
  name: string;
  [source: string]: Source;
}

export function writeVolumes(out: DescribeText, volumes: readonly Volume[], indent: string): void {
  if (volumes.length === 0) {
    out.line(0, `${indent}Volumes:\t${NONE}`);
    return;
  }
  out.line(0, `${indent}Volumes:`);
  for (const { name, ...sources } of volumes) {
    out.line(1, `${indent === '' ? '' : ' '}${name}:`);
    const [type = ''] = Object.keys(sources);
    const kind = kinds[type];
    out.field(2, 'Type', kind?.about ?? (type || '<unknown>'));
    for (const [field, value] of kind?.fields(sources[type] ?? {}) ?? []) out.field(2, field, value);
    if (type === 'downwardAPI') writeItems(out, sources[type]?.items ?? []);
  }
}

function writeItems(out: DescribeText, items: readonly Source[]): void {
  out.line(2, 'Items:');
  for (const item of items) {
    out.line(3, `${item.fieldRef?.fieldPath ?? item.resourceFieldRef?.resource ?? ''} -> ${item.path}`);
  }
}

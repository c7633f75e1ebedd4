import type { KubeObject } from '../meta.ts';
import { age, createdAtPrinter, printer, type TablePrinter, UNSET } from './define.ts';

function size(map: object | undefined): number {
  return Object.keys(map ?? {}).length;
}

const namespaces = printer('Name | Status | Age', (o, now) => [o.metadata.name, o.status?.phase ?? '', age(o, now)]);

const configMaps = printer('Name | Data | Age', (o, now) => [
  o.metadata.name,
  size(o.data) + size(o.binaryData),
  age(o, now),
]);

const secrets = printer('Name | Type | Data | Age', (o, now) => [
  o.metadata.name,
  o.type ?? '',
  size(o.data),
  age(o, now),
]);

const serviceAccounts = printer('Name | Age', (o, now) => [o.metadata.name, age(o, now)]);

const resourceQuotas = printer('Name | Request | Limit | Age', (o, now) => {
  const hard: Record<string, string> = o.status?.hard ?? {};
  const lines = Object.keys(hard)
    .sort()
    .map((name) => ({ name, text: `${name}: ${o.status?.used?.[name] ?? '0'}/${hard[name]}` }));
  const isLimit = ({ name }: { name: string }) => name.includes('limits');
  const joined = (list: { text: string }[]) => list.map((line) => line.text).join(', ');
  return [
    o.metadata.name,
    joined(lines.filter((line) => !isLimit(line))),
    joined(lines.filter((line) => isLimit(line))),
    age(o, now),
  ];
});

const modeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** `RWO,ROX` in a fixed order, without duplicates. */
function accessModes(modes: readonly string[] | undefined): string {
  return Object.keys(modeNames)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => modeNames[mode])
    .join(',');
}

/** The class of a volume or a claim; the annotation is older than the field and wins. */
function storageClass(object: KubeObject): string {
  return (
    object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? ''
  );
}

function phase(object: KubeObject): string {
  return object.metadata.deletionTimestamp ? 'Terminating' : (object.status?.phase ?? '');
}

const persistentVolumes = printer(
  'Name | Capacity | Access Modes | Reclaim Policy | Status | Claim | StorageClass | VolumeAttributesClass | Reason | Age | VolumeMode*',
  (o, now) => [
    o.metadata.name,
    o.spec?.capacity?.storage ?? '0',
    accessModes(o.spec?.accessModes),
    o.spec?.persistentVolumeReclaimPolicy ?? '',
    phase(o),
    o.spec?.claimRef ? `${o.spec.claimRef.namespace}/${o.spec.claimRef.name}` : '',
    storageClass(o),
    o.spec?.volumeAttributesClassName ?? UNSET,
    o.status?.reason ?? '',
    age(o, now),
    o.spec?.volumeMode ?? UNSET,
  ],
);

const persistentVolumeClaims = printer(
  'Name | Status | Volume | Capacity | Access Modes | StorageClass | VolumeAttributesClass | Age | VolumeMode*',
  (o, now) => {
    const isBound = Boolean(o.spec?.volumeName);
    return [
      o.metadata.name,
      phase(o),
      o.spec?.volumeName ?? '',
      isBound ? (o.status?.capacity?.storage ?? '0') : '',
      isBound ? accessModes(o.status?.accessModes) : '',
      storageClass(o),
      o.spec?.volumeAttributesClassName ?? UNSET,
      age(o, now),
      o.spec?.volumeMode ?? UNSET,
    ];
  },
);

const componentStatuses = printer('Name | Status | Message | Error', (o) => {
  const condition = (o.conditions ?? []).find((entry: { type: string }) => entry.type === 'Healthy');
  const words: Readonly<Record<string, string>> = { True: 'Healthy', False: 'Unhealthy' };
  return [o.metadata.name, words[condition?.status] ?? 'Unknown', condition?.message ?? '', condition?.error ?? ''];
});

export const coreConfigTables: Readonly<Record<string, TablePrinter>> = {
  namespaces,
  configmaps: configMaps,
  secrets,
  serviceaccounts: serviceAccounts,
  resourcequotas: resourceQuotas,
  limitranges: createdAtPrinter,
  persistentvolumes: persistentVolumes,
  persistentvolumeclaims: persistentVolumeClaims,
  componentstatuses: componentStatuses,
};

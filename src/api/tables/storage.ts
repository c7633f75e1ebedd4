import { age, NONE, printer, type TablePrinter, UNSET } from './define.ts';

const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

const storageClasses = printer(
  'Name | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age',
  (o, now) => {
    const isDefault = DEFAULT_CLASS.some((key) => o.metadata.annotations?.[key] === 'true');
    return [
      isDefault ? `${o.metadata.name} (default)` : o.metadata.name,
      o.provisioner ?? '',
      o.reclaimPolicy ?? 'Delete',
      o.volumeBindingMode ?? 'Immediate',
      o.allowVolumeExpansion ?? false,
      age(o, now),
    ];
  },
);

const volumeAttachments = printer('Name | Attacher | PV | Node | Attached:boolean | Age', (o, now) => [
  o.metadata.name,
  o.spec?.attacher ?? '',
  o.spec?.source?.persistentVolumeName ?? '',
  o.spec?.nodeName ?? '',
  o.status?.attached ?? false,
  age(o, now),
]);

const csiDrivers = printer(
  'Name | AttachRequired:boolean | PodInfoOnMount:boolean | StorageCapacity:boolean | TokenRequests | RequiresRepublish:boolean | Modes | Age',
  (o, now) => {
    const audiences: string[] = (o.spec?.tokenRequests ?? []).map((request: { audience: string }) => request.audience);
    return [
      o.metadata.name,
      o.spec?.attachRequired ?? true,
      o.spec?.podInfoOnMount ?? false,
      o.spec?.storageCapacity ?? false,
      audiences.join(',') || UNSET,
      o.spec?.requiresRepublish ?? false,
      (o.spec?.volumeLifecycleModes ?? []).join(',') || NONE,
      age(o, now),
    ];
  },
);

const csiNodes = printer('Name | Drivers:integer | Age', (o, now) => [
  o.metadata.name,
  o.spec?.drivers?.length ?? 0,
  age(o, now),
]);

const csiStorageCapacities = printer('Name | StorageClassName | Capacity', (o) => [
  o.metadata.name,
  o.storageClassName ?? '',
  o.capacity ?? UNSET,
]);

const volumeAttributesClasses = printer('Name | DriverName | Age', (o, now) => [
  o.metadata.name,
  o.driverName ?? '',
  age(o, now),
]);

export const storageTables: Readonly<Record<string, TablePrinter>> = {
  'storageclasses.storage.k8s.io': storageClasses,
  'volumeattachments.storage.k8s.io': volumeAttachments,
  'csidrivers.storage.k8s.io': csiDrivers,
  'csinodes.storage.k8s.io': csiNodes,
  'csistoragecapacities.storage.k8s.io': csiStorageCapacities,
  'volumeattributesclasses.storage.k8s.io': volumeAttributesClasses,
};

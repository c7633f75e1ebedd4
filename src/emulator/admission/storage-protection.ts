import { compareQuantities } from '../../lib/quantity.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { refusal } from './refuse.ts';

/** Holds what is in use until nobody uses it any more. */
const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
};

/** StorageObjectInUseProtection. */
export const storageProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit({ operation, resource, subresource, object }) {
    const finalizer = FINALIZERS[resource.storage];
    if (operation !== 'CREATE' || subresource || !finalizer) return;
    const { finalizers = [] } = object.metadata;
    if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
  },
};

/** PersistentVolumeClaimResize: a claim grows only where its class says that volumes can. */
export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  check(request) {
    const { operation, resource, subresource, object, previous, machine } = request;
    if (operation !== 'UPDATE' || resource.storage !== 'persistentvolumeclaims' || subresource) return;
    const wanted = object.spec?.resources?.requests?.storage as string | undefined;
    const had = previous?.spec?.resources?.requests?.storage as string | undefined;
    if (wanted === undefined || had === undefined || compareQuantities(wanted, had) <= 0) return;
    if (previous!.status?.phase !== 'Bound') {
      throw refusal(request, 'Only bound persistent volume claims can be expanded');
    }
    const className = (object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ??
      object.spec.storageClassName) as string | undefined;
    const found = className && machine.store.get('storageclasses.storage.k8s.io', undefined, className);
    if (found && found.allowVolumeExpansion === true) return;
    throw refusal(
      request,
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
    );
  },
};

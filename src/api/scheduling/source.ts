import type { KubeObject } from '../meta.ts';

/** What scheduling looks up besides nodes and pods: claims, volumes, classes, namespaces, services. Named as messages name resources. */
export interface ObjectSource {
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(resource: string, namespace?: string): readonly KubeObject[];
}

export const NAMESPACES = 'namespaces';
export const CLAIMS = 'persistentvolumeclaims';
export const VOLUMES = 'persistentvolumes';
export const STORAGE_CLASSES = 'storageclasses.storage.k8s.io';
export const CSI_NODES = 'csinodes.storage.k8s.io';
export const CSI_DRIVERS = 'csidrivers.storage.k8s.io';
export const CSI_CAPACITIES = 'csistoragecapacities.storage.k8s.io';
export const VOLUME_ATTACHMENTS = 'volumeattachments.storage.k8s.io';
export const RESOURCE_CLAIMS = 'resourceclaims.resource.k8s.io';

export const labelsOfNamespace = (source: ObjectSource, namespace: string): Readonly<Record<string, string>> =>
  source.get(NAMESPACES, undefined, namespace)?.metadata.labels ?? {};

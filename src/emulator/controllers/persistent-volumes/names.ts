import type { KubeObject } from '../../../api/meta.ts';

export const CLAIMS = 'persistentvolumeclaims';
export const VOLUMES = 'persistentvolumes';
export const CLASSES = 'storageclasses.storage.k8s.io';
export const PROVISIONER = 'kctl.dev/simulated';
export const BOUND = 'pv.kubernetes.io/bind-completed';
export const BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
export const STORAGE_PROVISIONERS = [
  'volume.beta.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-provisioner',
] as const;
export const COMPONENT = 'persistentvolume-controller';

export const claimKey = ({ namespace, name }: { namespace?: string; name?: string }): string =>
  `claim|${namespace}/${name}`;

/** The claims that a pod mounts, those that were made for it included. */
export function claimNamesOf(pod: KubeObject): string[] {
  return (pod['spec'].volumes ?? []).flatMap(
    (volume: { name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: object }) =>
      volume.persistentVolumeClaim
        ? [volume.persistentVolumeClaim.claimName]
        : volume.ephemeral
          ? [`${pod.metadata.name}-${volume.name}`]
          : [],
  );
}

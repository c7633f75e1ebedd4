import type { KubeObject } from '../meta.ts';
import { CLAIMS, type ObjectSource, STORAGE_CLASSES } from './source.ts';

/** A claim that a pod mounts. */
export interface MountedClaim {
  name: string;
  /** Made for this pod alone, from its own template. */
  isEphemeral: boolean;
  /** Undefined: it is not there. */
  claim: KubeObject | undefined;
}

const BOUND = 'pv.kubernetes.io/bind-completed';
const OLD_CLASS = 'volume.beta.kubernetes.io/storage-class';
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node';

export function claimsOf(pod: KubeObject, source: ObjectSource): MountedClaim[] {
  const { name: podName, namespace } = pod.metadata;
  return (pod['spec'].volumes ?? []).flatMap(
    (volume: { name: string; persistentVolumeClaim?: { claimName: string }; ephemeral?: object }): MountedClaim[] => {
      const isEphemeral = volume.ephemeral !== undefined;
      const name = isEphemeral ? `${podName}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
      return name === undefined ? [] : [{ name, isEphemeral, claim: source.get(CLAIMS, namespace, name) }];
    },
  );
}

export const classOf = (object: KubeObject): string =>
  object.metadata.annotations?.[OLD_CLASS] ?? object['spec'].storageClassName ?? '';

export const isBound = ({ metadata, spec }: KubeObject): boolean =>
  Boolean(spec.volumeName) && metadata.annotations?.[BOUND] !== undefined;

/** Is the claim bound only once a node is chosen for its first pod? */
export function waitsForNode(claim: KubeObject, source: ObjectSource): boolean {
  const name = classOf(claim);
  const found = name === '' ? undefined : source.get(STORAGE_CLASSES, undefined, name);
  return found?.['volumeBindingMode'] === 'WaitForFirstConsumer' && !claim['spec'].volumeName;
}

/** Claims that only bind once a node is chosen. */
export const openClaimsOf = (pod: KubeObject, source: ObjectSource): KubeObject[] =>
  claimsOf(pod, source).flatMap(({ claim }) =>
    claim && !isBound(claim) && waitsForNode(claim, source) ? [claim] : [],
  );

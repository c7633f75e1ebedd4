import type { KubeObject } from '../../../api/meta.ts';
import { classOf } from '../../../api/scheduling/claims.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { compareQuantities } from '../../../lib/quantity.ts';

const sizeOf = (volume: KubeObject): string => volume['spec'].capacity?.storage ?? '0';
const modeOf = ({ spec }: KubeObject): string => spec.volumeMode ?? 'Filesystem';
const attributesOf = ({ spec }: KubeObject): string => spec.volumeAttributesClassName ?? '';
const hasModes = (volume: KubeObject, claim: KubeObject): boolean =>
  (claim['spec'].accessModes ?? []).every((mode: string) => volume['spec'].accessModes?.includes(mode));
const isLarge = (volume: KubeObject, claim: KubeObject): boolean =>
  compareQuantities(sizeOf(volume), claim['spec'].resources?.requests?.storage ?? '0') >= 0;

/** Whether the volume is kept for this claim: by its name, and by its uid where it says one. */
export function isFor(volume: KubeObject, claim: KubeObject): boolean {
  const reference = volume['spec'].claimRef;
  return (
    reference?.name === claim.metadata.name &&
    reference?.namespace === claim.metadata.namespace &&
    (!reference.uid || reference.uid === claim.metadata.uid)
  );
}

/** Why a volume that a claim names cannot be its, in the words of kube-controller-manager; undefined: it can. */
export function mismatchOf(volume: KubeObject, claim: KubeObject): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (!isLarge(volume, claim)) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (attributesOf(volume) !== attributesOf(claim)) return 'volumeAttributesClassName does not match';
  if (modeOf(volume) !== modeOf(claim)) return 'incompatible volumeMode';
  return hasModes(volume, claim) ? undefined : 'incompatible accessMode';
}

/**
 * The volume for a claim that names none: one that is kept for it, else the smallest that is free, of those with the fewest
 * access modes (component-helpers storage/volume FindMatchingVolume). A claim that waits for its first consumer gets only the
 * former: the scheduler chooses for it.
 */
export function bestVolume(
  claim: KubeObject,
  volumes: readonly KubeObject[],
  isDelayed: boolean,
): KubeObject | undefined {
  const selector = claim['spec'].selector && selectorOf(claim['spec'].selector);
  let best: KubeObject | undefined;
  const rank = (volume: KubeObject): number => volume['spec'].accessModes?.length ?? 0;
  for (const volume of volumes) {
    const reference = volume['spec'].claimRef;
    if ((reference && !isFor(volume, claim)) || volume.metadata.deletionTimestamp) continue;
    if (!isLarge(volume, claim) || modeOf(volume) !== modeOf(claim) || !hasModes(volume, claim)) continue;
    if (attributesOf(volume) !== attributesOf(claim)) continue;
    if (reference) return volume;
    if (isDelayed || volume['status']?.phase !== 'Available' || classOf(volume) !== classOf(claim)) continue;
    if (selector && !selector.matches(volume.metadata.labels ?? {})) continue;
    const isBetter =
      !best ||
      rank(volume) - rank(best) < 0 ||
      (rank(volume) === rank(best) && compareQuantities(sizeOf(volume), sizeOf(best)) < 0);
    if (isBetter) best = volume;
  }
  return best;
}

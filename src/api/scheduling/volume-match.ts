import { selectorOf } from '../../lib/label-selector.ts';
import { compareQuantities, quantityValue } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';
import { classOf, SELECTED_NODE } from './claims.ts';
import { matchesTerms } from './node-affinity.ts';
import { CSI_CAPACITIES, CSI_DRIVERS, type ObjectSource, STORAGE_CLASSES, VOLUMES } from './source.ts';

/** A volume that exists and is to be bound to a claim. */
interface StaticBinding {
  claim: KubeObject;
  volume: KubeObject;
}

/** How the claims of a pod that wait for a node would be served on one. */
export interface VolumePlan {
  bind: readonly StaticBinding[];
  /** To be made by their class's provisioner, for this node. */
  provision: readonly KubeObject[];
}

const NONE = 'kubernetes.io/no-provisioner';

/** A volume without an affinity is to be had everywhere. */
export function isReachable(volume: KubeObject, node: KubeObject): boolean {
  const terms = volume['spec'].nodeAffinity?.required?.nodeSelectorTerms;
  return !terms || matchesTerms(terms, node);
}

const isFor = (volume: KubeObject, claim: KubeObject): boolean => {
  const reference = volume['spec'].claimRef;
  return (
    reference?.namespace === claim.metadata.namespace &&
    reference?.name === claim.metadata.name &&
    (!reference.uid || reference.uid === claim.metadata.uid)
  );
};

/** The smallest volume that serves the claim on this node (component-helpers volume.FindMatchingVolume). */
function volumeFor(
  claim: KubeObject,
  volumes: readonly KubeObject[],
  node: KubeObject,
  taken: ReadonlySet<KubeObject>,
): KubeObject | undefined {
  const wanted = claim['spec'];
  const size = wanted.resources?.requests?.storage ?? '0';
  const selector = wanted.selector && selectorOf(wanted.selector);
  let best: KubeObject | undefined;
  for (const volume of volumes) {
    const offered = volume['spec'];
    if (taken.has(volume) || (offered.claimRef && !isFor(volume, claim))) continue;
    if (compareQuantities(offered.capacity?.storage ?? '0', size) < 0 || volume.metadata.deletionTimestamp) continue;
    if ((offered.volumeMode ?? 'Filesystem') !== (wanted.volumeMode ?? 'Filesystem')) continue;
    if (offered.claimRef) return isReachable(volume, node) ? volume : undefined;
    if (volume['status']?.phase !== 'Available' || (selector && !selector.matches(volume.metadata.labels))) continue;
    if (!isReachable(volume, node)) continue;
    if (!(wanted.accessModes ?? []).every((mode: string) => offered.accessModes?.includes(mode))) continue;
    if (!best || compareQuantities(best['spec'].capacity.storage, offered.capacity.storage) > 0) best = volume;
  }
  return best;
}

interface TopologyTerm {
  matchLabelExpressions?: { key: string; values: string[] }[];
}

const isAllowed = (topologies: readonly TopologyTerm[] | undefined, node: KubeObject): boolean =>
  !topologies?.length ||
  topologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) => values.includes(node.metadata.labels?.[key] ?? '')),
  );

export type VolumeProblem = 'no-volume' | 'no-space';

/** Serves the open claims of a pod on a node, or says what is in the way (kubernetes volumebinding.FindPodVolumes). */
export function planVolumes(
  claims: readonly KubeObject[],
  node: KubeObject,
  source: ObjectSource,
): VolumePlan | VolumeProblem {
  const selected = claims.filter(({ metadata }) => metadata.annotations?.[SELECTED_NODE] !== undefined);
  if (selected.some(({ metadata }) => metadata.annotations![SELECTED_NODE] !== node.metadata.name)) return 'no-volume';
  const taken = new Set<KubeObject>();
  const bind: StaticBinding[] = [];
  const provision = [...selected];
  const bySize = claims
    .filter((claim) => !selected.includes(claim))
    .sort((a, b) => compareQuantities(sizeOf(a), sizeOf(b)));
  for (const claim of bySize) {
    const volumes = source.list(VOLUMES).filter((volume) => classOf(volume) === classOf(claim));
    const volume = volumeFor(claim, volumes, node, taken);
    if (volume) {
      taken.add(volume);
      bind.push({ claim, volume });
    } else provision.push(claim);
  }
  for (const claim of provision) {
    const found = source.get(STORAGE_CLASSES, undefined, classOf(claim));
    const provisioner = found?.['provisioner'];
    if (!provisioner || provisioner === NONE || !isAllowed(found['allowedTopologies'], node)) return 'no-volume';
    if (!hasSpace(claim, found!, node, source)) return 'no-space';
  }
  return { bind, provision };
}

const sizeOf = (claim: KubeObject): string => claim['spec'].resources?.requests?.storage ?? '0';

/** Drivers that publish how much is left are believed; others are taken to have enough. */
function hasSpace(claim: KubeObject, storageClass: KubeObject, node: KubeObject, source: ObjectSource): boolean {
  const driver = source.get(CSI_DRIVERS, undefined, storageClass['provisioner']);
  if (!driver?.['spec']?.storageCapacity) return true;
  const wanted = quantityValue(sizeOf(claim));
  return source.list(CSI_CAPACITIES).some(({ storageClassName, capacity, maximumVolumeSize, nodeTopology }) => {
    const limit = maximumVolumeSize ?? capacity;
    return (
      storageClassName === storageClass.metadata.name &&
      limit !== undefined &&
      quantityValue(limit) >= wanted &&
      nodeTopology !== undefined &&
      selectorOf(nodeTopology).matches(node.metadata.labels)
    );
  });
}

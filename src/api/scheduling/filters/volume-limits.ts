import type { KubeObject } from '../../meta.ts';
import { claimsOf, classOf } from '../claims.ts';
import type { FilterPlugin } from '../plan.ts';
import type { Rejection } from '../rejection.ts';
import { CSI_NODES, type ObjectSource, STORAGE_CLASSES, VOLUME_ATTACHMENTS, VOLUMES } from '../source.ts';

const full: Rejection = {
  plugin: 'NodeVolumeLimits',
  reasons: ['node(s) exceed max volume count'],
  resolvable: true,
};

/** The CSI volumes that a pod has attached: driver by a text that names the volume. */
function attachedBy(pod: KubeObject, source: ObjectSource): Map<string, string> {
  const found = new Map<string, string>();
  for (const { claim } of claimsOf(pod, source)) {
    if (!claim) continue;
    const volume = claim['spec'].volumeName && source.get(VOLUMES, undefined, claim['spec'].volumeName);
    const csi: { driver: string; volumeHandle: string } | undefined = volume?.spec.csi;
    if (csi) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    if (volume) continue;
    const provisioner: string | undefined = source.get(STORAGE_CLASSES, undefined, classOf(claim))?.['provisioner'];
    if (provisioner)
      found.set(`${provisioner}/${provisioner}-${claim.metadata.namespace}/${claim.metadata.name}`, provisioner);
  }
  return found;
}

/** Volumes that the node has attached though no pod of its uses them (any more). */
function attachments(node: string, source: ObjectSource): Map<string, string> {
  const found = new Map<string, string>();
  for (const { spec } of source.list(VOLUME_ATTACHMENTS)) {
    const csi =
      spec.nodeName === node && source.get(VOLUMES, undefined, spec.source?.persistentVolumeName)?.['spec'].csi;
    if (csi) found.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
  }
  return found;
}

export const nodeVolumeLimits: FilterPlugin = {
  name: 'NodeVolumeLimits',
  prepare({ pod, source }) {
    const wanted = attachedBy(pod, source);
    if (wanted.size === 0) return undefined;
    return {
      check(info) {
        const drivers: { name: string; allocatable?: { count?: number } }[] =
          source.get(CSI_NODES, undefined, info.name)?.['spec']?.drivers ?? [];
        const limits = new Map(
          drivers.flatMap(({ name, allocatable }) => (allocatable?.count ? [[name, allocatable.count]] : [])),
        );
        if (limits.size === 0) return undefined;
        const there = attachments(info.name, source);
        for (const placed of info.pods())
          for (const [id, driver] of attachedBy(placed.pod, source)) there.set(id, driver);
        for (const [driver, limit] of limits) {
          const used = [...there.values()].filter((one) => one === driver).length;
          const more = [...wanted].filter(([id, one]) => one === driver && !there.has(id)).length;
          if (more > 0 && used + more > limit) return full;
        }
        return undefined;
      },
    };
  },
};

import type { KubeObject } from '../../api/meta.ts';
import { requestsOf } from '../../api/scheduling/pod-resources.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { allContainers, type ContainerSpec, type PodRuntime } from '../runtime/container.ts';
import { bytesText, type Usage } from './eviction.ts';

/** What each container of a pod has written to the disk of its node, as a quantity of bytes (`2Gi`). */
const TOLD = 'kctl.dev/disk-usage';

/** Bytes that were really written: by name of container (its own layer and its log), and by name of volume (emptyDir). */
export interface Written {
  containers: ReadonlyMap<string, number>;
  volumes: ReadonlyMap<string, number>;
}

export interface DiskUsage extends Usage {
  volumes: readonly { name: string; bytes: number; limit: string | undefined }[];
}

interface Volume {
  name: string;
  emptyDir?: { medium?: string; sizeLimit?: string };
}

export const isToldOfDisk = ({ metadata }: KubeObject): boolean => metadata.annotations?.[TOLD] !== undefined;

/** What a pod takes of the disk of its node: layers of its containers, their logs, and folders that go with it. */
export function diskUsageOf(pod: KubeObject, runtime: PodRuntime | undefined, written: Written | undefined): DiskUsage {
  const told = toldBytes(pod);
  const began = new Set(
    (runtime ? allContainers(runtime) : []).filter(({ containerId }) => containerId).map(({ spec }) => spec.name),
  );
  const specs: ContainerSpec[] = [...(pod['spec'].initContainers ?? []), ...pod['spec'].containers];
  const containers = specs
    .filter(({ name }) => began.has(name))
    .map((spec) => ({ spec, bytes: told + (written?.containers.get(spec.name) ?? 0) }));
  const volumes = ((pod['spec'].volumes ?? []) as Volume[])
    .filter(({ emptyDir }) => emptyDir && emptyDir.medium !== 'Memory')
    .map(({ name, emptyDir }) => ({ name, bytes: written?.volumes.get(name) ?? 0, limit: emptyDir!.sizeLimit }));
  const bytes = [...containers, ...volumes].reduce((sum, one) => sum + one.bytes, 0);
  return { pod, containers, volumes, bytes, requested: requestsOf(pod)['ephemeral-storage'] ?? 0 };
}

function toldBytes({ metadata }: KubeObject): number {
  try {
    return Math.max(quantityValue(metadata.annotations?.[TOLD] ?? '0'), 0);
  } catch {
    return 0;
  }
}

const beyond = (bytes: number, limit: string | undefined): boolean => {
  const allowed = limit === undefined ? 0 : quantityValue(limit);
  return allowed > 0 && bytes > allowed;
};

/**
 * Which limit of its own a pod has broken, in the kubelet's words (eviction_manager.go, localStorageEviction): that of a
 * folder, of the pod as a whole, of a container.
 */
export function brokenLimit({ pod, containers, volumes, bytes }: DiskUsage): string | undefined {
  const volume = volumes.find((one) => beyond(one.bytes, one.limit));
  if (volume) {
    const limit = bytesText(quantityValue(volume.limit!));
    return `Usage of EmptyDir volume "${volume.name}" exceeds the limit "${limit}". `;
  }
  const limits = (pod['spec'].containers as ContainerSpec[]).flatMap(
    ({ resources }) => resources?.limits?.['ephemeral-storage'] ?? [],
  );
  const total = limits.reduce((sum, limit) => sum + quantityValue(limit), 0);
  if (limits.length > 0 && bytes > total) {
    return `Pod ephemeral local storage usage exceeds the total limit of containers ${bytesText(total)}. `;
  }
  const own = containers.find((one) => beyond(one.bytes, one.spec.resources?.limits?.['ephemeral-storage']));
  if (!own) return undefined;
  const limit = own.spec.resources!.limits!['ephemeral-storage']!;
  return `Container ${own.spec.name} exceeded its local ephemeral storage limit "${limit}". `;
}

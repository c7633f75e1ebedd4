import type { KubeObject } from '../../api/meta.ts';

const MOST_KNOWN = 1000;
const known = new Map<string, string>();

interface ContainerLike {
  image?: string;
  resources?: object;
  ports?: object[];
  restartPolicy?: string;
}

/**
 * All of a pod that decides where it may go, as a text: pods of one text fare alike. Volumes are not part of it but
 * for those that only one pod may mount, and tokens have names of their own in every replica.
 */
export function wishOf({ metadata, spec }: KubeObject): string {
  const asked = (containers: readonly ContainerLike[] = []) =>
    containers.map(({ image, resources, ports, restartPolicy }) => [image, resources, ports, restartPolicy]);
  const volumes = (spec.volumes ?? []).filter(
    (volume: Record<string, unknown>) => !HARMLESS.some((source) => volume[source] !== undefined),
  );
  const text = JSON.stringify([
    metadata.namespace,
    metadata.labels,
    asked(spec.containers),
    asked(spec.initContainers),
    volumes,
    ...FIELDS.map((field) => spec[field] ?? null),
  ]);
  // Thousands of replicas share one text.
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, text);
  return text;
}

/** Sources of volumes that every node has. */
const HARMLESS = ['configMap', 'secret', 'projected', 'emptyDir', 'downwardAPI', 'hostPath'];

const FIELDS = [
  'affinity',
  'nodeName',
  'nodeSelector',
  'overhead',
  'preemptionPolicy',
  'priority',
  'resourceClaims',
  'resources',
  'tolerations',
  'topologySpreadConstraints',
];

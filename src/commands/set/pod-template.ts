import type { KubeObject } from '../../api/meta.ts';
import { parseApiVersion } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';

export interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: {
    configMapKeyRef?: { name?: string; key?: string };
    secretKeyRef?: { name?: string; key?: string };
    fieldRef?: { fieldPath?: string };
    resourceFieldRef?: { containerName?: string; resource?: string; divisor?: string };
  };
}

export interface Container {
  name?: string;
  image?: string;
  env?: EnvVar[];
  resources?: { limits?: Record<string, string>; requests?: Record<string, string> };
}

export interface PodSpec {
  containers?: Container[];
  initContainers?: Container[];
  serviceAccountName?: string;
}

const inTemplate = ['spec', 'template', 'spec'];

/** Where each kind has the spec of its pods. */
const places: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec'],
  '/ReplicationController': inTemplate,
  'apps/DaemonSet': inTemplate,
  'apps/Deployment': inTemplate,
  'apps/ReplicaSet': inTemplate,
  'apps/StatefulSet': inTemplate,
  'batch/Job': inTemplate,
  'batch/CronJob': ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/**
 * The spec of the pods of `object`, to be changed in place.
 * @throws KctlError `input` for a kind that makes no pods
 */
export function podSpecOf(object: KubeObject): PodSpec {
  const { group, version } = parseApiVersion(object.apiVersion);
  const place = places[`${group}/${object.kind}`];
  if (!place) {
    throw new KctlError('input', `the object is not a pod or does not have a pod template: *${version}.${object.kind}`);
  }
  let part: Record<string, unknown> = object;
  for (const name of place) {
    part[name] ??= {};
    part = part[name] as Record<string, unknown>;
  }
  return part as PodSpec;
}

/** Containers before init containers, those whose name fits `pattern`. */
export function containersOf(spec: PodSpec, pattern: string): Container[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].filter(({ name = '' }) => fits(name, pattern));
}

/** As kubectl looks: each part between stars is searched where the one before was found, and not further along. */
export function fits(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  if (!pattern.includes('*')) return name === pattern;
  const parts = pattern.split('*');
  let position = 0;
  for (const [at, part] of parts.entries()) {
    if (part === '') continue;
    const next = name.indexOf(part, position) - position;
    if (next < position || (at === 0 && position !== 0)) return false;
    if (at === parts.length - 1 && name.length !== part.length + next) return false;
    position = next;
  }
  return true;
}

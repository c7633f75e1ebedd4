import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';

const REVISION_ANNOTATION = 'deployment.kubernetes.io/revision';
export const CHANGE_CAUSE_ANNOTATION = 'kubernetes.io/change-cause';
const TEMPLATE_HASH = 'pod-template-hash';

/** What rollouts read of a pod template; everything else is carried along. */
export interface PodTemplate {
  metadata?: {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    creationTimestamp?: string | null;
    [field: string]: unknown;
  };
  spec?: {
    containers?: { name: string; image?: string }[];
    initContainers?: { name: string; image?: string }[];
    [field: string]: unknown;
  };
}

/** Number of a ReplicaSet's or ControllerRevision's revision; undefined where a ReplicaSet has none yet. */
export function revisionNumber(object: KubeObject): number | undefined {
  if (object.kind === 'ControllerRevision') return object.revision;
  const text = object.metadata.annotations?.[REVISION_ANNOTATION];
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  const reference = object.metadata.ownerReferences?.find((candidate) => candidate.controller);
  return reference !== undefined && reference.uid === owner.metadata.uid;
}

/** A pod template without the label that the deployment controller adds to tell ReplicaSets apart. */
export function withoutTemplateHash(template: PodTemplate): PodTemplate {
  const labels = { ...template.metadata?.labels };
  delete labels[TEMPLATE_HASH];
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The ReplicaSet that runs the deployment's present template; undefined until the controller made it. */
export function newReplicaSet(deployment: KubeObject, replicaSets: readonly KubeObject[]): KubeObject | undefined {
  const wanted = normal(deployment.spec?.template ?? {});
  return replicaSets
    .filter((set) => isDeepStrictEqual(normal(set.spec?.template ?? {}), wanted))
    .sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''))[0];
}

export function templatesEqual(a: PodTemplate, b: PodTemplate): boolean {
  return isDeepStrictEqual(normal(a), normal(b));
}

/** `creationTimestamp: null` in a template's metadata is what Go writes for "not set". */
function normal(template: PodTemplate): PodTemplate {
  const plain = withoutTemplateHash(template);
  const { creationTimestamp, ...metadata } = plain.metadata ?? {};
  return creationTimestamp === null ? { ...plain, metadata } : plain;
}

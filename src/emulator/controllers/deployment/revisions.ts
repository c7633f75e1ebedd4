import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../api/meta.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const HASH_LABEL = 'pod-template-hash';

/** Annotations that belong to the deployment alone; the others (change-cause) are copied to its ReplicaSets. */
const notCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
]);

function withoutHash(template: KubeObject): unknown {
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

export function sameTemplate(a: KubeObject, b: KubeObject): boolean {
  return isDeepStrictEqual(withoutHash(a), withoutHash(b));
}

const created = (object: KubeObject): string => `${object.metadata.creationTimestamp} ${object.metadata.name}`;

/** Oldest first. */
export function byAge(sets: readonly KubeObject[]): KubeObject[] {
  return [...sets].sort((a, b) => (created(a) < created(b) ? -1 : 1));
}

/** The oldest ReplicaSet with the deployment's template, so that every look chooses the same. */
export function findNewReplicaSet(deployment: KubeObject, sets: readonly KubeObject[]): KubeObject | undefined {
  return byAge(sets).find((set) => sameTemplate(set['spec'].template, deployment['spec'].template));
}

export function revisionOf(object: KubeObject): number {
  return Number.parseInt(object.metadata.annotations?.[REVISION] ?? '0', 10) || 0;
}

/** The annotations of the new ReplicaSet: the deployment's, its revision, and the revisions it had before. */
export function newSetAnnotations(
  deployment: KubeObject,
  set: KubeObject | undefined,
  revision: number,
): Record<string, string> {
  const known = set?.metadata.annotations ?? {};
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !notCopied.has(name));
  const annotations: Record<string, string> = { ...known, ...Object.fromEntries(copied) };
  // What is no number was written by hand; nothing is counted on from there.
  if (Number.isNaN(Number(known[REVISION] ?? '0'))) return annotations;
  const before = set ? revisionOf(set) : 0;
  if (before >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (before > 0) {
    annotations[REVISION_HISTORY] = withRevision(known[REVISION_HISTORY] ?? '', before);
  }
  return annotations;
}

/** Characters that the list of former revisions may take; the oldest fall out. */
const HISTORY_LENGTH = 2000;

function withRevision(history: string, revision: number): string {
  const revisions = [...(history ? history.split(',') : []), String(revision)];
  while (revisions.join(',').length > HISTORY_LENGTH) revisions.shift();
  return revisions.join(',');
}

import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import type { ControlContext } from './controller.ts';
import { templateHash } from './names.ts';
import { controllerReference, deleteIfThere } from './ownership.ts';

const RESOURCE = 'controllerrevisions.apps';
export const REVISION_LABEL = 'controller-revision-hash';

/** A ControllerRevision's data: the template as a patch that replaces the owner's (kubectl rollout undo applies it). */
const dataOf = (owner: KubeObject): Record<string, unknown> => ({
  spec: { template: { ...owner['spec'].template, $patch: 'replace' } },
});

export function revisionsOf(context: ControlContext, owner: KubeObject): KubeObject[] {
  return [...context.lister.controlledBy(RESOURCE, owner.metadata.uid!)].sort((a, b) => a['revision'] - b['revision']);
}

/**
 * The revision of the owner's present template: a new one, or an old one with equal data that gets
 * the next number (so that going back counts as a step forward in the history).
 */
export async function syncRevision(
  context: ControlContext,
  owner: KubeObject,
  selectorLabels: Record<string, string>,
): Promise<KubeObject> {
  const revisions = revisionsOf(context, owner);
  const data = dataOf(owner);
  const newest = revisions.at(-1);
  const next = (newest?.['revision'] ?? 0) + 1;
  const equal = revisions.findLast((revision) => isDeepStrictEqual(revision['data'], data));
  if (equal) return equal === newest ? equal : context.client.update(RESOURCE, { ...equal, revision: next });
  for (let collisions = 0; ; collisions++) {
    const hash = templateHash(data, collisions);
    try {
      return await context.client.create<KubeObject>(RESOURCE, {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: {
          name: `${owner.metadata.name}-${hash}`,
          namespace: owner.metadata.namespace!,
          labels: { ...owner['spec'].template.metadata?.labels, ...selectorLabels, [REVISION_LABEL]: hash },
          ...(owner.metadata.annotations ? { annotations: copied(owner.metadata.annotations) } : {}),
          ownerReferences: [controllerReference(owner)],
        },
        data,
        revision: next,
      });
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists') || collisions > 10) throw error;
    }
  }
}

const copied = (annotations: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(annotations).filter(([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration'),
  );

/** The value that pods of this revision carry in `controller-revision-hash`: a StatefulSet's is the whole name, a DaemonSet's the hash. */
export const revisionHash = (revision: KubeObject): string => revision.metadata.labels![REVISION_LABEL]!;

/** Deletes the oldest revisions beyond `revisionHistoryLimit` that no pod uses. */
export async function trimRevisions(
  context: ControlContext,
  owner: KubeObject,
  inUse: ReadonlySet<string>,
): Promise<void> {
  const unused = revisionsOf(context, owner).filter((revision) => !inUse.has(revision.metadata.name!));
  const surplus = unused.length - (owner['spec'].revisionHistoryLimit ?? 10);
  for (const revision of unused.slice(0, Math.max(surplus, 0))) await deleteIfThere(context, RESOURCE, revision);
}

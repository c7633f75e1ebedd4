import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import { isApiError } from '../../api/status.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { ControlContext } from './controller.ts';
import { templateHash } from './names.ts';
import { claimChildren, controllerReference, deleteIfThere } from './ownership.ts';

const RESOURCE = 'controllerrevisions.apps';
/** On pods: the revision they are of. */
export const REVISION_LABEL = 'controller-revision-hash';
/** The label of a revision that holds its hash: DaemonSets use the pods' label, StatefulSets one of their own. */
type HashLabel = typeof REVISION_LABEL | 'controller.kubernetes.io/hash';
const LONGEST_PREFIX = 223;

/** A ControllerRevision's data: the template as a patch that replaces the owner's (kubectl rollout undo applies it). */
const dataOf = (owner: KubeObject): Record<string, unknown> => patchWith(owner['spec'].template);

function patchWith(template: KubeObject): Record<string, unknown> {
  // Defaulting writes the empty stamp or not, as the object came in; the same template must stay the same.
  const { creationTimestamp: _none, ...metadata } = template.metadata ?? {};
  return { spec: { template: { ...template, metadata, $patch: 'replace' } } };
}

const created = ({ metadata }: KubeObject): string => `${metadata.creationTimestamp} ${metadata.name}`;

/** The owner's revisions, the oldest first. */
export function revisionsOf(context: ControlContext, owner: KubeObject): KubeObject[] {
  return [...context.lister.controlledBy(RESOURCE, owner.metadata.uid!)].sort(
    (a, b) => a['revision'] - b['revision'] || (created(a) < created(b) ? -1 : 1),
  );
}

interface Synced {
  revision: KubeObject;
  /** How many names were found taken by other templates; part of every later hash. */
  collisionCount: number;
}

/**
 * The revision of the owner's present template: a new one, or an old one with equal data that gets
 * the next number (so that going back counts as a step forward in the history). Revisions that
 * nobody controls, of a namesake that left them, are taken over first.
 */
export async function syncRevision(context: ControlContext, owner: KubeObject, label: HashLabel): Promise<Synced> {
  await claimChildren(context, owner, RESOURCE, selectorOf(owner['spec'].selector));
  const revisions = revisionsOf(context, owner);
  const data = dataOf(owner);
  const newest = revisions.at(-1);
  const next = (newest?.['revision'] ?? 0) + 1;
  const equal = revisions.findLast((revision) => holds(revision, data));
  let collisionCount: number = owner['status']?.collisionCount ?? 0;
  if (equal === newest && equal) return { revision: equal, collisionCount };
  if (equal) return { revision: await context.client.update(RESOURCE, { ...equal, revision: next }), collisionCount };
  for (let tries = 0; ; tries++) {
    const hash = templateHash(data, collisionCount);
    const name = `${owner.metadata.name!.slice(0, LONGEST_PREFIX)}-${hash}`;
    const { annotations } = owner.metadata;
    try {
      const revision = await context.client.create<KubeObject>(RESOURCE, {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: {
          name,
          namespace: owner.metadata.namespace!,
          labels: { ...owner['spec'].template.metadata?.labels, [label]: hash },
          ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
          ownerReferences: [controllerReference(owner)],
        },
        data,
        revision: next,
      });
      return { revision, collisionCount };
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists') || tries > 10) throw error;
      collisionCount++;
    }
  }
}

function holds(revision: KubeObject, data: Record<string, unknown>): boolean {
  const { $patch: _patch, ...template } = revision['data']?.spec?.template ?? {};
  return isDeepStrictEqual(patchWith(template), data);
}

/** The value that a DaemonSet's pods of this revision carry in `controller-revision-hash`; a StatefulSet's carry its name. */
export const revisionHash = (revision: KubeObject): string => revision.metadata.labels![REVISION_LABEL]!;

/**
 * Deletes the oldest of `history` until `revisionHistoryLimit` of them are left, but none that is in use.
 *
 * @param history the revisions that count, the oldest first
 */
export async function trimRevisions(
  context: ControlContext,
  owner: KubeObject,
  history: readonly KubeObject[],
  isUsed: (revision: KubeObject) => boolean,
): Promise<void> {
  const surplus = history.length - (owner['spec'].revisionHistoryLimit ?? 10);
  const unused = history.filter((revision) => !isUsed(revision));
  for (const revision of unused.slice(0, Math.max(surplus, 0))) await deleteIfThere(context, RESOURCE, revision);
}

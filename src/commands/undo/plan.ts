import { ownFields } from '../../api/changes/own-fields.ts';
import { type FieldChange, type FieldConflict, revertFields } from '../../api/changes/three-way.ts';
import type { KubeObject } from '../../api/meta.ts';
import { jsonEqual } from '../../lib/patch/merge-patch.ts';
import type { JournalChange } from '../shared/journal/entry.ts';
import type { Lineage } from './lineage.ts';
import { recreationNote } from './recreate.ts';

/** How one change is taken back. */
export type Step = { change: JournalChange } & (
  | { does: 'delete'; uid: string; note?: string }
  | { does: 'create'; object: KubeObject; note?: string }
  | { does: 'fields'; live: KubeObject; now: KubeObject; value: KubeObject; fields: readonly FieldChange[] }
  /** As it was already, or somebody else's business. */
  | { does: 'nothing'; why: string }
  | { does: 'refuse'; why: string; conflicts?: readonly FieldConflict[] }
);

/** What is known of the cluster as it is now. */
export interface Now {
  /** The uid that an object has today: it may have been made again meanwhile. */
  heir: Lineage;
  /** The object (or subresource) of a change; undefined where there is none. */
  object(change: JournalChange): KubeObject | undefined;
  /** Whether an owner with that uid is there, or will be by another step. */
  hasOwner(uid: string, change: JournalChange): boolean;
  /** What somebody has put into a namespace or made of a type that is to be deleted; names of some of it. */
  contents(change: JournalChange): readonly string[];
}

/** Subresources of which the journal has the state before; what others did cannot be taken back. */
const revertible: ReadonlySet<string | undefined> = new Set([undefined, 'scale', 'status', 'resize', 'eviction']);

/** The changes of an entry, the last one first; what happened to one object in several steps is one change. */
export function changesToRevert(changes: readonly JournalChange[]): JournalChange[] {
  const merged = new Map<string, JournalChange>();
  for (const change of changes) {
    const key = JSON.stringify([...Object.entries(change.target)].sort());
    const first = merged.get(key);
    merged.delete(key);
    merged.set(key, first ? joined(first, change) : change);
  }
  return [...merged.values()].reverse();
}

/** From the state before the first to the state after the last; a refusal of either holds for both. */
function joined(first: JournalChange, last: JournalChange): JournalChange {
  const { before: _, ...rest } = last;
  const marks = {
    ...(first.unread !== undefined && { unread: first.unread }),
    ...((first.unanswered || last.unanswered) && { unanswered: true as const }),
    ...((first.withoutValues || last.withoutValues) && { withoutValues: true as const }),
  };
  return {
    ...rest,
    ...marks,
    kind: last.kind || first.kind,
    ...('before' in first && { before: first.before ?? null }),
  };
}

export function planStep(change: JournalChange, now: Now): Step {
  const refuse = (why: string, conflicts?: readonly FieldConflict[]): Step => ({
    change,
    does: 'refuse',
    why,
    ...(conflicts && { conflicts }),
  });
  const { before, after, target, unread } = change;
  if (!revertible.has(target.subresource)) return refuse(`what ${target.subresource} did cannot be taken back`);
  if (change.unanswered) return refuse('no answer came to the request: whether it was done is not known');
  if (change.withoutValues) return refuse('the values of secrets are not in the journal (setting journal.secrets)');
  if (before === undefined) return refuse(`what it was before is not known${unread ? `: ${unread}` : ''}`);
  if (after === undefined) return refuse('what became of it is not known');
  if (before === null && after === null) return { change, does: 'nothing', why: 'it was not there' };
  if (before === null) return planDeletion(change, after!, now, refuse);
  return after === null ? planCreation(change, before, now, refuse) : planFields(change, before, after, now, refuse);
}

type Refuse = (why: string, conflicts?: readonly FieldConflict[]) => Step;

function planDeletion(change: JournalChange, made: KubeObject, now: Now, refuse: Refuse): Step {
  const live = now.object(change);
  const { subresource } = change.target;
  if (!live) return { change, does: 'nothing', why: 'it is gone already' };
  if (live.metadata.uid !== now.heir(made.metadata.uid)) return refuse('another object has its name now');
  if (live.metadata.deletionTimestamp) return { change, does: 'nothing', why: 'it is being deleted already' };
  const contents = now.contents(change);
  if (contents.length > 0) return refuse(`it is in use, and what is in it would go with it: ${contents.join(', ')}`);
  const same = jsonEqual(ownFields(made, subresource), ownFields(live, subresource));
  const uid = live.metadata.uid ?? '';
  return { change, does: 'delete', uid, ...(!same && { note: 'it has been changed since: that goes with it' }) };
}

function planCreation(change: JournalChange, was: KubeObject, now: Now, refuse: Refuse): Step {
  const { metadata, kind } = was;
  const controller = metadata.ownerReferences?.find((owner) => owner.controller);
  if (controller) {
    return {
      change,
      does: 'nothing',
      why: `it belongs to ${controller.kind.toLowerCase()}/${controller.name}, which makes another`,
    };
  }
  if (metadata.annotations?.['helm.sh/hook'] !== undefined)
    return { change, does: 'nothing', why: 'it is a hook of helm, which would run once more' };
  if (kind === 'Namespace')
    return refuse('all that was in the namespace went with it, and the journal does not have it');
  if (metadata.deletionTimestamp) return { change, does: 'nothing', why: 'it was being deleted before' };
  const live = now.object(change);
  if (live) {
    if (live.metadata.uid !== now.heir(metadata.uid)) return refuse('another object has its name now');
    if (!live.metadata.deletionTimestamp) return { change, does: 'nothing', why: 'it is still there' };
    const finalizers = live.metadata.finalizers ?? [];
    const reason = finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : '';
    return refuse(`it is still being deleted${reason}: a deletion that has begun cannot be stopped`);
  }
  const orphaned = metadata.ownerReferences?.find((owner) => !now.hasOwner(owner.uid, change));
  if (orphaned) {
    return refuse(`its owner ${orphaned.kind.toLowerCase()}/${orphaned.name} is gone: it would be collected at once`);
  }
  const note = recreationNote(was, change.dependents);
  return { change, does: 'create', object: was, ...(note !== undefined && { note }) };
}

function planFields(change: JournalChange, before: KubeObject, after: KubeObject, now: Now, refuse: Refuse): Step {
  const live = now.object(change);
  const { subresource } = change.target;
  if (!live) return refuse('it is gone');
  if (live.metadata.uid !== now.heir(after.metadata.uid)) return refuse('another object has its name now');
  if (live.metadata.deletionTimestamp) return refuse('it is being deleted');
  const [was, became, is] = [before, after, live].map((object) => ownFields(object, subresource));
  const { value, changes, conflicts } = revertFields(was, became, is);
  if (conflicts.length > 0) return refuse('somebody has changed it since:', conflicts);
  if (changes.length === 0) return { change, does: 'nothing', why: 'it is as it was before' };
  return { change, does: 'fields', live, now: is!, value: value as KubeObject, fields: changes };
}

import type { JournalEntry } from '../shared/journal/entry.ts';

/** Follows an object through deletions that were undone: what was made again has another uid. */
export type Lineage = (uid: string | undefined) => string | undefined;

const placeOf = (target: object): string => JSON.stringify(Object.entries(target).sort());

/** @param entries oldest first */
export function lineageOf(entries: readonly JournalEntry[]): Lineage {
  const heirs = new Map<string, string>();
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  for (const { undoes, changes } of entries) {
    const undone = undoes === undefined ? undefined : byId.get(undoes);
    if (!undone) continue;
    for (const { before, after, target } of changes) {
      if (before !== null || !after?.metadata.uid) continue;
      const { subresource: _, ...object } = target;
      const place = placeOf(object);
      for (const change of undone.changes) {
        const { subresource: __, ...was } = change.target;
        const old = change.after === null ? change.before?.metadata.uid : undefined;
        if (old !== undefined && placeOf(was) === place) heirs.set(old, after.metadata.uid);
      }
    }
  }
  return (uid) => {
    let heir = uid;
    for (let next = heirs.get(heir ?? ''); next !== undefined; next = heirs.get(heir ?? '')) heir = next;
    return heir;
  };
}

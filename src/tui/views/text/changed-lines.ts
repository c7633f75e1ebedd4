import { diffArrays } from 'diff';

/** Longer than this (ms) a reader does not wait to see what has changed; then nothing is marked. */
const patienceMs = 20;

/** Which lines of a text were not there before. */
export function changedLines(before: readonly string[], after: readonly string[]): ReadonlySet<number> {
  const changed = new Set<number>();
  if (before.length === 0) return changed;
  let at = 0;
  for (const { added, removed, value } of diffArrays([...before], [...after], { timeout: patienceMs }) ?? []) {
    if (removed) continue;
    if (added) for (let index = 0; index < value.length; index++) changed.add(at + index);
    at += value.length;
  }
  return changed;
}

import { KctlError } from '../../../lib/errors.ts';
import type { RevisionRecord } from '../../../store/rollout/diff/revision.ts';

/** `--revision`: numbers, undefined where it leaves one out. */
export interface RevisionRange {
  from: number | undefined;
  to: number | undefined;
}

/**
 * `2..3`, `2..` (to the present one), `..3` (from the one before it), `2` (as `2..`); '' is from the one before to the present one.
 * @throws KctlError `usage`
 */
export function parseRange(text: string): RevisionRange {
  const match = /^(\d*)(?:\.\.(\d*))?$/.exec(text);
  if (!match) throw new KctlError('usage', `--revision takes a..b, a.. or ..b, where both are numbers: not "${text}"`);
  const [from, to] = match.slice(1).map((part) => (part ? Number(part) : undefined));
  return { from, to };
}

/**
 * The two revisions that a range means.
 * @param current what the workload is to run now
 * @param name `deployment "web"`, for messages
 * @throws KctlError `input` where one of them is not kept
 */
export function chooseRevisions(
  { from, to }: RevisionRange,
  history: readonly RevisionRecord[],
  current: RevisionRecord | undefined,
  name: string,
): [before: RevisionRecord, after: RevisionRecord] {
  const find = (wanted: number): RevisionRecord => {
    const found = history.find(({ revision }) => revision === wanted);
    if (found) return found;
    const has = history.map(({ revision }) => revision).join(', ');
    throw new KctlError('input', `${name} keeps no revision ${wanted}`, { hint: `It keeps: ${has || 'none'}` });
  };
  const after = to === undefined ? (current ?? history.at(-1)) : find(to);
  if (!after) throw new KctlError('input', `${name} has no revision yet`);
  const before = from === undefined ? history.findLast(({ revision }) => revision < after.revision) : find(from);
  if (!before)
    throw new KctlError('input', `${name} keeps no revision before ${after.revision}: there is nothing to compare`);
  if (before === after) {
    throw new KctlError('input', `revision ${after.revision} is the present one: there is nothing to compare`);
  }
  return [before, after];
}

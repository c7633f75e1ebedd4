import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Lines of the same text around each change. */
const CONTEXT = 3;

type Edit = readonly [kind: ' ' | '-' | '+', line: string];

/** What `diff -u -N` prints of two folders; '' where they hold the same. */
export function unifiedDiff(from: string, to: string): string {
  const names = [...new Set([...readdirSync(from), ...readdirSync(to)])].sort();
  return names.map((name) => fileDiff(join(from, name), join(to, name))).join('');
}

function fileDiff(from: string, to: string): string {
  const hunks = hunkTexts(linesOf(from), linesOf(to));
  if (hunks === '') return '';
  return `diff -u -N ${from} ${to}\n--- ${from}\t${stamp(from)}\n+++ ${to}\t${stamp(to)}\n${hunks}`;
}

function linesOf(path: string): string[] {
  const text = statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : '';
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function stamp(path: string): string {
  const time = statSync(path, { throwIfNoEntry: false })?.mtime ?? new Date(0);
  const iso = time.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}000000 +0000`;
}

/** The hunks of a unified diff of two texts; '' where they are the same. */
export function hunkTexts(from: readonly string[], to: readonly string[]): string {
  const edits = shortestEdits(from, to);
  const changes = edits.flatMap(([kind], at) => (kind === ' ' ? [] : [at]));
  const groups: [number, number][] = [];
  for (const at of changes) {
    const last = groups.at(-1);
    if (last && at - last[1] <= 2 * CONTEXT + 1) last[1] = at;
    else groups.push([at, at]);
  }
  return groups.map(([first, last]) => hunk(edits, first, last)).join('');
}

function hunk(edits: readonly Edit[], first: number, last: number): string {
  const start = Math.max(0, first - CONTEXT);
  const shown = edits.slice(start, last + CONTEXT + 1);
  const before = edits.slice(0, start);
  const place = (absent: string) => {
    const skipped = before.filter(([kind]) => kind !== absent).length;
    const count = shown.filter(([kind]) => kind !== absent).length;
    const line = count === 0 ? skipped : skipped + 1;
    return count === 1 ? `${line}` : `${line},${count}`;
  };
  const lines = shown.map(([kind, line]) => `${kind}${line}\n`);
  return `@@ -${place('+')} +${place('-')} @@\n${lines.join('')}`;
}

/** Myers, An O(ND) Difference Algorithm and Its Variations (1986), greedy. */
function shortestEdits(from: readonly string[], to: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let distance = 0; ; distance++) {
    trace.push(new Map(furthest));
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      let x = nextX(furthest, diagonal, distance);
      while (x < from.length && x - diagonal < to.length && from[x] === to[x - diagonal]) x++;
      furthest.set(diagonal, x);
      if (x >= from.length && x - diagonal >= to.length) return backtrack(trace, from, to);
    }
    furthest = new Map(furthest);
  }
}

function nextX(furthest: ReadonlyMap<number, number>, diagonal: number, distance: number): number {
  const below = furthest.get(diagonal - 1) ?? -1;
  const above = furthest.get(diagonal + 1) ?? -1;
  return diagonal === -distance || (diagonal !== distance && below < above) ? above : below + 1;
}

function backtrack(trace: readonly Map<number, number>[], from: readonly string[], to: readonly string[]): Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [from.length, to.length];
  for (let distance = trace.length - 1; distance >= 0; distance--) {
    const furthest = trace[distance]!;
    const diagonal = x - y;
    const startX = nextX(furthest, diagonal, distance);
    const inserted = diagonal === -distance || (diagonal !== distance && startX === furthest.get(diagonal + 1));
    const [previousX, previousY] =
      distance === 0 ? [0, 0] : inserted ? [startX, startX - diagonal - 1] : [startX - 1, startX - diagonal];
    while (x > (distance === 0 ? 0 : startX) && y > (distance === 0 ? 0 : startX - diagonal)) {
      edits.push([' ', from[--x]!]);
      y--;
    }
    if (distance === 0) break;
    edits.push(inserted ? ['+', to[previousY]!] : ['-', from[previousX]!]);
    [x, y] = [previousX, previousY];
  }
  return edits.reverse();
}

import { goJsonLines } from './go-text.ts';

/** How a stored value of a Go type and a new one differ, as a server says it in messages: a unified diff of their JSON. */
export const goDiff = (before: unknown, after: unknown, type: string): string =>
  unifiedDiff(goJsonLines(before, type, true).split('\n'), goJsonLines(after, type).split('\n'));

/** Lines `[a, a + size)` of one text that are `[b, b + size)` of the other. */
interface Match {
  a: number;
  b: number;
  size: number;
}

/** In long texts, lines that are everywhere say nothing about what belongs together. */
function positions(lines: readonly string[]): Map<string, number[]> {
  const index = new Map<string, number[]>();
  for (const [at, line] of lines.entries()) {
    const list = index.get(line);
    if (list) list.push(at);
    else index.set(line, [at]);
  }
  if (lines.length >= 200) {
    const limit = Math.floor(lines.length / 100) + 1;
    for (const [line, list] of index) if (list.length > limit) index.delete(line);
  }
  return index;
}

/**
 * So many lines are held against each other, some 50 ms; what then is still to be compared counts as
 * replaced. Only texts of thousands of lines, most of them changed, come that far.
 */
const MOST_STEPS = 1_000_000;
/** Matches within matches, so that a text of many small changes does not exhaust the stack. */
const DEEPEST = 500;

/** Ratcliff and Obershelp's pattern matching, which difflib works by: the longest common run, then left and right of it. */
function matches(a: readonly string[], b: readonly string[]): Match[] {
  const index = positions(b);
  let left = MOST_STEPS;
  const longest = (aLow: number, aHigh: number, bLow: number, bHigh: number): Match => {
    let best: Match = { a: aLow, b: bLow, size: 0 };
    let lengths = new Map<number, number>();
    for (let at = aLow; at < aHigh && left > 0; at++) {
      const next = new Map<number, number>();
      left--;
      for (const other of index.get(a[at]!) ?? []) {
        left--;
        if (other < bLow || other >= bHigh) continue;
        const size = (lengths.get(other - 1) ?? 0) + 1;
        next.set(other, size);
        if (size > best.size) best = { a: at - size + 1, b: other - size + 1, size };
      }
      lengths = next;
    }
    while (best.a > aLow && best.b > bLow && a[best.a - 1] === b[best.b - 1]) {
      best = { a: best.a - 1, b: best.b - 1, size: best.size + 1 };
    }
    while (
      best.a + best.size < aHigh &&
      best.b + best.size < bHigh &&
      a[best.a + best.size] === b[best.b + best.size]
    ) {
      best.size++;
    }
    return best;
  };
  const found: Match[] = [];
  const search = (from: [number, number], aHigh: number, bHigh: number, depth: number): void => {
    let [aLow, bLow] = from;
    while (left > 0 && depth < DEEPEST) {
      const match = longest(aLow, aHigh, bLow, bHigh);
      if (match.size === 0) return;
      search([aLow, bLow], match.a, match.b, depth + 1);
      const last = found.at(-1);
      if (last && last.a + last.size === match.a && last.b + last.size === match.b) last.size += match.size;
      else found.push(match);
      [aLow, bLow] = [match.a + match.size, match.b + match.size];
    }
  };
  search([0, 0], a.length, b.length, 0);
  return found;
}

const around = 3;

interface Edit {
  a: [number, number];
  b: [number, number];
}

function edits(a: readonly string[], b: readonly string[]): Edit[] {
  const list: Edit[] = [];
  let [i, j] = [0, 0];
  for (const match of [...matches(a, b), { a: a.length, b: b.length, size: 0 }]) {
    if (i < match.a || j < match.b) list.push({ a: [i, match.a], b: [j, match.b] });
    [i, j] = [match.a + match.size, match.b + match.size];
  }
  return list;
}

const range = (start: number, end: number): string =>
  end - start === 1 ? `${start + 1}` : `${end === start ? start : start + 1},${end - start}`;

/** With three lines around each change; empty where there is none. */
export function unifiedDiff(a: readonly string[], b: readonly string[]): string {
  const hunks: Edit[][] = [];
  for (const edit of edits(a, b)) {
    const last = hunks.at(-1);
    if (last && edit.a[0] - last.at(-1)!.a[1] <= around * 2) last.push(edit);
    else hunks.push([edit]);
  }
  const text: string[] = [];
  for (const hunk of hunks) {
    const [first, last] = [hunk[0]!, hunk.at(-1)!];
    const [aFrom, aTo] = [Math.max(0, first.a[0] - around), Math.min(a.length, last.a[1] + around)];
    const [bFrom, bTo] = [Math.max(0, first.b[0] - around), Math.min(b.length, last.b[1] + around)];
    text.push(`@@ -${range(aFrom, aTo)} +${range(bFrom, bTo)} @@`);
    let at = aFrom;
    for (const edit of hunk) {
      for (const line of a.slice(at, edit.a[0])) text.push(` ${line}`);
      for (const line of a.slice(...edit.a)) text.push(`-${line}`);
      for (const line of b.slice(...edit.b)) text.push(`+${line}`);
      at = edit.a[1];
    }
    for (const line of a.slice(at, aTo)) text.push(` ${line}`);
  }
  return text.length > 0 ? `${text.join('\n')}\n` : '';
}

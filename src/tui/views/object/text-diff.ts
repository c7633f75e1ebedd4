import { diffArrays } from 'diff';
import { padText, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import type { TextLine } from '../text/text-pane.ts';

/** Lines that are the same, or that one side lacks. */
interface DiffPart {
  kind: 'same' | 'removed' | 'added';
  lines: readonly string[];
}

/** Longer than this (ms) nobody waits for a difference. */
const patienceMs = 400;
/** From this width on both sides have room beside each other. */
export const sideBySideFrom = 120;
/** Lines that are shown around a change. */
const around = 3;

/** How two texts differ, line by line; undefined where they differ so much that it would take too long to tell. */
export function diffParts(before: readonly string[], after: readonly string[]): DiffPart[] | undefined {
  const changes = diffArrays([...before], [...after], { timeout: patienceMs });
  return changes?.map(({ added, removed, value }) => ({
    kind: added ? 'added' : removed ? 'removed' : 'same',
    lines: value,
  }));
}

const looks: Readonly<Record<DiffPart['kind'], { sign: string; token: ThemeToken }>> = {
  same: { sign: '  ', token: 'text' },
  removed: { sign: '- ', token: 'status.error' },
  added: { sign: '+ ', token: 'status.ok' },
};

function line(kind: DiffPart['kind'], text: string): TextLine {
  const { sign, token } = looks[kind];
  return { text: sign + text, paint: (shown, theme) => theme.paint(token, shown) };
}

function mutedLine(text: string): TextLine {
  return { text, paint: (shown, theme) => theme.paint('text.muted', shown) };
}

/** Same lines with what is far from a change left out; `fold` makes the line that stands for it. */
function* folded(parts: readonly DiffPart[], fold: (count: number) => TextLine): Generator<DiffPart | TextLine> {
  for (const [index, part] of parts.entries()) {
    const head = index === 0 ? 0 : around;
    const tail = index === parts.length - 1 ? 0 : around;
    if (part.kind !== 'same' || part.lines.length <= head + tail + 1) yield part;
    else {
      yield { kind: 'same', lines: part.lines.slice(0, head) };
      yield fold(part.lines.length - head - tail);
      yield { kind: 'same', lines: tail === 0 ? [] : part.lines.slice(-tail) };
    }
  }
}

const foldText = (count: number) => `  ⋯ ${say('{count} equal lines', { count })}`;
const isPart = (one: DiffPart | TextLine): one is DiffPart => typeof one === 'object' && 'kind' in one;

/** What was and what is, one below the other. */
export function unifiedLines(parts: readonly DiffPart[]): TextLine[] {
  return [...folded(parts, (count) => mutedLine(foldText(count)))].flatMap((one) =>
    isPart(one) ? one.lines.map((text) => line(one.kind, text)) : [one],
  );
}

/** What was at the left, what is at the right. */
export function sideBySideLines(parts: readonly DiffPart[], width: number): TextLine[] {
  const half = Math.floor((width - 3) / 2);
  const side = (kind: DiffPart['kind'], text: string | undefined) =>
    padText(truncateText(text === undefined ? '' : looks[kind].sign + text, half), half);
  const row = (left: string, right: string, of: [DiffPart['kind'], DiffPart['kind']]): TextLine => ({
    text: `${left} │ ${right}`,
    paint: (shown: string, theme: Theme) =>
      theme.paint(looks[of[0]].token, shown.slice(0, left.length)) +
      theme.paint('border', shown.slice(left.length, left.length + 3)) +
      theme.paint(looks[of[1]].token, shown.slice(left.length + 3)),
  });
  const out: TextLine[] = [];
  let removed: readonly string[] = [];
  const flush = (added: readonly string[]) => {
    for (let index = 0; index < Math.max(removed.length, added.length); index++)
      out.push(row(side('removed', removed[index]), side('added', added[index]), ['removed', 'added']));
    removed = [];
  };
  for (const one of folded(parts, (count) => mutedLine(foldText(count)))) {
    if (isPart(one) && one.kind === 'removed') {
      flush([]);
      removed = one.lines;
    } else if (isPart(one) && one.kind === 'added') flush(one.lines);
    else {
      flush([]);
      if (isPart(one))
        for (const text of one.lines) out.push(row(side('same', text), side('same', text), ['same', 'same']));
      else out.push(one);
    }
  }
  flush([]);
  return out;
}

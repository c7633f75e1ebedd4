import { escapeTerminal } from '../../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import type { Move } from '../view-model.ts';
import { spanText } from './figures.ts';
import { type Axis, cellsOf, type Phase, phaseLooks } from './gantt-spans.ts';
import type { GanttRow } from './node-rows.ts';

/** What the signs mean, in the order in which a pod comes there. */
const legend: readonly (readonly [Phase, string])[] = [
  ['schedule', 'scheduling'],
  ['pull', 'image pull'],
  ['expected', 'expected'],
  ['init', 'init'],
  ['start', 'start'],
  ['probes', 'probes'],
  ['ready', 'ready'],
  ['leaving', 'leaving'],
];

/** One row for each node on one axis of time, with a cursor; layers of pulls hang on it. */
export class GanttPanel {
  #roots: readonly GanttRow[] = [];
  #rows: readonly { row: GanttRow; isFolded: boolean }[] = [];
  readonly #folds = new Map<string, boolean>();
  #axis: Axis = { from: 0, to: 1 };
  #now = 0;
  #cursor = 0;
  #top = 0;
  #height = 4;

  set(roots: readonly GanttRow[], axis: Axis, now: number): void {
    const key = this.#rows[this.#cursor]?.row.key;
    this.#roots = roots;
    this.#axis = axis;
    this.#now = now;
    this.#unfold();
    const at = this.#rows.findIndex(({ row }) => row.key === key);
    this.#go(at >= 0 ? at : this.#cursor);
  }

  #unfold(): void {
    const rows: { row: GanttRow; isFolded: boolean }[] = [];
    const add = (list: readonly GanttRow[]) => {
      for (const row of list) {
        const isFolded = row.children.length > 0 && (this.#folds.get(row.key) ?? row.folded);
        rows.push({ row, isFolded });
        if (!isFolded) add(row.children);
      }
    };
    add(this.#roots);
    this.#rows = rows;
  }

  /** Lines that it takes to show everything: rows, and the axis above them. */
  get wanted(): number {
    return this.#rows.length + 1;
  }

  get target(): ObjectRef | undefined {
    const at = this.#rows[this.#cursor];
    // A layer is of the pod above it.
    return at?.row.ref ?? this.#rows.slice(0, this.#cursor).findLast(({ row }) => row.ref)?.row.ref;
  }

  get spoken(): { lines: string[]; at: number } {
    return { lines: this.#rows.map(({ row, isFolded }) => spokenRow(row, isFolded)), at: this.#cursor };
  }

  #go(index: number): void {
    const body = Math.max(1, this.#height - 1);
    this.#cursor = Math.max(0, Math.min(index, this.#rows.length - 1));
    if (this.#cursor < this.#top) this.#top = this.#cursor;
    if (this.#cursor >= this.#top + body) this.#top = this.#cursor - body + 1;
    this.#top = Math.max(0, Math.min(this.#top, this.#rows.length - body));
  }

  move(move: Move, steps: number): void {
    const page = Math.max(1, this.#height - 2) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    if (move === 'left' || move === 'right') this.#turn(move === 'left');
    else this.#go(move === 'top' ? 0 : move === 'bottom' ? this.#rows.length : this.#cursor + (by[move] ?? 0));
  }

  #turn(folded: boolean): void {
    const at = this.#rows[this.#cursor];
    if (!at) return;
    const above = this.#rows.slice(0, this.#cursor).findLastIndex(({ row }) => row.depth < at.row.depth);
    if (at.row.children.length > 0 && at.isFolded !== folded) this.#fold(at.row, folded);
    else if (!folded) this.#go(this.#cursor + 1);
    else if (above >= 0) this.#go(above);
  }

  #fold(row: GanttRow, folded: boolean): void {
    this.#folds.set(row.key, folded);
    this.#unfold();
    this.#go(this.#cursor);
  }

  toggle(): void {
    const at = this.#rows[this.#cursor];
    if (at && at.row.children.length > 0) this.#fold(at.row, !at.isFolded);
  }

  toggleAll(): void {
    const all = this.#rows.filter(({ row }) => row.children.length > 0);
    const folded = !all.every(({ isFolded }) => isFolded);
    for (const { row } of all) this.#folds.set(row.key, folded);
    this.#unfold();
    this.#go(this.#cursor);
  }

  click(line: number): void {
    const at = this.#top + line - 1;
    if (line < 1 || at >= this.#rows.length) return;
    if (at === this.#cursor) this.toggle();
    else this.#go(at);
  }

  lines(width: number, height: number, theme: Theme, isFocused: boolean): string[] {
    if (height < 1) return [];
    this.#height = height;
    this.#go(this.#cursor);
    const shown = this.#rows.slice(this.#top, this.#top + Math.max(0, height - 1));
    if (this.#rows.length === 0)
      return [theme.paint('text.muted', truncateText(say('No pod of the new revision yet.'), width))];
    const columns = columnsOf(shown, width);
    return [
      this.#axisLine(columns, theme),
      ...shown.map(({ row, isFolded }, index) => {
        const isSelected = isFocused && this.#top + index === this.#cursor;
        return rowLine(row, isFolded, columns, { axis: this.#axis, theme, isSelected, width });
      }),
    ];
  }

  /** Seconds from the start, at each fifth of the axis or so, and where now is. */
  #axisLine({ label, bar }: Columns, theme: Theme): string {
    const { from, to } = this.#axis;
    const scale = bar / (to - from);
    const cells = Array<string>(bar).fill(' ');
    const now = Math.floor((this.#now - from) * scale);
    const ticks = ticksOf((to - from) / 1000, Math.floor(bar / 10));
    for (let tick = 0; tick < ticks; tick++) {
      const text = spanText(Math.round(((to - from) / ticks) * tick));
      const at = Math.round((bar / ticks) * tick);
      // Where now is, only now stands.
      if (now >= at - 1 && now <= at + text.length) continue;
      for (const [index, letter] of [...text].entries()) if (at + index < bar) cells[at + index] = letter;
    }
    if (now >= 0 && now < bar) cells[now] = '▼';
    return theme.paint('text.muted', `${' '.repeat(label)}${cells.join('')}`);
  }
}

/** As many as there is room for, of whole seconds each. */
const ticksOf = (seconds: number, most: number): number =>
  [5, 4, 3, 2].find((ticks) => ticks <= most && seconds % ticks === 0) ?? 1;

/** All signs with their words. */
export const legendText = (): string =>
  legend.map(([phase, word]) => `${phaseLooks[phase].sign} ${say(word)}`).join('  ');

interface Columns {
  label: number;
  bar: number;
  note: number;
}

/** Cells for `pull 43% 42.1MB/97.7MB 3m54s left`. */
const mostNote = 36;

/** Indentation, a fold, a sign and a space before the label; a space behind it. */
const leadOf = ({ depth }: GanttRow): number => 2 + depth * 2 + 4;

function columnsOf(rows: readonly { row: GanttRow }[], width: number): Columns {
  const most = (pick: (row: GanttRow) => number) => Math.max(0, ...rows.map(({ row }) => pick(row)));
  const label = Math.min(
    most((row) => leadOf(row) + textWidth(escapeTerminal(row.label)) + 1),
    Math.floor(width * 0.4),
  );
  // Of one width whatever is said, so that bars stand still.
  const note = Math.min(mostNote, Math.floor(width * 0.32));
  return { label, note, bar: Math.max(6, width - label - note - 1) };
}

function rowLine(
  row: GanttRow,
  isFolded: boolean,
  { label, bar, note }: Columns,
  { axis, theme, isSelected, width }: { axis: Axis; theme: Theme; isSelected: boolean; width: number },
): string {
  const fold = row.children.length === 0 ? ' ' : isFolded ? '▸' : '▾';
  const lead = `${isSelected ? '> ' : '  '}${'  '.repeat(row.depth)}${fold} `;
  const name = padText(
    truncateText(escapeTerminal(row.label), Math.max(1, label - leadOf(row) - 1)),
    label - leadOf(row),
  );
  const said = truncateText(escapeTerminal(row.note), note);
  const cells = cellsOf(row.spans, axis, bar);
  if (isSelected) {
    const drawn = cells.map((phase) => (phase ? phaseLooks[phase].sign : ' ')).join('');
    return theme.paint(
      'row.selected',
      padText(truncateText(`${lead}${row.sign} ${name}${drawn} ${said}`, width), width),
    );
  }
  return `${theme.paint('border', lead)}${theme.paint(row.token, row.sign)} ${name}${paintCells(cells, theme)} ${theme.paint(row.token, said)}`;
}

/** Cells in their looks, those of one phase together. */
function paintCells(cells: readonly (Phase | undefined)[], theme: Theme): string {
  let line = '';
  for (let at = 0; at < cells.length; ) {
    const phase = cells[at];
    let end = at + 1;
    while (end < cells.length && cells[end] === phase) end++;
    line += phase
      ? theme.paint(phaseLooks[phase].token, phaseLooks[phase].sign.repeat(end - at))
      : ' '.repeat(end - at);
    at = end;
  }
  return line;
}

/** `node kctl-worker-1, pull 43% 2.1MB/4.6MB 3s left, level 1, folded` */
function spokenRow({ kind, label, note, depth }: GanttRow, isFolded: boolean): string {
  const parts = [
    `${say(kind)} ${label}`,
    note,
    ...(depth > 0 ? [say('level {depth}', { depth: depth + 1 })] : []),
    ...(isFolded ? [say('folded')] : []),
  ];
  return escapeTerminal(parts.join(', '));
}

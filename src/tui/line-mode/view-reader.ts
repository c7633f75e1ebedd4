import type { CompactRow } from '../../store/compact-row.ts';
import { plainTheme } from '../../theme/theme.ts';
import { plainLine } from '../snapshot/sgr-runs.ts';
import { kindName } from '../views/local/local-table.ts';
import { TableModel } from '../views/table-model.ts';
import type { ViewModel } from '../views/view-model.ts';
import { connectionText } from '../widgets/header-lines.ts';
import { say } from '../words/say.ts';
import { rowText, tableChanges } from './table-text.ts';

/** So many lines are read at once; `more` reads on. */
const pageLines = 20;
/** Changes that are told one by one. */
const toldChanges = 3;
/** What lines are laid out for: long enough that text is not broken for a screen that is not there. */
const lineWidth = 200;

/** No view that is read whole has more lines. */
const mostLines = 100_000;
/** A screen that is high enough for what stands around a cursor. */
const cursorLines = 60;
const mostSteps = 10_000;

/** So narrow that help stands in one column. */
const helpWidth = 79;

/** Frames, rules and bars, which are noise to the ear. */
const drawing = /[\u2500-\u259f]+/g;

/** Dots that fill a bar. */
const filling = /·{3,}/g;

function spoken(line: string): string {
  return plainLine(line).replace(drawing, ' ').replace(filling, ' ').replace(/ {3,}/g, '  ').trimEnd();
}

/** Where the cursor stands, on views that have one. */
const cursorSign = /^>\s/;

/** Reads one view out: what it is, its content a page at a time, and what has changed in it since. */
export class ViewReader {
  readonly model: ViewModel;
  #rows = new Map<string, CompactRow>();
  #lines: readonly string[] = [];
  #next = 0;
  #version = -1;

  constructor(model: ViewModel) {
    this.model = model;
  }

  /** `pods, namespace shop, 16 rows, filter web.` */
  title(): string {
    const { kind, scope, count, filter, notes } = this.model.title();
    const parts = [
      this.model instanceof TableModel ? kindName(this.model.view.resource) : say(kind),
      ...(scope ? [scope] : []),
      ...(count && count !== '…' && count !== '-'
        ? [this.model instanceof TableModel ? say('{count} rows', { count }) : count]
        : []),
      ...(filter ? [say('filter {filter}', { filter: filter.replace(/^\//, '') })] : []),
      ...notes.map((note) => say(note)),
    ];
    return `${parts.map(spoken).join(', ')}.`;
  }

  /** The first page, from the top. */
  open(): string[] {
    this.#remember();
    this.#next = 0;
    return [this.title(), ...this.more()];
  }

  #remember(): void {
    this.#version = this.model.getSnapshot();
    if (this.model instanceof TableModel) {
      this.#rows = new Map(this.model.store.visibleRows().map((row) => [row.key, row]));
    } else this.#lines = this.#read();
  }

  #read(): string[] {
    const { view } = this.model;
    const width = view.type === 'document' && view.content === 'help' ? helpWidth : lineWidth;
    const told = this.model.spoken?.().lines ?? this.model.lines(width, mostLines, plainTheme);
    // Room that a screen leaves between its parts is nothing to listen to.
    const lines = told.map(spoken).filter((line, index, all) => line !== '' || (index > 0 && all[index - 1] !== ''));
    while (lines.length > 0 && lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The next page; a view without more says so. */
  more(): string[] {
    const { model } = this;
    const from = this.#next;
    let page: string[];
    let count: number;
    if (model instanceof TableModel) {
      const { visible } = model.store.getSnapshot();
      count = visible;
      page = model.store.window(from, pageLines).rows.map((row, index) => rowText(model, row, from + index));
      if (visible === 0) page = model.lines(lineWidth, 20, plainTheme).map(spoken).filter(Boolean);
    } else {
      count = this.#lines.length;
      page = this.#lines.slice(from, from + pageLines);
    }
    this.#next = Math.min(count, from + pageLines);
    const left = count - this.#next;
    if (page.length === 0 || (from >= count && count > 0)) return [say('That is all.')];
    return left > 0 ? [...page, say('{count} more: type more.', { count: left })] : page;
  }

  /** The row under the cursor. */
  current(): string | undefined {
    const { model } = this;
    if (!(model instanceof TableModel)) return this.#lineUnderCursor();
    const row = model.selectedRow();
    return row && rowText(model, row, model.store.indexOf(row.key));
  }

  /** How many rows are marked; undefined where rows cannot be. */
  marked(): number | undefined {
    return this.model instanceof TableModel ? this.model.markCount : undefined;
  }

  /** Puts the cursor on row `number` (from 1). @returns the row, or why there is none */
  select(number: number): string {
    const { model } = this;
    if (!(model instanceof TableModel)) return this.#selectLine(number);
    const { visible } = model.store.getSnapshot();
    if (number < 1 || number > visible) return say('There are {count} rows.', { count: visible });
    model.move('top');
    if (number > 1) model.move('down', number - 1);
    return this.current() ?? '';
  }

  #lineUnderCursor(): string | undefined {
    const told = this.model.spoken?.();
    if (told) return told.lines[told.at] && spoken(told.lines[told.at]!);
    return this.model
      .lines(lineWidth, cursorLines, plainTheme)
      .map(spoken)
      .find((line) => cursorSign.test(line));
  }

  /** Goes down from the top as far as it is asked; who has no cursor has no rows. */
  #selectLine(number: number): string {
    const { model } = this;
    if (this.#lineUnderCursor() === undefined) return say('There are no rows here.');
    model.move('top');
    const told = model.spoken?.();
    const steps = told ? number - 1 - told.at : number - 1;
    for (let step = 0; step < Math.min(steps, mostSteps); step++) model.move('down');
    return this.#lineUnderCursor() ?? '';
  }

  /** After a key that put another text in place of the one that was read: its first page. */
  replaced(): string[] | undefined {
    if (this.model instanceof TableModel || this.model.getSnapshot() === this.#version) return undefined;
    const before = new Set(this.#lines);
    if (this.#read().some((line) => line !== '' && before.has(line))) return undefined;
    this.#remember();
    this.#next = 0;
    return this.more();
  }

  /** What is different since it was last told; undefined where nothing is. */
  changes(): string | undefined {
    const { model } = this;
    if (model.getSnapshot() === this.#version) return undefined;
    if (!(model instanceof TableModel)) return this.#newLines();
    const before = this.#rows;
    this.#remember();
    const changes = tableChanges(model, before, this.#rows);
    if (changes.length < 2) return changes[0] && `${changes[0]}.`;
    const told = changes.slice(0, toldChanges).join('; ');
    const rest = changes.length - toldChanges;
    const kind = kindName(model.view.resource);
    const lead = say('{count} {kind} changed', { count: changes.length, kind });
    return `${lead}: ${told}${rest > 0 ? `; ${say('and {count} more', { count: rest })}` : ''}.`;
  }

  /** Lines at the end of a text that grows; that another text changed. */
  #newLines(): string | undefined {
    const before = this.#lines;
    this.#remember();
    const now = this.#lines;
    if (now.join('\n') === before.join('\n')) return undefined;
    // Where only a notice stood, this is what it was waiting for.
    if (before.length <= 1) {
      this.#next = 0;
      return this.more().join('\n');
    }
    const last = before.at(-1);
    const at = last === undefined ? -1 : now.lastIndexOf(last);
    if (before.length > 0 && at < 0) {
      this.#next = 0;
      return say('The text has changed: type more to read it.');
    }
    const added = now.slice(at + 1);
    if (added.length === 0) return undefined;
    this.#next = now.length;
    const left = added.length - pageLines;
    return [
      ...added.slice(-pageLines),
      ...(left > 0 ? [say('{count} lines before these.', { count: left })] : []),
    ].join('\n');
  }

  /** How the connection is, in words. */
  connection(now: number): string | undefined {
    const state = this.model.connection();
    if (!state) return undefined;
    const { text } = connectionText(state, now);
    return [text.replace(/^[^\p{L}]+/u, ''), ...(state.error ? [state.error.message] : [])].join('. ');
  }
}

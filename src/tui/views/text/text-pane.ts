import { textWidth } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import type { Move } from '../view-model.ts';
import { type Mark, paintedPart } from './ansi-runs.ts';
import { partAt, rowStarts } from './text-cells.ts';
import { findMatches, type Match, matchesIn, matchFrom, searchTitle } from './text-search.ts';

/** Styles one line of plain text; the result has the same width. */
export type LinePainter = (line: string, theme: Theme) => string;

/** A line with a look of its own. */
interface PaintedLine {
  text: string;
  paint: LinePainter;
}

export type TextLine = string | PaintedLine;

/** Stands at the right edge where a line goes on. */
const moreSign = '›';
/** Of a line longer than this only the beginning is painted, as far as it is seen. */
const paintedCharacters = 20_000;

const plainLine: LinePainter = (line, theme) => theme.paint('text', line);

/**
 * Lines to read, of which only those on the screen are wrapped, searched for marks and painted: scrolls
 * both ways, wraps, searches without hiding what is around a match.
 */
export class TextPane {
  #lines: readonly TextLine[] = [];
  #plain: readonly string[] = [];
  #paint: LinePainter = plainLine;
  #wrap = false;
  /** The first line on the screen, and, while lines are wrapped, which row of it. */
  #top = 0;
  #row = 0;
  #left = 0;
  #width = 80;
  #height = 20;
  #search = '';
  #matches: readonly Match[] = [];
  #match = -1;
  #starts = new Map<number, readonly number[]>();
  /** Lines that have just become what they are. */
  #changed: ReadonlySet<number> = new Set();

  get width(): number {
    return this.#width;
  }

  /** The text, as it stands: what is copied and saved. */
  get text(): string {
    return this.#plain.map((line) => `${line}\n`).join('');
  }

  get wraps(): boolean {
    return this.#wrap;
  }

  /** Other lines; the place stays, and the search goes on in them. */
  setLines(lines: readonly TextLine[], paint: LinePainter = plainLine): void {
    this.#lines = lines;
    this.#plain = lines.map((line) => (typeof line === 'string' ? line : line.text));
    this.#paint = paint;
    this.#starts.clear();
    this.#changed = new Set();
    const at = this.#matches[this.#match]?.line;
    this.#matches = findMatches(this.#plain, this.#search);
    this.#match = at === undefined ? -1 : matchFrom(this.#matches, at);
    this.#clamp();
  }

  /** Marks lines as just changed, until other lines are. */
  markChanged(lines: ReadonlySet<number>): void {
    this.#changed = lines;
  }

  get lines(): readonly string[] {
    return this.#plain;
  }

  setWrap(wrap: boolean): void {
    this.#wrap = wrap;
    this.#left = 0;
    this.#row = 0;
    this.#clamp();
  }

  /** @returns true where lines are to be laid out anew, because the width is another one */
  resize(width: number, height: number): boolean {
    const isWider = width !== this.#width;
    if (!isWider && height === this.#height) return false;
    this.#width = width;
    this.#height = height;
    if (isWider) {
      this.#starts.clear();
      this.#row = 0;
    }
    this.#clamp();
    return isWider;
  }

  #rowsOf(line: number): readonly number[] {
    if (!this.#wrap) return [0];
    const known = this.#starts.get(line);
    if (known) return known;
    const starts = rowStarts(this.#plain[line] ?? '', this.#width);
    this.#starts.set(line, starts);
    return starts;
  }

  /** Keeps the last line at the bottom of the screen or below it. */
  #clamp(): void {
    const last = this.#lastTop();
    this.#top = Math.max(0, this.#top);
    if (this.#top > last.line || (this.#top === last.line && this.#row > last.row)) this.#place(last);
  }

  #place({ line, row }: { line: number; row: number }): void {
    this.#top = line;
    this.#row = row;
  }

  /** The place from which the end of the text fills the screen. */
  #lastTop(): { line: number; row: number } {
    if (!this.#wrap) return { line: Math.max(0, this.#plain.length - this.#height), row: 0 };
    let left = this.#height;
    for (let line = this.#plain.length - 1; line >= 0; line--) {
      const rows = this.#rowsOf(line).length;
      if (rows >= left) return { line, row: rows - left };
      left -= rows;
    }
    return { line: 0, row: 0 };
  }

  #scroll(by: number): void {
    if (!this.#wrap) {
      this.#top += by;
      return;
    }
    let row = this.#row + by;
    let line = this.#top;
    while (row < 0 && line > 0) row += this.#rowsOf(--line).length;
    while (line < this.#plain.length - 1 && row >= this.#rowsOf(line).length) row -= this.#rowsOf(line++).length;
    this.#place({ line, row: Math.max(0, row) });
  }

  move(move: Move, steps = 1): void {
    const page = Math.max(1, this.#height - 1) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    if (move === 'top') this.#place({ line: 0, row: 0 });
    else if (move === 'bottom') this.#place(this.#lastTop());
    else if (move === 'left') this.#left = Math.max(0, this.#left - 8 * steps);
    else if (move === 'right') this.#left += this.#wrap ? 0 : 8 * steps;
    else this.#scroll(by[move] ?? 0);
    this.#clamp();
  }

  get search(): string {
    return this.#search;
  }

  /** The view goes to the first match at or below its top. */
  setSearch(text: string): void {
    this.#search = text;
    this.#matches = findMatches(this.#plain, text);
    this.#match = matchFrom(this.#matches, this.#top);
    this.#reveal();
  }

  /** @returns false where there is nothing to go to */
  nextMatch(step: 1 | -1): boolean {
    const count = this.#matches.length;
    if (count === 0) return false;
    this.#match = this.#match < 0 ? matchFrom(this.#matches, this.#top) : (this.#match + step + count) % count;
    this.#reveal();
    return true;
  }

  /** Brings the match that the search is at onto the screen. */
  #reveal(): void {
    const match = this.#matches[this.#match];
    if (!match) return;
    const { line, from, to } = match;
    if (this.#wrap) {
      const row = this.#rowsOf(line).findLastIndex((start) => start <= from);
      if (!this.#isOnScreen(line, row)) {
        this.#place({ line, row });
        this.#scroll(-Math.floor(this.#height / 3));
      }
    } else {
      if (line < this.#top || line >= this.#top + this.#height) this.#top = line - Math.floor(this.#height / 3);
      const text = this.#plain[line]!;
      const column = textWidth(text.slice(0, from));
      const end = column + textWidth(text.slice(from, to));
      if (column < this.#left || end >= this.#left + this.#width) {
        this.#left = end < this.#width ? 0 : Math.max(0, column - Math.floor(this.#width / 3));
      }
    }
    this.#clamp();
  }

  #isOnScreen(line: number, row: number): boolean {
    return this.#rows().some((one) => one.line === line && one.row === row);
  }

  /** Rows on the screen: a line, and which row of it. */
  #rows(): { line: number; row: number }[] {
    const rows: { line: number; row: number }[] = [];
    for (let line = this.#top, row = this.#row; line < this.#plain.length && rows.length < this.#height; line++) {
      for (const count = this.#rowsOf(line).length; row < count && rows.length < this.#height; row++)
        rows.push({ line, row });
      row = 0;
    }
    return rows;
  }

  /** `12/340`: the last line on the screen, of all. */
  count(): string {
    const last = this.#rows().at(-1);
    return `${last ? last.line + 1 : 0}/${this.#plain.length}`;
  }

  /** `/word (3/17)`; '' while nothing is searched. */
  searchTitle(): string {
    return searchTitle(this.#search, this.#matches, this.#match);
  }

  notes(): string[] {
    return [
      ...(this.#wrap ? [say('wrap')] : []),
      ...(this.#left > 0 ? [say('column {number}', { number: this.#left + 1 })] : []),
    ];
  }

  draw(theme: Theme): string[] {
    return this.#rows().map(({ line, row }) => this.#drawRow(line, row, theme));
  }

  #drawRow(line: number, row: number, theme: Theme): string {
    const text = this.#plain[line]!;
    if (this.#wrap) {
      const starts = this.#rowsOf(line);
      return this.#painted(line, starts[row]!, starts[row + 1] ?? text.length, theme);
    }
    let part = partAt(text, this.#left, this.#width);
    if (part.more) part = { ...partAt(text, this.#left, this.#width - 1), more: true };
    const shown = ' '.repeat(part.lead) + this.#painted(line, part.from, part.to, theme);
    return part.more ? shown + theme.paint('text.muted', moreSign) : shown;
  }

  #painted(line: number, from: number, to: number, theme: Theme): string {
    const one = this.#lines[line]!;
    const { text, paint } = typeof one === 'string' ? { text: one, paint: this.#paint } : one;
    const seen = text.length > paintedCharacters ? text.slice(0, to) : text;
    const current = this.#matches[this.#match];
    const marks: Mark[] = matchesIn(this.#matches, line).map((match) => ({
      from: match.from,
      to: match.to,
      open: theme.open(match === current ? 'button.focus' : 'search.match'),
    }));
    const painted = this.#changed.has(line) ? theme.paint('row.changed', seen) : paint(seen, theme);
    return paintedPart(painted, from, to, marks);
  }
}

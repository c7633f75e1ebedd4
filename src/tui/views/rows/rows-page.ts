import type { SourceState } from '../../../api/source.ts';
import { humanDuration } from '../../../lib/age.ts';
import { padText, truncateText } from '../../../lib/text-width.ts';
import { Observable } from '../../../store/observable.ts';
import type { Timing } from '../../../store/timing.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { AgeTicker } from '../age-ticker.ts';
import { errorLines, wrapWords } from '../error-lines.ts';
import { LiveLoader, type LiveText } from '../live-loader.ts';
import { paintedPart, runsOf } from '../text/ansi-runs.ts';
import { type Piece, paintPieces, piecesText } from '../text/pieces.ts';
import { searchHints } from '../text/search-hints.ts';
import { findMatches, type Match, matchFrom, searchTitle } from '../text/text-search.ts';
import type { ObjectRef, PageView } from '../view.ts';
import type { Move, ViewModel, ViewTitle } from '../view-model.ts';
import { type PageRow, type RowLine, rowLines, rowText } from './page-row.ts';

export interface RowsPageOptions {
  view: PageView;
  timing: Timing;
  load(past?: number): Promise<readonly PageRow[]>;
  /** It can tell how it was: `load` is asked for a moment, ms since 1970. */
  travels?: boolean;
  live?: LiveText;
  /** What stands there where there are no rows. */
  empty: string;
  /** The row that the cursor is on at first; default: the first one. */
  isFirst?(row: PageRow): boolean;
}

/** What stands before each row: the cursor. */
const gutter = 2;
const ageWidth = 6;

/** Rows to read and to go along, each about an object: a tree, a story, a chain of causes. */
export class RowsPage extends Observable<number> implements ViewModel {
  readonly view: PageView;
  /** Present where the page can tell how it was. */
  readonly travel?: (at: number | undefined) => void;
  readonly #options: RowsPageOptions;
  readonly #loader: LiveLoader<readonly PageRow[]>;
  readonly #ages: AgeTicker;
  #past: number | undefined;
  #rows: readonly PageRow[] = [];
  #at = 0;
  #top = 0;
  #height = 20;
  #laidOut: { width: number; rows: readonly PageRow[]; lines: readonly RowLine[] } | undefined;
  #isMoved = false;
  #search = '';
  #matches: readonly Match[] = [];
  #match = -1;

  constructor(options: RowsPageOptions) {
    super(0);
    this.view = { objects: true, ...options.view };
    this.#options = options;
    this.#ages = new AgeTicker(options.timing, () => this.#bump());
    this.#loader = new LiveLoader(
      () => options.load(this.#past),
      options.live,
      () => this.#onLoaded(),
    );
    if (options.travels) {
      this.travel = (at) => {
        if (at === this.#past) return;
        this.#past = at;
        void this.#loader.reload();
      };
    }
    this.#loader.start();
  }

  #bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  /** New rows: the cursor stays on what it is about, wherever that stands now. */
  #onLoaded(): void {
    const key = this.#rows[this.#at]?.key;
    this.#rows = this.#loader.value ?? this.#rows;
    const { isFirst = (row: PageRow) => row === this.#rows[0] } = this.#options;
    // Until somebody moves the cursor, it stands where it begins: what comes in is part of that.
    const at = this.#rows.findIndex((row) => (this.#isMoved ? row.key === key : isFirst(row)));
    this.#at = at >= 0 ? at : Math.max(0, Math.min(this.#at, this.#rows.length - 1));
    this.#find();
    this.#bump();
  }

  #find(): void {
    this.#matches = findMatches(this.#rows.map(rowText), this.#search);
    this.#match = matchFrom(this.#matches, this.#at);
  }

  move(move: Move, steps = 1): void {
    const page = Math.max(1, this.#height - 1) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    const goal = move === 'top' ? 0 : move === 'bottom' ? this.#rows.length - 1 : this.#at + (by[move] ?? 0);
    this.#goTo(Math.max(0, Math.min(goal, this.#rows.length - 1)));
  }

  click(line: number): void {
    const row = this.#laidOut?.lines[this.#top + line]?.row;
    if (row === undefined) return;
    this.#goTo(row);
  }

  filter(): string {
    return this.#search;
  }

  filterHints(): ReturnType<typeof searchHints> {
    return searchHints();
  }

  /** Searches; nothing is hidden, since what stands above a row says what the row is about. */
  setFilter(text: string): void {
    this.#search = text;
    this.#find();
    this.#goToMatch();
  }

  /** @returns false where nothing is found */
  nextMatch(step: 1 | -1): boolean {
    const count = this.#matches.length;
    if (count === 0) return false;
    this.#match = (this.#match + step + count) % count;
    this.#goToMatch();
    return true;
  }

  #goToMatch(): void {
    this.#goTo(this.#matches[this.#match]?.line ?? this.#at);
  }

  #goTo(row: number): void {
    this.#isMoved = true;
    this.#at = row;
    this.#bump();
  }

  /** The rows as plain text, for the clipboard and files. */
  text(): string {
    return this.#rows
      .map((row) => `${row.at === undefined ? '' : `${new Date(row.at).toISOString()} `}${rowText(row)}\n`)
      .join('');
  }

  target(): ObjectRef | undefined {
    return this.#rows[this.#at]?.ref;
  }

  title(): ViewTitle {
    const { value, error } = this.#loader;
    const failed = value !== undefined && error instanceof Error ? [error.message.split('\n')[0]!] : [];
    return {
      kind: this.view.page,
      scope: this.view.of ?? '',
      count: value === undefined ? '…' : String(this.#rows.length),
      filter: searchTitle(this.#search, this.#matches, this.#match),
      notes: [...this.#loader.notes(), ...failed],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const { value, error } = this.#loader;
    if (value === undefined) {
      if (error !== undefined) return errorLines(error, width, theme);
      return ['', `  ${theme.paint('text.muted', say('Loading…'))}`];
    }
    if (this.#rows.length === 0) {
      const words = wrapWords(this.#options.empty, Math.max(10, width - 4));
      return ['', ...words.map((line) => `  ${theme.paint('text.muted', line)}`)];
    }
    const hasAges = this.#rows.some((row) => row.at !== undefined);
    const before = gutter + (hasAges ? ageWidth : 0);
    const all = this.#layOut(width - before);
    this.#height = height;
    this.#reveal(all, height);
    const shown = all.slice(this.#top, this.#top + height);
    if (hasAges) this.#watchAges(shown);
    return shown.map((line, index) =>
      this.#drawLine(line, all[this.#top + index - 1]?.row !== line.row, width, hasAges, theme),
    );
  }

  #layOut(width: number): readonly RowLine[] {
    if (this.#laidOut?.width !== width || this.#laidOut.rows !== this.#rows) {
      const lines = this.#rows.flatMap((row, index) => rowLines(row, index, width));
      this.#laidOut = { width, rows: this.#rows, lines };
    }
    return this.#laidOut.lines;
  }

  /** Keeps all lines of the row under the cursor on the screen. */
  #reveal(all: readonly RowLine[], height: number): void {
    const first = all.findIndex(({ row }) => row === this.#at);
    const last = all.findLastIndex(({ row }) => row === this.#at);
    if (last >= this.#top + height) this.#top = last - height + 1;
    if (first < this.#top) this.#top = first;
    this.#top = Math.max(0, Math.min(this.#top, all.length - height));
  }

  #ageOf({ at }: PageRow): string {
    return at === undefined ? '' : humanDuration(Math.max(0, this.#options.timing.now() - at));
  }

  #drawLine({ row, pieces }: RowLine, isFirst: boolean, width: number, hasAges: boolean, theme: Theme): string {
    const selected = row === this.#at;
    const age: Piece[] = hasAges
      ? [['text.muted', padText(isFirst ? this.#ageOf(this.#rows[row]!) : '', ageWidth)]]
      : [];
    const all: Piece[] = [[undefined, selected && isFirst ? '> ' : '  '], ...age, ...pieces];
    if (selected && isFirst) {
      return theme.paint('row.selected', padText(truncateText(piecesText(all), width), width));
    }
    return this.#marked(paintPieces(all, width, theme), theme);
  }

  /** A line with what the search found painted over. */
  #marked(painted: string, theme: Theme): string {
    if (this.#search === '') return painted;
    const plain = runsOf(painted)
      .map(({ text }) => text)
      .join('');
    const open = theme.open('search.match');
    const marks = findMatches([plain], this.#search).map(({ from, to }) => ({ from, to, open }));
    return marks.length === 0 ? painted : paintedPart(painted, 0, plain.length, marks);
  }

  #watchAges(shown: readonly RowLine[]): void {
    const rows = [...new Set(shown.map(({ row }) => this.#rows[row]!))];
    const moments = rows.flatMap(({ at }) => (at === undefined ? [] : [at]));
    this.#ages.watch(moments, () => rows.map((row) => this.#ageOf(row)).join());
  }

  connection(): SourceState | undefined {
    return this.#loader.connection();
  }

  refresh(): void {
    this.#loader.refresh();
  }

  close(): void {
    this.#loader.close();
    this.#ages.stop();
  }
}

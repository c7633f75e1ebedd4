import type { SourceState } from '../../api/source.ts';
import { escapeTerminalLines } from '../../lib/escape.ts';
import { Observable } from '../../store/observable.ts';
import type { Theme } from '../../theme/theme.ts';
import { say } from '../words/say.ts';
import { errorLines } from './error-lines.ts';
import { LiveLoader, type LiveText } from './live-loader.ts';
import { changedLines } from './text/changed-lines.ts';
import { searchHints } from './text/search-hints.ts';
import { type LinePainter, type TextLine, TextPane } from './text/text-pane.ts';
import type { DocumentView, ObjectRef } from './view.ts';
import type { Move, ViewModel, ViewTitle } from './view-model.ts';

export interface DocumentOptions {
  view: DocumentView;
  target?: ObjectRef | undefined;
  /** Makes the text, or what lays it out for a width; called at once, on refresh, and when a toggle or what it shows changes. */
  load(toggles: Readonly<Record<string, boolean>>, past?: number): Promise<DocumentText>;
  /** It can tell how it was: `load` is asked for a moment, ms since 1970. */
  travels?: boolean;
  paint?: LinePainter;
  toggles?: Readonly<Record<string, boolean>>;
  /** Absent: the text stays as it was loaded until somebody refreshes it. */
  live?: LiveText;
  /** What the title says besides. */
  notes?(): readonly string[];
}

/** Text, or lines that are escaped already, or what lays either out for a width. */
export type DocumentText = string | readonly TextLine[] | ((width: number) => string | readonly TextLine[]);

/** How long lines that have changed look so, ms. */
const changedMs = 5000;

/** A text to read that keeps itself up to date: scrolls, wraps, searches without hiding what is around a match. */
export class DocumentModel extends Observable<number> implements ViewModel {
  readonly view: DocumentView;
  readonly #options: DocumentOptions;
  readonly #pane = new TextPane();
  readonly #loader: LiveLoader<DocumentText>;
  #toggles: Readonly<Record<string, boolean>>;
  /** Present where the text can tell how it was. */
  readonly travel?: (at: number | undefined) => void;
  #past: number | undefined;
  /** What the lines were made of. */
  #laidOut: DocumentText | undefined;
  #unmark: { cancel(): void } | undefined;

  constructor(options: DocumentOptions) {
    super(0);
    this.view = options.view;
    this.#options = options;
    this.#toggles = { ...options.toggles };
    const onLoaded = (isNews: boolean) => {
      // Lines of a large text are made once, not whenever the connection has something to say.
      if (this.#loader.value !== this.#laidOut) {
        const before = this.#pane.lines;
        this.#layOut();
        if (isNews) this.#markChanged(before);
      }
      this.#bump();
    };
    this.#loader = new LiveLoader(() => options.load(this.#toggles, this.#past), options.live, onLoaded);
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

  refresh(): void {
    this.#loader.refresh();
  }

  #layOut(): void {
    const { value } = this.#loader;
    this.#laidOut = value;
    if (value === undefined) return;
    const text = typeof value === 'function' ? value(this.#pane.width) : value;
    this.#pane.setLines(typeof text === 'string' ? linesOf(text) : text, this.#options.paint);
  }

  /** Shows for a while which lines have changed. */
  #markChanged(before: readonly string[]): void {
    const changed = changedLines(before, this.#pane.lines);
    if (changed.size === 0 || !this.#options.live) return;
    this.#pane.markChanged(changed);
    this.#unmark?.cancel();
    this.#unmark = this.#options.live.timing.after(changedMs, () => {
      this.#pane.markChanged(new Set());
      this.#bump();
    });
  }

  toggle(name: string): void {
    if (name === 'wrap') this.#pane.setWrap(!this.#pane.wraps);
    else {
      this.#toggles = { ...this.#toggles, [name]: !this.#toggles[name] };
      void this.#loader.reload();
    }
    this.#bump();
  }

  hasToggle(name: string): boolean {
    return name === 'wrap' || name in this.#toggles;
  }

  /** Undefined where the text does not follow anything. */
  get isLive(): boolean | undefined {
    return this.#loader.isLive;
  }

  /** Stops following what is shown, or takes it up again. */
  toggleLive(): void {
    this.#loader.toggle();
    this.#bump();
  }

  /** Columns that the text has. */
  protected get width(): number {
    return this.#pane.width;
  }

  /** The text as it is shown, for the clipboard and files. */
  text(): string {
    return this.#pane.text;
  }

  move(move: Move, steps = 1): void {
    this.#pane.move(move, steps);
    this.#bump();
  }

  filter(): string {
    return this.#pane.search;
  }

  filterHints(): ReturnType<typeof searchHints> {
    return searchHints();
  }

  /** Searches; the view goes to the first match at or below its top. */
  setFilter(text: string): void {
    this.#pane.setSearch(text);
    this.#bump();
  }

  /** @returns false where nothing is found */
  nextMatch(step: 1 | -1): boolean {
    const found = this.#pane.nextMatch(step);
    this.#bump();
    return found;
  }

  title(): ViewTitle {
    const { error, value } = this.#loader;
    return {
      kind: this.view.content,
      scope: this.view.of ?? '',
      count: value === undefined ? '…' : this.#pane.count(),
      filter: this.#pane.searchTitle(),
      notes: [
        ...this.#loader.notes(),
        ...(this.#options.notes?.() ?? []),
        ...(value !== undefined && error !== undefined ? [say('not refreshed: {why}', { why: reasonOf(error) })] : []),
        ...(this.isLive === false ? [say('standing still')] : []),
        ...Object.keys(this.#toggles)
          .filter((name) => this.#toggles[name])
          .map((name) => say(name)),
        ...this.#pane.notes(),
      ],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    const { error, value } = this.#loader;
    if (this.#pane.resize(width, height) && typeof value === 'function') this.#layOut();
    if (value !== undefined) return this.#pane.draw(theme);
    if (error !== undefined) return errorLines(error, width, theme);
    return ['', `  ${theme.paint('text.muted', say('Loading…'))}`];
  }

  connection(): SourceState | undefined {
    return this.#loader.connection();
  }

  target(): ObjectRef | undefined {
    return this.#options.target;
  }

  close(): void {
    this.#loader.close();
    this.#unmark?.cancel();
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

/** A text of a cluster as lines for a screen. */
export function linesOf(text: string): string[] {
  return escapeTerminalLines(text).replace(/\n$/, '').replaceAll('\t', '    ').split('\n');
}

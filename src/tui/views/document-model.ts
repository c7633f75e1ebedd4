import { escapeTerminalLines } from '../../lib/escape.ts';
import { textWidth } from '../../lib/text-width.ts';
import { Observable } from '../../store/observable.ts';
import type { Theme } from '../../theme/theme.ts';
import { errorLines } from './error-lines.ts';
import { searchExpression } from './row-filter.ts';
import { sliceText, wrapText } from './text-slice.ts';
import type { DocumentView, ObjectRef } from './view.ts';
import type { Move, ViewModel, ViewTitle } from './view-model.ts';

/** Styles one line of plain text; the result has the same width. */
type LinePainter = (line: string, theme: Theme) => string;

export interface DocumentOptions {
  view: DocumentView;
  target?: ObjectRef | undefined;
  /** Makes the text, or what lays it out for a width; called at once, on refresh and when a toggle changes. */
  load(toggles: Readonly<Record<string, boolean>>): Promise<DocumentText>;
  paint?: LinePainter;
  toggles?: Record<string, boolean>;
}

type DocumentText = string | ((width: number) => string);

/** Stands at the right edge where a line goes on. */
const moreSign = '›';

/** A text to read: scrolls both ways, wraps, searches without hiding what is around a match. */
export class DocumentModel extends Observable<number> implements ViewModel {
  readonly view: DocumentView;
  readonly #options: DocumentOptions;
  #toggles: Record<string, boolean>;
  #text: DocumentText | undefined;
  #lines: readonly string[] | undefined;
  #error: unknown;
  #wrap = false;
  #top = 0;
  #left = 0;
  #height = 20;
  #width = 80;
  #search = '';
  #match = -1;
  #generation = 0;
  #wrapped: { width: number; lines: readonly string[]; from: readonly string[] } | undefined;

  constructor(options: DocumentOptions) {
    super(0);
    this.view = options.view;
    this.#options = options;
    this.#toggles = { ...options.toggles };
    this.refresh();
  }

  #bump(): void {
    this.publish(this.getSnapshot() + 1);
  }

  refresh(): void {
    const generation = ++this.#generation;
    this.#options.load(this.#toggles).then(
      (text) => {
        if (generation !== this.#generation) return;
        this.#error = undefined;
        this.#text = text;
        this.#layOut();
        this.#bump();
      },
      (error: unknown) => {
        if (generation !== this.#generation) return;
        this.#error = error;
        this.#bump();
      },
    );
  }

  /** Makes lines of the text and keeps the place. */
  #layOut(): void {
    if (this.#text === undefined) return;
    const text = typeof this.#text === 'string' ? this.#text : this.#text(this.#width);
    this.#lines = escapeTerminalLines(text).replace(/\n$/, '').replaceAll('\t', '    ').split('\n');
    this.#clamp();
  }

  toggle(name: string): void {
    if (name === 'wrap') this.#wrap = !this.#wrap;
    else {
      this.#toggles = { ...this.#toggles, [name]: !this.#toggles[name] };
      this.refresh();
    }
    this.#left = 0;
    this.#clamp();
    this.#bump();
  }

  hasToggle(name: string): boolean {
    return name === 'wrap' || name in this.#toggles;
  }

  #shown(): readonly string[] {
    const lines = this.#lines ?? [];
    if (!this.#wrap) return lines;
    if (this.#wrapped?.width !== this.#width || this.#wrapped.from !== lines) {
      const wrapped = lines.flatMap((line) => wrapText(line, this.#width));
      this.#wrapped = { width: this.#width, lines: wrapped, from: lines };
    }
    return this.#wrapped.lines;
  }

  #clamp(): void {
    this.#top = Math.max(0, Math.min(this.#top, this.#shown().length - this.#height));
  }

  move(move: Move, steps = 1): void {
    const page = Math.max(1, this.#height - 1) * steps;
    const by: Partial<Record<Move, number>> = { up: -steps, down: steps, 'page-up': -page, 'page-down': page };
    if (move === 'top') this.#top = 0;
    else if (move === 'bottom') this.#top = Number.MAX_SAFE_INTEGER;
    else if (move === 'left') this.#left = Math.max(0, this.#left - 8 * steps);
    else if (move === 'right' && !this.#wrap) this.#left += 8 * steps;
    else this.#top += by[move] ?? 0;
    this.#clamp();
    this.#bump();
  }

  filter(): string {
    return this.#search;
  }

  /** Searches; the view goes to the first match at or below its top. */
  setFilter(text: string): void {
    this.#search = text;
    this.#match = -1;
    if (text !== '') this.#goToMatch(this.#top, 1);
    this.#bump();
  }

  nextMatch(step: 1 | -1): void {
    if (this.#search === '') return;
    this.#goToMatch((this.#match < 0 ? this.#top : this.#match) + step, step);
    this.#bump();
  }

  #goToMatch(from: number, step: 1 | -1): void {
    const lines = this.#shown();
    const expression = searchExpression(this.#search);
    for (let count = 0; count < lines.length; count++) {
      const index = (((from + step * count) % lines.length) + lines.length) % lines.length;
      if (!expression.test(lines[index]!)) continue;
      this.#match = index;
      if (index < this.#top || index >= this.#top + this.#height) this.#top = index - Math.floor(this.#height / 3);
      this.#clamp();
      return;
    }
    this.#match = -1;
  }

  title(): ViewTitle {
    const lines = this.#shown();
    const matches = this.#search ? lines.filter((line) => searchExpression(this.#search).test(line)).length : 0;
    const end = Math.min(lines.length, this.#top + this.#height);
    return {
      kind: this.view.content,
      scope: this.view.of ?? '',
      count: this.#lines ? `${end}/${lines.length}` : '…',
      filter: this.#search ? `/${this.#search} (${matches})` : '',
      notes: [
        ...(this.#wrap ? ['wrap'] : []),
        ...Object.keys(this.#toggles).filter((name) => this.#toggles[name]),
        ...(this.#left > 0 ? [`column ${this.#left + 1}`] : []),
      ],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    if (this.#height !== height || this.#width !== width) {
      const wider = this.#width !== width;
      this.#height = height;
      this.#width = width;
      if (wider && typeof this.#text === 'function') this.#layOut();
      this.#clamp();
    }
    if (this.#error !== undefined) return errorLines(this.#error, width, theme);
    if (!this.#lines) return ['', `  ${theme.paint('text.muted', 'Loading…')}`];
    const shown = this.#shown();
    const paint = this.#options.paint ?? plainLine;
    const expression = this.#search ? searchExpression(this.#search, 'giu') : undefined;
    return shown.slice(this.#top, this.#top + height).map((line) => {
      const whole = sliceText(line, this.#left, width + 1);
      const more = textWidth(whole) > width;
      const cut = more ? sliceText(whole, 0, width - 1) : whole;
      if (more) return this.#paintLine(cut, expression, paint, theme) + theme.paint('text.muted', moreSign);
      return this.#paintLine(cut, expression, paint, theme);
    });
  }

  #paintLine(line: string, expression: RegExp | undefined, paint: LinePainter, theme: Theme): string {
    return expression && line.search(expression) >= 0 ? highlight(line, expression, theme) : paint(line, theme);
  }

  connection(): undefined {
    return undefined;
  }

  target(): ObjectRef | undefined {
    return this.#options.target;
  }

  close(): void {
    this.#generation++;
  }
}

const plainLine: LinePainter = (line, theme) => theme.paint('text', line);

function highlight(line: string, expression: RegExp, theme: Theme): string {
  return line.replace(expression, (match) => (match === '' ? '' : theme.paint('search.match', match)));
}

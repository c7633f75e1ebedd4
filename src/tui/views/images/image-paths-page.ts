import { escapeTerminal } from '../../../lib/escape.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { padText, truncateText } from '../../../lib/text-width.ts';
import { inSlices } from '../../../oci/layers/in-slices.ts';
import { pathOf } from '../../../oci/layers/layer-tree.ts';
import { type PathFacts, type PathOrder, pathsOf, signsOf } from '../../../oci/layers/tree-paths.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ActionHost } from '../../actions/action.ts';
import { say } from '../../words/say.ts';
import { PageModel } from '../pages/page-model.ts';
import { quiet } from '../pages/tree-page.ts';
import { type Piece, paintPieces, piecesText } from '../text/pieces.ts';
import type { ObjectRef } from '../view.ts';
import type { Move, ViewTitle } from '../view-model.ts';
import { changeLooks } from './file-lines.ts';
import { FileStoryPage } from './file-story-page.ts';
import type { LayersPage } from './layers-page.ts';
import { ListCursor } from './list-cursor.ts';
import { pathPattern } from './path-pattern.ts';

const orders: readonly PathOrder[] = ['size', 'wasted', 'layers', 'path'];
const orderText: Readonly<Record<PathOrder, () => string>> = {
  size: () => say('largest first'),
  wasted: () => say('most wasted first'),
  layers: () => say('most layers first'),
  path: () => say('by name'),
};
const widths = { size: 9, wasted: 9, layers: 14 };
/** Layers of a path that are named one by one. */
const mostSigns = 4;

/** All files of all layers in one list, also those that a layer has removed: the largest, the most wasteful, or by name. */
export class ImagePathsPage extends PageModel {
  readonly #page: LayersPage;
  readonly #stopping = new AbortController();
  #all: readonly PathFacts[] | undefined;
  #rows: readonly PathFacts[] = [];
  #order: PathOrder = 'size';
  readonly #cursor = new ListCursor();

  constructor(page: LayersPage) {
    super({ type: 'page', page: 'image-paths', of: page.image });
    this.#page = page;
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      this.#all = await inSlices(pathsOf(this.#page.explorer!.tree, this.#order), this.#stopping.signal);
      this.filtered();
      this.bump();
    } catch (error) {
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  /** Another order: by size, waste, number of layers, name. */
  turn(): void {
    this.#order = orders[(orders.indexOf(this.#order) + 1) % orders.length]!;
    this.#cursor.go(0);
    void this.#load();
  }

  protected override filtered(): void {
    const matches = pathPattern(this.filter());
    const all = this.#all ?? [];
    this.#rows = matches ? all.filter(({ file }) => matches(`/${pathOf(file)}`)) : all;
    this.#cursor.fit(this.#rows.length);
  }

  filterHints(): ReturnType<LayersPage['filterHints']> {
    return this.#page.filterHints();
  }

  move(move: Move, steps = 1): void {
    this.#cursor.move(move, steps);
    this.bump();
  }

  click(line: number): void {
    const row = this.#cursor.rowAt(line - 1);
    if (row !== undefined) this.#cursor.go(row);
    this.bump();
  }

  /** The path under the cursor. */
  path(): string | undefined {
    const row = this.#rows[this.#cursor.index];
    return row && `/${pathOf(row.file)}`;
  }

  enter(host: ActionHost): void {
    const path = this.path();
    if (path !== undefined) host.push(new FileStoryPage(this.#page, path));
  }

  /** The page of the layers, where the path is last. */
  go(): void {
    const row = this.#rows[this.#cursor.index];
    const last = row?.file.versions.at(-1)?.layer;
    if (row && last !== undefined) this.#page.goTo(last, pathOf(row.file));
  }

  override target(): ObjectRef | undefined {
    return this.#page.target();
  }

  title(): ViewTitle {
    const [all, rows] = [this.#all?.length, this.#rows.length];
    return {
      kind: 'image-paths',
      scope: this.#page.image,
      count: all === undefined ? '…' : rows === all ? String(all) : `${rows}/${all}`,
      filter: this.filter(),
      notes: [orderText[this.#order]()],
    };
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    if (!this.#all) return quiet(say('Loading…'), width, theme);
    if (this.#rows.length === 0) {
      const filter = escapeTerminal(this.filter());
      return quiet(say('Nothing here matches the filter "{filter}". Esc clears the filter.', { filter }), width, theme);
    }
    this.#cursor.fit(this.#rows.length, height - 1);
    const { top, index: at } = this.#cursor;
    const header = `  ${padText(say('SIZE'), widths.size)}${padText(say('WASTED'), widths.wasted)}${padText(say('LAYERS'), widths.layers)}${say('PATH')}`;
    const rows = this.#rows.slice(top, top + this.#cursor.height).map((row, index) => {
      const isAt = top + index === at;
      const pieces: Piece[] = [[undefined, isAt ? '> ' : '  '], ...rowPieces(row)];
      if (isAt) return theme.paint('row.selected', padText(truncateText(piecesText(pieces), width), width));
      return paintPieces(pieces, width, theme);
    });
    return [theme.paint('table.header', truncateText(header, width)), ...rows];
  }

  /** `/var/cache/a.deb, 300kB, 300kB wasted, added by layer 1, removed by layer 3` */
  spoken(): { lines: readonly string[]; at: number } {
    const lines = this.#rows.map(({ file, size, wasted }) =>
      [
        `/${escapeTerminal(pathOf(file))}`,
        sizeText(size),
        ...(wasted > 0 ? [say('{size} wasted', { size: sizeText(wasted) })] : []),
        ...signsOf(file).map(({ change, layer }) => `${say(changeLooks[change].word)}: ${layer + 1}`),
      ].join(', '),
    );
    return { lines, at: this.#cursor.index };
  }

  /** Layers never change. */
  refresh(): void {}

  close(): void {
    this.#stopping.abort();
  }
}

function rowPieces({ file, size, wasted }: PathFacts): Piece[] {
  const signs = signsOf(file);
  const told = signs.slice(0, mostSigns).map(({ change, layer }) => `${changeLooks[change].sign}${layer + 1}`);
  const text = [...told, ...(signs.length > mostSigns ? ['…'] : [])].join(' ');
  const isGone = signs.at(-1)?.change === 'removed';
  return [
    ['text', padText(sizeText(size), widths.size)],
    [wasted > 0 ? 'status.warn' : 'text.muted', padText(wasted > 0 ? sizeText(wasted) : '-', widths.wasted)],
    ['text.muted', padText(text, widths.layers)],
    [isGone ? 'status.error' : 'text', `/${pathOf(file)}`],
  ];
}

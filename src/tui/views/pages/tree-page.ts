import { escapeTerminal } from '../../../lib/escape.ts';
import { padText, textWidth, truncateText } from '../../../lib/text-width.ts';
import type { Theme } from '../../../theme/theme.ts';
import { say } from '../../words/say.ts';
import { wrapWords } from '../error-lines.ts';
import { stepOf } from '../step-of.ts';
import { branchHints } from '../text/search-hints.ts';
import type { ObjectRef } from '../view.ts';
import type { Move } from '../view-model.ts';
import { PageModel } from './page-model.ts';
import { countNodes, type TreeNode, type TreeRow, treeRows, wordTest } from './tree-rows.ts';

/** Cells before a row: the cursor, and a space. */
const gutter = 2;

/** A tree with a cursor that stays on its node: folds, filters, and has objects under its cursor. */
export abstract class TreePage extends PageModel {
  #roots: readonly TreeNode[] = [];
  #count: number | undefined;
  #rows: readonly TreeRow[] | undefined;
  readonly #folds = new Map<string, boolean>();
  #cursor: { key: string | undefined; index: number } = { key: undefined, index: 0 };
  #top = 0;
  #height = 20;
  #lines: { from: readonly TreeRow[]; look: string; lines: readonly string[] } | undefined;

  /** Whether keys go to the tree, so that its cursor is to be seen. */
  protected hasCursor(): boolean {
    return true;
  }

  /** What stands in place of the tree while there is none. */
  protected abstract notice(width: number, theme: Theme): readonly string[];

  /** All nodes, folded or not; never asked of a tree that makes its parts as they are looked at. */
  protected count(): number {
    this.#count ??= countNodes(this.#roots);
    return this.#count;
  }

  /** Another tree; the cursor stays on its node, folds stay as they are. */
  protected setRoots(roots: readonly TreeNode[]): void {
    this.#roots = roots;
    this.#count = undefined;
    this.#rows = undefined;
    this.#place();
    this.bump();
  }

  filterHints(): ReturnType<typeof branchHints> {
    return branchHints();
  }

  protected override filtered(): void {
    this.#rows = undefined;
    this.#place();
  }

  protected rows(): readonly TreeRow[] {
    this.#rows ??= treeRows(this.#roots, { folds: this.#folds, matches: wordTest(this.filter()) });
    return this.#rows;
  }

  spoken(): { lines: readonly string[]; at: number } {
    const rows = this.rows();
    const current = this.current();
    return { lines: rows.map(spokenRow), at: current ? rows.indexOf(current) : -1 };
  }

  protected current(): TreeRow | undefined {
    return this.rows()[this.#cursor.index];
  }

  /** Puts the cursor where its node is now, else where it was. */
  #place(): void {
    const rows = this.rows();
    const { key, index } = this.#cursor;
    const found = key === undefined ? -1 : rows.findIndex(({ node }) => node.key === key);
    this.#go(found >= 0 ? found : Math.min(index, rows.length - 1));
  }

  #go(index: number): void {
    const rows = this.rows();
    const at = Math.max(0, Math.min(index, rows.length - 1));
    this.#cursor = { key: rows[at]?.node.key, index: at };
    if (at < this.#top) this.#top = at;
    if (at >= this.#top + this.#height) this.#top = at - this.#height + 1;
    this.#top = Math.max(0, Math.min(this.#top, rows.length - this.#height));
  }

  override target(): ObjectRef | undefined {
    return this.current()?.node.ref;
  }

  move(move: Move, steps = 1): void {
    const step = stepOf(move, steps, { height: this.#height, count: this.rows().length });
    if (step !== undefined) this.#go(this.#cursor.index + step);
    else if (move === 'left') this.#left();
    else this.#right();
    this.bump();
  }

  /** Folds; what is folded or has no parts leads to what it hangs on. */
  #left(): void {
    const row = this.current();
    if (!row) return;
    if (row.hasChildren && !row.isFolded) this.#fold(row, true);
    else {
      const above = this.rows()
        .slice(0, this.#cursor.index)
        .findLastIndex(({ depth }) => depth < row.depth);
      if (above >= 0) this.#go(above);
    }
  }

  #right(): void {
    const row = this.current();
    if (!row?.hasChildren) return;
    if (row.isFolded) this.#fold(row, false);
    else this.#go(this.#cursor.index + 1);
  }

  /** Unfolds what leads to a node, and goes there: as far as there are such keys. */
  protected reveal(keys: readonly string[]): void {
    for (const key of keys) {
      const at = this.rows().findIndex(({ node }) => node.key === key);
      if (at < 0) break;
      this.#folds.set(key, false);
      this.#rows = undefined;
      this.#go(at);
    }
    // What hangs on it is seen as well.
    this.#top = Math.max(0, this.#cursor.index - Math.floor(this.#height / 3));
    this.#go(this.#cursor.index);
    this.bump();
  }

  #fold({ node }: TreeRow, folded: boolean): void {
    this.#folds.set(node.key, folded);
    this.#rows = undefined;
    this.#place();
  }

  toggleFold(): void {
    const row = this.current();
    if (row?.hasChildren) this.#fold(row, !row.isFolded);
    this.bump();
  }

  /** Folds everything, or unfolds it where all is folded. */
  foldAll(): void {
    const isFolded = this.rows().every((row) => !row.hasChildren || row.isFolded);
    const visit = (nodes: readonly TreeNode[]) => {
      for (const { key, children } of nodes) {
        if (!children || children.length === 0) continue;
        this.#folds.set(key, !isFolded);
        visit(children);
      }
    };
    visit(this.#roots);
    this.#rows = undefined;
    this.#place();
    this.bump();
  }

  click(line: number, column: number): void {
    const row = this.rows()[this.#top + line];
    if (!row) return;
    this.#go(this.#top + line);
    if (row.hasChildren && column >= gutter && column < gutter + textWidth(row.branch) + 2) this.toggleFold();
    else this.bump();
  }

  lines(width: number, height: number, theme: Theme): readonly string[] {
    if (this.#height !== height) {
      this.#height = Math.max(1, height);
      this.#go(this.#cursor.index);
    }
    const rows = this.rows();
    if (rows.length === 0) return this.#nothing(width, theme);
    const look = [theme.name, width, height, this.#top, this.#cursor.index, this.hasCursor()].join();
    if (this.#lines?.from !== rows || this.#lines.look !== look) {
      const lines = rows.slice(this.#top, this.#top + height).map((row, index) => {
        const isSelected = this.hasCursor() && this.#top + index === this.#cursor.index;
        return treeLine(row, isSelected, width, theme);
      });
      this.#lines = { from: rows, look, lines };
    }
    return this.#lines.lines;
  }

  #nothing(width: number, theme: Theme): readonly string[] {
    if (this.#roots.length === 0) return this.notice(width, theme);
    const filter = escapeTerminal(this.filter());
    return quiet(say('Nothing here matches the filter "{filter}". Esc clears the filter.', { filter }), width, theme);
  }
}

/** A quiet paragraph in an empty body. */
export function quiet(text: string, width: number, theme: Theme): string[] {
  return ['', ...wrapWords(text, width - 4).map((line) => `  ${theme.paint('text.muted', line)}`)];
}

const signWords: Readonly<Record<string, string>> = { x: 'broken', '!': 'needs a look', '~': 'on its way' };

/** `pod web-0, Pending 0/1, on its way, level 3, folded` */
function spokenRow({ node, depth, isFolded }: TreeRow): string {
  const { lead = '', label, sign = ' ', note = '' } = node;
  const word = signWords[sign];
  const parts = [
    `${lead} ${label}`.trim(),
    note,
    word ? say(word) : sign.replace(/[^\p{L}*]/gu, ''),
    ...(depth > 0 ? [say('level {depth}', { depth: depth + 1 })] : []),
    ...(isFolded ? [say('folded')] : []),
  ];
  return escapeTerminal(parts.filter((part) => part !== '').join(', '));
}

/** One node as one styled line. */
function treeLine(
  { node, branch, isFolded, hasChildren }: TreeRow,
  isSelected: boolean,
  width: number,
  theme: Theme,
): string {
  const { lead = '', sign = ' ', token = 'text', note = '', noteToken = 'text.muted' } = node;
  const fold = hasChildren ? (isFolded ? '▸ ' : '▾ ') : '  ';
  const head = escapeTerminal(lead);
  const label = escapeTerminal(node.label);
  const tail = escapeTerminal(note);
  const pieces: [Parameters<Theme['paint']>[0], string][] = [
    ['text', isSelected ? '> ' : '  '],
    ['border', branch + fold],
    [token, sign === ' ' ? '' : `${sign} `],
    ['text.muted', head === '' ? '' : `${head} `],
    [token, label],
    [noteToken, tail === '' ? '' : `  ${tail}`],
  ];
  if (isSelected) {
    const plain = pieces.map(([, text]) => text).join('');
    return theme.paint('row.selected', padText(truncateText(plain, width), width));
  }
  let left = width;
  let line = '';
  for (const [style, text] of pieces) {
    if (left <= 0) break;
    const cut = truncateText(text, left);
    line += theme.paint(style, cut);
    left -= textWidth(cut);
  }
  return line;
}

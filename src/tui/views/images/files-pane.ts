import { padText, truncateText } from '../../../lib/text-width.ts';
import { type LayerTree, pathOf, type TreeChange, type TreeFile } from '../../../oci/layers/layer-tree.ts';
import { type LookChoice, type LookRow, TreeLook } from '../../../oci/layers/tree-look.ts';
import type { Theme } from '../../../theme/theme.ts';
import { type Piece, paintPieces, piecesText } from '../text/pieces.ts';
import type { Move } from '../view-model.ts';
import { branchesOf, fileRowPieces, spokenFile } from './file-lines.ts';
import { type FileToggle, togglesOf } from './file-toggles.ts';
import { Folds } from './folds.ts';
import { ListCursor } from './list-cursor.ts';
import { nextChange } from './next-change.ts';
import { pathPattern } from './path-pattern.ts';

/** So many changes are seen at once; where there are more, folders stay shut until somebody opens them. */
const openChanges = 200;

/** The file tree of an image at one of its layers, with a cursor that stays on its path. */
export class FilesPane {
  #tree: LayerTree | undefined;
  #look: TreeLook | undefined;
  #rows: readonly LookRow[] = [];
  #branches: readonly string[] = [];
  readonly #folds = new Folds();
  #hidden: ReadonlySet<TreeChange> = new Set();
  #matches: ((path: string) => boolean) | undefined;
  readonly #cursor = new ListCursor();
  /** Of the row under the cursor. */
  #path = '';
  #isMoved = false;
  #width = 80;
  #found: number | undefined;
  #isBySize = false;
  #choice: LookChoice | undefined;
  #changes: { of: LookChoice; files: readonly TreeFile[] } | undefined;
  /** Permissions, owners and sizes before the names. */
  attributes = true;

  /** Shows another layer, or the tree after more was read. Nothing happens where it is the same. */
  show(tree: LayerTree, layer: number, base: number): void {
    if (this.#tree === tree && this.#look?.layer === layer && this.#look.base === base) return;
    this.#tree = tree;
    this.#look = new TreeLook(tree.root, layer, base);
    this.#changes = undefined;
    this.#make();
  }

  hide(): void {
    this.#tree = undefined;
    this.#look = undefined;
    this.#changes = undefined;
    this.#rows = [];
  }

  get look(): TreeLook | undefined {
    return this.#look;
  }

  /** Paths that filter and toggles let through; undefined where they let all. */
  get found(): number | undefined {
    return this.#found;
  }

  get at(): number {
    return this.#cursor.index;
  }

  current(): LookRow | undefined {
    return this.#rows[this.#cursor.index];
  }

  isHidden(toggle: FileToggle): boolean {
    return togglesOf[toggle].every((change) => this.#hidden.has(change));
  }

  toggle(toggle: FileToggle): void {
    const isHidden = this.isHidden(toggle);
    const hidden = new Set(this.#hidden);
    for (const change of togglesOf[toggle]) {
      if (isHidden) hidden.delete(change);
      else hidden.add(change);
    }
    this.#hidden = hidden;
    this.#make();
  }

  /** Only what has changed, or all of it. */
  toggleChanged(): void {
    const isOn = this.#hidden.has('unmodified') && this.#hidden.size === 1;
    this.#hidden = new Set(isOn ? [] : ['unmodified']);
    this.#make();
  }

  /** Takes the toggles back. */
  showAll(): void {
    this.#hidden = new Set();
    this.#make();
  }

  filter(text: string): void {
    this.#matches = pathPattern(text);
    this.#make();
  }

  get isBySize(): boolean {
    return this.#isBySize;
  }

  /** The largest of each folder first, or all by name. */
  toggleBySize(): void {
    this.#isBySize = !this.#isBySize;
    this.#make();
  }

  #make(): void {
    const look = this.#look;
    if (!look) return;
    const { added, modified, same, removed } = look.counts;
    const isOpen = this.#matches !== undefined || added + modified + same + removed <= openChanges;
    const choice: LookChoice = {
      hidden: this.#hidden,
      matches: this.#matches,
      folds: this.#folds.in(this.#tree!),
      isFolded: (seen) => !(isOpen && (seen.change !== 'unmodified' || this.#matches)),
      isBySize: this.#isBySize,
    };
    const { rows, found } = look.rows(choice);
    this.#rows = rows;
    this.#found = found;
    this.#choice = choice;
    this.#branches = branchesOf(this.#rows);
    // Until somebody moves the cursor, it stands at the first row of each layer.
    const here = this.#tree!.find(this.#path);
    const at = this.#isMoved ? this.#rows.findIndex(({ file }) => file === here) : 0;
    this.#cursor.fit(rows.length);
    this.#go(at >= 0 ? at : this.#cursor.index);
  }

  #go(index: number): void {
    this.#cursor.go(index);
    this.#keepPath();
  }

  #keepPath(): void {
    const row = this.current();
    if (row) this.#path = pathOf(row.file);
  }

  move(move: Move, steps: number): void {
    this.#isMoved = true;
    if (this.#cursor.move(move, steps)) this.#keepPath();
    else if (move === 'left') this.#left();
    else this.#right();
  }

  #left(): void {
    const row = this.current();
    if (!row) return;
    if (row.isFolder && !row.isFolded) {
      this.fold();
      return;
    }
    const above = this.#rows.slice(0, this.#cursor.index).findLastIndex(({ depth }) => depth < row.depth);
    if (above >= 0) this.#go(above);
  }

  #right(): void {
    const row = this.current();
    if (!row?.isFolder) return;
    if (row.isFolded) this.fold();
    else this.#go(this.#cursor.index + 1);
  }

  /** Goes to a path, with all that leads to it unfolded. @returns false where it is not shown */
  goTo(path: string): boolean {
    const file = this.#tree?.find(path);
    if (!file?.parent) return false;
    this.#folds.leadTo(file);
    this.#make();
    const index = this.#rows.findIndex((row) => row.file === file);
    this.#isMoved = true;
    this.#go(index >= 0 ? index : this.#cursor.index);
    return index >= 0;
  }

  /** The next thing that has changed, or the one before, also where folders hide it. @returns false where there is none */
  goToChange(step: 1 | -1): boolean {
    const choice = this.#choice;
    if (!this.#look || !choice || !this.current()) return false;
    // Folds change nothing of what has changed.
    const isKnown =
      this.#changes?.of.hidden === choice.hidden &&
      this.#changes.of.matches === choice.matches &&
      this.#changes.of.isBySize === choice.isBySize;
    if (!isKnown) this.#changes = { of: choice, files: this.#look.changes(choice) };
    const next = nextChange(this.#changes!.files, this.#rows, this.#cursor.index, step);
    return next !== undefined && this.goTo(pathOf(next));
  }

  /** Folds the folder under the cursor, or unfolds it. */
  fold(): void {
    const row = this.current();
    if (!row?.isFolder) return;
    this.#folds.set(row.file, !row.isFolded);
    this.#make();
  }

  /** Folds every folder that is shown; where all are folded, unfolds them. */
  foldAll(): void {
    this.#folds.turnAll(this.#rows);
    this.#make();
  }

  /** A click on what stands before the name folds. */
  click(line: number, column: number): void {
    const index = this.#cursor.rowAt(line);
    if (index === undefined) return;
    this.#isMoved = true;
    this.#go(index);
    if (column < piecesText(this.#parts(index).before).length) this.fold();
  }

  lines(width: number, height: number, isFocused: boolean, theme: Theme): string[] {
    this.#width = width;
    this.#cursor.fit(this.#rows.length, height);
    const { top } = this.#cursor;
    return this.#rows.slice(top, top + height).map((_, index) => {
      const at = top + index;
      const isAt = at === this.#cursor.index;
      const { before, after } = this.#parts(at);
      const pieces: Piece[] = [[undefined, isAt ? '> ' : '  '], ...before, ...after];
      if (isAt && isFocused)
        return theme.paint('row.selected', padText(truncateText(piecesText(pieces), width), width));
      return paintPieces(pieces, width, theme);
    });
  }

  #parts(index: number): { before: Piece[]; after: Piece[] } {
    const look = { attributes: this.attributes, width: this.#width };
    return fileRowPieces(this.#rows[index]!, this.#branches[index]!, look);
  }

  spoken(): string[] {
    return this.#rows.map((row) => spokenFile(row, this.attributes));
  }
}

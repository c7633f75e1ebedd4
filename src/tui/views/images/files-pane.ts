import { padText, truncateText } from '../../../lib/text-width.ts';
import { type LayerTree, pathOf, type TreeChange, type TreeFile } from '../../../oci/layers/layer-tree.ts';
import { type LookChoice, type LookRow, TreeLook } from '../../../oci/layers/tree-look.ts';
import type { Theme } from '../../../theme/theme.ts';
import { type Piece, paintPieces, piecesText } from '../text/pieces.ts';
import type { Move } from '../view-model.ts';
import { branchesOf, fileRowPieces, spokenFile } from './file-lines.ts';
import { nextChange } from './next-change.ts';
import { pathPattern } from './path-pattern.ts';

/** So many changes are seen at once; where there are more, folders stay shut until somebody opens them. */
const openChanges = 200;

/** What the toggles hide: what is written again is modified to who looks for changes. */
const togglesOf: Readonly<Record<string, readonly TreeChange[]>> = {
  added: ['added'],
  modified: ['modified', 'same'],
  removed: ['removed'],
  unmodified: ['unmodified'],
};

export type FileToggle = 'added' | 'modified' | 'removed' | 'unmodified';

/** The file tree of an image at one of its layers, with a cursor that stays on its path. */
export class FilesPane {
  #tree: LayerTree | undefined;
  #look: TreeLook | undefined;
  #rows: readonly LookRow[] = [];
  #branches: readonly string[] = [];
  #paths = new Map<string, boolean>();
  #hidden: ReadonlySet<TreeChange> = new Set();
  #matches: ((path: string) => boolean) | undefined;
  #cursor = { path: '', index: 0 };
  #isMoved = false;
  #top = 0;
  #height = 20;
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

  get rows(): readonly LookRow[] {
    return this.#rows;
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
    return togglesOf[toggle]!.every((change) => this.#hidden.has(change));
  }

  toggle(toggle: FileToggle): void {
    const isHidden = this.isHidden(toggle);
    const hidden = new Set(this.#hidden);
    for (const change of togglesOf[toggle]!) {
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
    const folds = new Map<TreeFile, boolean>();
    for (const [path, folded] of this.#paths) {
      const file = this.#tree!.find(path);
      if (file) folds.set(file, folded);
    }
    const choice: LookChoice = {
      hidden: this.#hidden,
      matches: this.#matches,
      folds,
      isFolded: (seen) => !(isOpen && (seen.change !== 'unmodified' || this.#matches)),
      isBySize: this.#isBySize,
    };
    const { rows, found } = look.rows(choice);
    this.#rows = rows;
    this.#found = found;
    this.#choice = choice;
    this.#branches = branchesOf(this.#rows);
    // Until somebody moves the cursor, it stands at the first row of each layer.
    const { path, index } = this.#cursor;
    const here = this.#tree!.find(path);
    const at = this.#isMoved ? this.#rows.findIndex(({ file }) => file === here) : 0;
    this.#go(at >= 0 ? at : index);
  }

  #go(index: number): void {
    const at = Math.max(0, Math.min(index, this.#rows.length - 1));
    const row = this.#rows[at];
    this.#cursor = { path: row ? pathOf(row.file) : this.#cursor.path, index: at };
    this.#scroll();
  }

  #scroll(): void {
    const { index } = this.#cursor;
    if (index < this.#top) this.#top = index;
    if (index >= this.#top + this.#height) this.#top = index - this.#height + 1;
    this.#top = Math.max(0, Math.min(this.#top, this.#rows.length - this.#height));
  }

  move(move: Move, steps: number): void {
    this.#isMoved = true;
    const { index } = this.#cursor;
    const page = Math.max(1, this.#height - 1) * steps;
    const goals: Partial<Record<Move, number>> = {
      up: index - steps,
      down: index + steps,
      'page-up': index - page,
      'page-down': index + page,
      top: 0,
      bottom: Number.MAX_SAFE_INTEGER,
    };
    const goal = goals[move];
    if (goal !== undefined) this.#go(goal);
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
    for (let above = file.parent; above?.parent; above = above.parent) this.#paths.set(pathOf(above), false);
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
    this.#paths.set(pathOf(row.file), !row.isFolded);
    this.#make();
  }

  /** Folds every folder that is shown; where all are folded, unfolds them. */
  foldAll(): void {
    const folders = this.#rows.filter(({ isFolder }) => isFolder);
    const isFolded = folders.every((row) => row.isFolded);
    if (isFolded) {
      this.#paths.clear();
      for (const { file } of folders) this.#unfold(file);
    } else for (const { file } of folders) this.#paths.set(pathOf(file), true);
    this.#make();
  }

  #unfold(file: TreeFile): void {
    if (!file.children) return;
    this.#paths.set(pathOf(file), false);
    for (const child of file.children.values()) this.#unfold(child);
  }

  /** A click on what stands before the name folds. */
  click(line: number, column: number): void {
    const index = this.#top + line;
    if (!this.#rows[index] || line >= this.#height) return;
    this.#isMoved = true;
    this.#go(index);
    if (column < piecesText(this.#parts(index).before).length) this.fold();
  }

  lines(width: number, height: number, isFocused: boolean, theme: Theme): string[] {
    this.#width = width;
    if (this.#height !== height) {
      this.#height = Math.max(1, height);
      this.#scroll();
    }
    return this.#rows.slice(this.#top, this.#top + height).map((_, index) => {
      const at = this.#top + index;
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

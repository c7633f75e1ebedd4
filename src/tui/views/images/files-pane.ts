import { escapeTerminal } from '../../../lib/escape.ts';
import { sizeText } from '../../../lib/size-text.ts';
import { padText, truncateText } from '../../../lib/text-width.ts';
import type { LayerTree, TreeChange, TreeFile } from '../../../oci/layers/layer-tree.ts';
import { pathOf } from '../../../oci/layers/layer-tree.ts';
import { permissionText } from '../../../oci/layers/permission-text.ts';
import { type LookRow, TreeLook } from '../../../oci/layers/tree-look.ts';
import type { Theme } from '../../../theme/theme.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say } from '../../words/say.ts';
import { type Piece, paintPieces, piecesText } from '../text/pieces.ts';
import type { Move } from '../view-model.ts';

/** So many changes are seen at once; where there are more, folders stay shut until somebody opens them. */
const openChanges = 200;

/** A sign and a colour for each change, so that neither is alone. */
export const changeLooks: Readonly<Record<TreeChange, { sign: string; token: ThemeToken; word: string }>> = {
  added: { sign: '+', token: 'status.ok', word: 'added' },
  modified: { sign: '~', token: 'status.warn', word: 'modified' },
  same: { sign: '=', token: 'status.progress', word: 'rewritten' },
  removed: { sign: '-', token: 'status.error', word: 'removed' },
  unmodified: { sign: ' ', token: 'text', word: 'unmodified' },
};

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
  #hidden = new Set<TreeChange>();
  #matches: ((path: string) => boolean) | undefined;
  #cursor = { path: '', index: 0 };
  #isMoved = false;
  #top = 0;
  #height = 20;
  /** Permissions, owners and sizes before the names. */
  attributes = true;

  /** Shows another layer, or the tree after more was read. Nothing happens where it is the same. */
  show(tree: LayerTree, layer: number, base: number): void {
    if (this.#tree === tree && this.#look?.layer === layer && this.#look.base === base) return;
    this.#tree = tree;
    this.#look = new TreeLook(tree.root, layer, base);
    this.#make();
  }

  hide(): void {
    this.#tree = undefined;
    this.#look = undefined;
    this.#rows = [];
  }

  get look(): TreeLook | undefined {
    return this.#look;
  }

  get rows(): readonly LookRow[] {
    return this.#rows;
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
    for (const change of togglesOf[toggle]!) {
      if (isHidden) this.#hidden.delete(change);
      else this.#hidden.add(change);
    }
    this.#make();
  }

  /** Only what has changed, or all of it. */
  toggleChanged(): void {
    const isOn = this.#hidden.has('unmodified') && this.#hidden.size === 1;
    this.#hidden = new Set(isOn ? [] : ['unmodified']);
    this.#make();
  }

  /** @param text an expression, or what is looked for literally where it is none; capitals count where there are some */
  filter(text: string): void {
    const flags = text === text.toLowerCase() ? 'iu' : 'u';
    let expression: RegExp | undefined;
    try {
      expression = text === '' ? undefined : new RegExp(text, flags);
    } catch {
      expression = new RegExp(text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), flags);
    }
    this.#matches = expression && ((path) => expression.test(path));
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
    this.#rows = look.rows({
      hidden: this.#hidden,
      matches: this.#matches,
      folds,
      isFolded: (seen) => !(isOpen && (seen.change !== 'unmodified' || this.#matches)),
    });
    this.#branches = branchesOf(this.#rows);
    // Until somebody moves the cursor, it stands at the first row of each layer.
    const { path, index } = this.#cursor;
    const here = this.#tree!.find(path);
    const found = this.#isMoved ? this.#rows.findIndex(({ file }) => file === here) : 0;
    this.#go(found >= 0 ? found : index);
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

  /** @returns true where the click was on the sign of a folder */
  click(line: number, column: number): void {
    const index = this.#top + line;
    if (!this.#rows[index]) return;
    this.#go(index);
    const { before } = this.#parts(index);
    if (column >= piecesText(before).length) return;
    this.fold();
  }

  lines(width: number, height: number, isFocused: boolean, theme: Theme): string[] {
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
    const row = this.#rows[index]!;
    const { sign, token } = changeLooks[row.change];
    const { entry, file } = row;
    const fold = row.isFolder ? (row.isFolded ? '▸ ' : '▾ ') : '  ';
    const attributes: Piece[] = this.attributes
      ? [['text.muted', `${attributeText(row)} ${padText(sizeText(row.size).padStart(7), 8)}`]]
      : [];
    const before: Piece[] = [...attributes, [token, `${sign} `], ['border', this.#branches[index]! + fold]];
    const link = entry?.link ? ` ${entry.kind === 'symlink' ? '->' : '='} ${entry.link}` : '';
    return {
      before,
      after: [
        [token, `${file.name}${row.isFolder ? '/' : ''}`],
        ['text.muted', link],
      ],
    };
  }

  /** `added file /etc/passwd, 1.2kB, rw-r--r--, owner 0:0` */
  spoken(): string[] {
    return this.#rows.map((row) => {
      const { word } = changeLooks[row.change];
      const kind = row.isFolder ? say('folder') : say('file');
      const rest = this.attributes ? [attributeText(row).replace(/ +/g, ' ').trim()] : [];
      const parts = [`${say(word)} ${kind} /${escapeTerminal(pathOf(row.file))}`, sizeText(row.size), ...rest];
      return [...parts, ...(row.isFolded ? [say('folded')] : [])].join(', ');
    });
  }
}

const letters: Readonly<Record<string, string>> = { directory: 'd', symlink: 'l', device: 'c', fifo: 'p' };

function attributeText({ entry }: LookRow): string {
  if (!entry) return `d?????????${' '.repeat(12)}`;
  return `${letters[entry.kind] ?? '-'}${permissionText(entry.mode)} ${padText(`${entry.uid}:${entry.gid}`, 11)}`;
}

/** The lines that lead to each row. */
function branchesOf(rows: readonly LookRow[]): string[] {
  const open: boolean[] = [];
  return rows.map(({ depth, isLast }) => {
    open.length = depth;
    const lead = open
      .slice(1)
      .map((goesOn) => (goesOn ? '│  ' : '   '))
      .join('');
    open[depth] = !isLast;
    return depth === 0 ? '' : `${lead}${isLast ? '└─ ' : '├─ '}`;
  });
}

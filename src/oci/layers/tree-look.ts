import { type SeenFile, seenAt, type TreeChange, type TreeFile } from './layer-tree.ts';

/** A folder with all that is below it. */
export interface FolderSums {
  /** Bytes of the files that are seen there. */
  size: number;
  /** Whether anything below it is not as it was. */
  isChanged: boolean;
}

/** A path that is shown. */
export interface LookRow extends SeenFile {
  file: TreeFile;
  /** 0 for what is at the root. */
  depth: number;
  isFolded: boolean;
  /** Of a folder: of all that is seen below it. */
  size: number;
  /** Whether it is the last one of its folder: for the branches before it. */
  isLast: boolean;
}

export interface LookChoice {
  /** Changes that are left out; a folder stays for what is in it. */
  hidden: ReadonlySet<TreeChange>;
  /** Told paths such as `/usr/bin/env`; absent: all are wanted. */
  matches?: ((path: string) => boolean) | undefined;
  /** Folders that the user has folded (true) or unfolded. */
  folds: ReadonlyMap<TreeFile, boolean>;
  /** How folders are that nobody has touched. */
  isFolded(seen: SeenFile, sums: FolderSums, depth: number): boolean;
  /** The largest of each folder first; else by name. */
  isBySize?: boolean;
}

/** What is shown, and how many paths of all are what was looked for. */
export interface LookRows {
  rows: LookRow[];
  /** Undefined where all are shown. */
  found: number | undefined;
}

/** The file system at one layer against another one. */
export class TreeLook {
  readonly layer: number;
  readonly base: number;
  /** What has changed since `base`, folders not counted. */
  readonly counts: Record<TreeChange, number> = { added: 0, modified: 0, same: 0, removed: 0, unmodified: 0 };
  readonly #root: TreeFile;
  readonly #sums = new Map<TreeFile, FolderSums>();

  /** @param base the layer that it is compared with; -1: with nothing. Walks the whole tree once: about 30 ms for 100,000 paths. */
  constructor(root: TreeFile, layer: number, base: number) {
    this.#root = root;
    this.layer = layer;
    this.base = base;
    this.#sum(root);
  }

  see(file: TreeFile): SeenFile | undefined {
    const seen = seenAt(file, this.layer, this.base);
    if (!seen?.isFolder || seen.change !== 'unmodified') return seen;
    return this.#sums.get(file)?.isChanged ? { ...seen, change: 'modified' } : seen;
  }

  sums(file: TreeFile): FolderSums | undefined {
    return this.#sums.get(file);
  }

  #sum(folder: TreeFile): FolderSums {
    const sums: FolderSums = { size: 0, isChanged: false };
    for (const file of folder.children?.values() ?? []) {
      const seen = seenAt(file, this.layer, this.base);
      if (!seen) continue;
      if (seen.change !== 'unmodified') sums.isChanged = true;
      if (!seen.isFolder) {
        this.counts[seen.change]++;
        if (seen.change !== 'removed') sums.size += seen.entry?.size ?? 0;
      }
      if (!file.children) continue;
      const below = this.#sum(file);
      sums.size += below.size;
      sums.isChanged ||= below.isChanged;
    }
    this.#sums.set(folder, sums);
    return sums;
  }

  /** Bytes of all files that are seen. */
  get size(): number {
    return this.#sums.get(this.#root)?.size ?? 0;
  }

  #sizeOf(file: TreeFile): number {
    return this.#sums.get(file)?.size || (seenAt(file, this.layer, this.base)?.entry?.size ?? 0);
  }

  /** What is shown, folders before what is in them. */
  rows(choice: LookChoice): LookRows {
    const rows: LookRow[] = [];
    const { passing, found } = this.#passing(choice);
    const add = (folder: TreeFile, depth: number): void => {
      const shown = [...(folder.children?.values() ?? [])].filter((file) => !passing || passing.has(file));
      shown.sort(byName);
      if (choice.isBySize) {
        const sizes = new Map(shown.map((file) => [file, this.#sizeOf(file)]));
        shown.sort((a, b) => sizes.get(b)! - sizes.get(a)!);
      }
      let last: LookRow | undefined;
      for (const file of shown) {
        const seen = this.see(file);
        if (!seen) continue;
        const sums = this.#sums.get(file) ?? { size: 0, isChanged: false };
        const isFolded = seen.isFolder && (choice.folds.get(file) ?? choice.isFolded(seen, sums, depth));
        const size = seen.isFolder ? sums.size : (seen.entry?.size ?? 0);
        last = { ...seen, file, depth, isFolded, size, isLast: false };
        rows.push(last);
        if (seen.isFolder && !isFolded) add(file, depth + 1);
      }
      if (last) last.isLast = true;
    };
    add(this.#root, 0);
    return { rows, found };
  }

  /**
   * What has changed, in the order of `rows` with all folders open: of folders that came or went as a whole only
   * themselves.
   */
  changes(choice: LookChoice): TreeFile[] {
    const open = this.rows({ ...choice, folds: new Map(), isFolded: () => false }).rows;
    const whole = (file: TreeFile): boolean => {
      const { parent } = file;
      const seen = parent?.parent ? seenAt(parent, this.layer, this.base) : undefined;
      return seen?.change === 'added' || seen?.change === 'removed';
    };
    return open.flatMap(({ file }) => {
      const change = seenAt(file, this.layer, this.base)?.change ?? 'unmodified';
      return change === 'unmodified' || choice.hidden.has(change) || whole(file) ? [] : [file];
    });
  }

  /** What is wanted, or leads to it; undefined where all is. */
  #passing({ hidden, matches }: LookChoice): { passing: ReadonlySet<TreeFile> | undefined; found: number | undefined } {
    if (hidden.size === 0 && !matches) return { passing: undefined, found: undefined };
    const passing = new Set<TreeFile>();
    let found = 0;
    const visit = (folder: TreeFile, path: string): boolean => {
      let any = false;
      for (const file of folder.children?.values() ?? []) {
        // By what it is itself: a folder whose files alone have changed is there for them.
        const seen = seenAt(file, this.layer, this.base);
        if (!seen) continue;
        const own = `${path}/${file.name}`;
        let passes = !hidden.has(seen.change) && (matches?.(own) ?? true);
        if (passes) found++;
        if (file.children && visit(file, own)) passes = true;
        if (passes) {
          passing.add(file);
          any = true;
        }
      }
      return any;
    };
    visit(this.#root, '');
    return { passing, found };
  }
}

const byName = (a: TreeFile, b: TreeFile): number => (a.name < b.name ? -1 : 1);

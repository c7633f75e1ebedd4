import { atOnce } from './layers/in-slices.ts';
import type { LayerEntry } from './read-layer.ts';

/** What one layer does to the ones below it; paths sorted. */
export interface LayerChanges {
  added: string[];
  changed: string[];
  removed: string[];
  /** Written again as they were: they take room and change nothing. */
  same: string[];
  /** Files of lower layers that cannot be seen any more. */
  hidden: HiddenFile[];
}

/** A file that stands in a layer and that a later layer has put away or written again. */
interface HiddenFile {
  path: string;
  size: number;
  /** Number of the layer in which it stands, the lowest is 0. */
  layer: number;
}

/** What is seen at a path. */
export interface UnionEntry {
  entry: LayerEntry;
  /** Number of the layer that it comes from. */
  layer: number;
  /** Of a hard link: the file whose content it shares, also where another one is seen under that file's name by now. */
  content?: UnionEntry;
}

interface Node {
  /** Undefined for a folder that no layer names but that has something in it. */
  seen: UnionEntry | undefined;
  /** Undefined while there are none: most paths are files. */
  children: Map<string, Node> | undefined;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * The file system that layers make when laid on one another (image-spec layer.md). A whiteout hides
 * what lower layers have, never a sibling of its own layer, so whiteouts are applied first.
 */
export class LayerUnion {
  readonly #root: Node = { seen: undefined, children: undefined };
  readonly #keepWhiteouts: boolean;
  #layers = 0;
  /** The folder in which the last entry was placed: those of a folder come one after the other. */
  #last: { path: string; node: Node } | undefined;

  /** @param options `keepWhiteouts` for one layer by itself: whiteouts are files like others then */
  constructor({ keepWhiteouts = false } = {}) {
    this.#keepWhiteouts = keepWhiteouts;
  }

  /** Lays the next layer on top. */
  add(entries: readonly LayerEntry[]): LayerChanges {
    return atOnce(this.adding(entries));
  }

  /** The same in steps, for `inSlices`: nothing may be asked before the last one. */
  *adding(entries: readonly LayerEntry[]): Generator<void, LayerChanges> {
    const layer = this.#layers++;
    this.#last = undefined;
    const removed = new Map<string, UnionEntry>();
    for (const entry of entries) {
      yield;
      this.#whiteOut(entry.path, removed);
    }
    const changes: LayerChanges = { added: [], changed: [], removed: [], same: [], hidden: [] };
    for (const entry of entries) {
      yield;
      if (this.#keepWhiteouts || !isWhiteout(entry.path)) this.#place({ entry, layer }, removed, changes);
    }
    for (const [path, seen] of removed) {
      changes.removed.push(path);
      hide(seen, changes);
    }
    for (const list of [changes.added, changes.changed, changes.removed, changes.same]) list.sort();
    return changes;
  }

  /** What is seen at a path, links not followed; undefined where nothing is or only a folder that no layer names. */
  at(path: string): UnionEntry | undefined {
    return this.#find(path)?.seen;
  }

  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /** Names in a folder, sorted; undefined where there is no such path. */
  names(path: string): string[] | undefined {
    const node = this.#find(path);
    return node && [...(node.children?.keys() ?? [])].sort();
  }

  /** All that is seen at and below a path, folders before what is in them. */
  *below(path = ''): Generator<UnionEntry> {
    const node = this.#find(path);
    if (node) yield* walk(node);
  }

  /** Bytes of all files at and below a path. */
  sizeOf(path: string): number {
    let sum = 0;
    for (const { entry } of this.below(path)) sum += entry.size;
    return sum;
  }

  #whiteOut(path: string, removed: Map<string, UnionEntry>): void {
    const { folder, name } = split(path);
    if (!name.startsWith(WHITEOUT)) return;
    const parent = this.#find(folder);
    if (!parent?.children) return;
    const names = name === OPAQUE ? [...parent.children.keys()] : [name.slice(WHITEOUT.length)];
    for (const hidden of names) {
      const node = parent.children.get(hidden);
      if (!node) continue;
      for (const seen of walk(node)) removed.set(seen.entry.path, seen);
      parent.children.delete(hidden);
    }
  }

  #place(placed: UnionEntry, removed: Map<string, UnionEntry>, changes: LayerChanges): void {
    const { entry } = placed;
    const { folder, name } = split(entry.path);
    let last = this.#last;
    if (last?.path !== folder) last = { path: folder, node: this.#make(folder, changes) };
    this.#last = last;
    const parent = last.node;
    if (entry.kind === 'hardlink') {
      const target = this.at(entry.link);
      if (target) placed.content = target.content ?? target;
    }
    parent.children ??= new Map();
    const below = parent.children.get(name);
    const before = below?.seen ?? removed.get(entry.path);
    removed.delete(entry.path);
    if (!before) changes.added.push(entry.path);
    else {
      hide(before, changes);
      const kept = isKeptFolder(before.entry, entry);
      if (!kept) changes[isSame(before.entry, entry) ? 'same' : 'changed'].push(entry.path);
    }
    if (below && entry.kind === 'directory') below.seen = placed;
    else {
      // Anything that is no folder takes the place of a folder and of all that was in it.
      for (const child of below?.children?.values() ?? [])
        for (const seen of walk(child)) removed.set(seen.entry.path, seen);
      if (below) this.#last = undefined;
      parent.children.set(name, { seen: placed, children: undefined });
    }
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of parts(path)) node = node?.children?.get(part);
    return node;
  }

  /** A folder that the layer does not name but puts something into; a link or a file in its place goes, as in an overlay. */
  #make(path: string, changes: LayerChanges): Node {
    let node = this.#root;
    for (const part of parts(path)) {
      node.children ??= new Map();
      let next = node.children.get(part);
      if (next?.seen && next.seen.entry.kind !== 'directory') {
        changes.changed.push(next.seen.entry.path);
        hide(next.seen, changes);
        next.seen = undefined;
      }
      if (!next) {
        next = { seen: undefined, children: undefined };
        node.children.set(part, next);
      }
      node = next;
    }
    return node;
  }
}

function hide({ entry, layer }: UnionEntry, changes: LayerChanges): void {
  if (entry.kind === 'file') changes.hidden.push({ path: entry.path, size: entry.size, layer });
}

/** Layers name the folders of what they hold: a folder whose time alone is another one is no change. */
function isKeptFolder(a: LayerEntry, b: LayerEntry): boolean {
  return a.kind === 'directory' && b.kind === 'directory' && sameAttributes(a, b);
}

/** Whether one is the other written again, whenever that was. */
export function isSame(a: LayerEntry, b: LayerEntry): boolean {
  return a.kind === b.kind && a.size === b.size && a.hash === b.hash && a.link === b.link && sameAttributes(a, b);
}

export function sameAttributes(a: LayerEntry, b: LayerEntry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.capability === b.capability;
}

function* walk(node: Node): Generator<UnionEntry> {
  if (node.seen) yield node.seen;
  for (const child of node.children?.values() ?? []) yield* walk(child);
}

export function isWhiteout(path: string): boolean {
  return split(path).name.startsWith(WHITEOUT);
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { folder: '', name: path } : { folder: path.slice(0, slash), name: path.slice(slash + 1) };
}

const parts = (path: string): string[] => (path === '' ? [] : path.split('/'));

import type { LayerEntry } from './read-layer.ts';

/** What one layer does to the ones below it; paths sorted. */
export interface LayerChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

interface Node {
  /** Undefined for a folder that no layer names but that has something in it. */
  entry: LayerEntry | undefined;
  children: Map<string, Node>;
}

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/**
 * The file system that layers make when laid on one another (image-spec layer.md). A whiteout hides
 * what lower layers have, never a sibling of its own layer, so whiteouts are applied first.
 */
export class LayerUnion {
  readonly #root: Node = { entry: undefined, children: new Map() };

  /** Lays the next layer on top. */
  add(entries: readonly LayerEntry[]): LayerChanges {
    const removed = new Map<string, LayerEntry>();
    for (const entry of entries) this.#whiteOut(entry.path, removed);
    const changes: LayerChanges = { added: [], changed: [], removed: [] };
    for (const entry of entries) {
      if (!isWhiteout(entry.path)) this.#place(entry, removed, changes);
    }
    changes.removed = [...removed.keys()];
    for (const list of Object.values(changes)) list.sort();
    return changes;
  }

  #whiteOut(path: string, removed: Map<string, LayerEntry>): void {
    const { folder, name } = split(path);
    if (!name.startsWith(WHITEOUT)) return;
    const parent = this.#find(folder);
    if (!parent) return;
    const names = name === OPAQUE ? [...parent.children.keys()] : [name.slice(WHITEOUT.length)];
    for (const hidden of names) {
      const node = parent.children.get(hidden);
      if (!node) continue;
      collect(node, join(folder, hidden), removed);
      parent.children.delete(hidden);
    }
  }

  #place(entry: LayerEntry, removed: Map<string, LayerEntry>, changes: LayerChanges): void {
    const { folder, name } = split(entry.path);
    const parent = this.#make(folder);
    const below = parent.children.get(name);
    const before = below?.entry ?? removed.get(entry.path);
    removed.delete(entry.path);
    if (!before) changes.added.push(entry.path);
    else if (!(before.isDirectory && entry.isDirectory && sameAttributes(before, entry)))
      changes.changed.push(entry.path);
    if (below && entry.isDirectory) below.entry = entry;
    else {
      // Anything that is no folder takes the place of a folder and of all that was in it.
      for (const [child, node] of below?.children ?? []) collect(node, join(entry.path, child), removed);
      parent.children.set(name, { entry, children: new Map() });
    }
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const part of parts(path)) node = node?.children.get(part);
    return node;
  }

  #make(path: string): Node {
    let node = this.#root;
    for (const part of parts(path)) {
      let next = node.children.get(part);
      if (!next) {
        next = { entry: undefined, children: new Map() };
        node.children.set(part, next);
      }
      node = next;
    }
    return node;
  }
}

/** Attributes that make a folder another one; its time changes with every file put into it. */
function sameAttributes(a: LayerEntry, b: LayerEntry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

function collect(node: Node, path: string, into: Map<string, LayerEntry>): void {
  if (node.entry) into.set(path, node.entry);
  for (const [name, child] of node.children) collect(child, join(path, name), into);
}

function isWhiteout(path: string): boolean {
  return split(path).name.startsWith(WHITEOUT);
}

function split(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? { folder: '', name: path } : { folder: path.slice(0, slash), name: path.slice(slash + 1) };
}

const parts = (path: string): string[] => (path === '' ? [] : path.split('/'));
const join = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);

import { KctlError } from '../../lib/errors.ts';
import { isSame, isWhiteout, sameAttributes } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';

/** What stands at a path from a layer on: an entry, a folder that no layer names, or nothing any more. */
type Version = { layer: number; entry: LayerEntry | 'folder' | 'gone' };

/** A path of an image with all that its layers have done to it. */
export interface TreeFile {
  name: string;
  /** Undefined for the root. */
  parent: TreeFile | undefined;
  /** Lowest layer first. */
  versions: readonly Version[];
  /** Undefined where nothing was ever below it. */
  children: Map<string, TreeFile> | undefined;
}

/** `same`: written again as it was, which takes room and changes nothing. */
export type TreeChange = 'added' | 'modified' | 'same' | 'removed' | 'unmodified';

const none: readonly Version[] = [];
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
/** Folders in folders: as many as a path of Linux has room for (PATH_MAX). */
const MOST_FOLDERS = 2048;

/**
 * All paths of an image's layers in one tree that knows what each layer has done to each, so that the file system at
 * any layer, and against any other one, is seen without reading again. Same rules as `LayerUnion`.
 */
export class LayerTree {
  readonly root: TreeFile = { name: '', parent: undefined, versions: none, children: undefined };
  /** The folder in which the last entry was placed: those of a folder come one after the other. */
  #last: { path: string; file: TreeFile } | undefined;

  /**
   * Lays the next layer on top: layers come lowest first.
   * @param isAlone layers below it are not known: what its whiteouts remove is shown by their names
   * @returns steps for `inSlices`
   * @throws KctlError `input` for a path in more folders than any system takes
   */
  *add(layer: number, entries: readonly LayerEntry[], isAlone = false): Generator<void> {
    for (const { path } of entries) {
      yield;
      if (isWhiteout(path)) yield* this.#whiteOut(path, layer, isAlone);
    }
    this.#last = undefined;
    for (const entry of entries) {
      yield;
      if (isWhiteout(entry.path)) continue;
      const { parent, name } = this.#place(entry.path, layer);
      const file = childOf(parent, name);
      const isFolder = entry.kind === 'directory';
      if (!isFolder && file.children) {
        for (const child of file.children.values()) yield* remove(child, layer);
        this.#last = undefined;
      }
      set(file, layer, entry);
    }
  }

  /** What is at a path, links not followed; undefined where nothing ever was. */
  find(path: string): TreeFile | undefined {
    let file: TreeFile | undefined = this.root;
    for (const part of path.split('/')) if (part !== '') file = file?.children?.get(part);
    return file;
  }

  *#whiteOut(path: string, layer: number, isAlone: boolean): Generator<void> {
    const slash = path.lastIndexOf('/');
    const name = path.slice(slash + 1);
    const folder = path.slice(0, Math.max(0, slash));
    const parent = isAlone && name !== OPAQUE ? this.#folder(folder, layer) : this.find(folder);
    if (!parent) return;
    if (name === OPAQUE) {
      for (const child of parent.children?.values() ?? []) yield* remove(child, layer);
      return;
    }
    const removed = name.slice(WHITEOUT.length);
    const file = parent.children?.get(removed);
    if (file) yield* remove(file, layer);
    else if (isAlone && removed !== '' && !name.startsWith('.wh..wh.')) set(childOf(parent, removed), layer, 'gone');
  }

  #place(path: string, layer: number): { parent: TreeFile; name: string } {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(0, slash));
    let last = this.#last;
    if (last?.path !== folder) last = { path: folder, file: this.#folder(folder, layer) };
    this.#last = last;
    return { parent: last.file, name: path.slice(slash + 1) };
  }

  /** A folder, which the layer may not name but puts something into. */
  #folder(path: string, layer: number): TreeFile {
    let file = this.root;
    const parts = path.split('/');
    if (parts.length > MOST_FOLDERS) {
      throw new KctlError('input', `a path of the image is ${parts.length} folders deep, which no system takes`);
    }
    for (const part of parts) {
      if (part === '') continue;
      file = childOf(file, part);
      const now = file.versions.at(-1)?.entry;
      if (now !== 'folder' && (now === undefined || now === 'gone' || now.kind !== 'directory')) {
        set(file, layer, 'folder');
      }
    }
    return file;
  }
}

function childOf(parent: TreeFile, name: string): TreeFile {
  parent.children ??= new Map();
  let file = parent.children.get(name);
  if (!file) {
    file = { name, parent, versions: none, children: undefined };
    parent.children.set(name, file);
  }
  return file;
}

function set(file: TreeFile, layer: number, entry: Version['entry']): void {
  const last = file.versions.at(-1);
  if (last?.layer === layer) last.entry = entry;
  // Most paths have one: pushed or spread into a list that was empty, it would take the room of seventeen.
  else file.versions = file.versions.length === 0 ? [{ layer, entry }] : file.versions.concat({ layer, entry });
}

/** Takes away a path and what is below it, of which nothing is seen any more. */
function* remove(file: TreeFile, layer: number): Generator<void> {
  yield;
  const now = file.versions.at(-1)?.entry;
  if (now === undefined || now === 'gone') return;
  set(file, layer, 'gone');
  for (const child of file.children?.values() ?? []) yield* remove(child, layer);
}

/** What stands at a path when all layers up to and with `layer` are laid on one another. */
function versionAt({ versions }: TreeFile, layer: number): Version | undefined {
  for (let at = versions.length - 1; at >= 0; at--) if (versions[at]!.layer <= layer) return versions[at];
  return undefined;
}

/** A path as it is seen at a layer. */
export interface SeenFile {
  change: TreeChange;
  isFolder: boolean;
  /** Undefined for a folder that no layer names. What is removed is as it was. */
  entry: LayerEntry | undefined;
  /** The layer that it comes from, or that removed it. */
  layer: number;
}

/**
 * How a path is at `layer`, and what has become of it since `base`, the lowest being 0 and -1 before all of them;
 * undefined where it is at neither.
 */
export function seenAt(file: TreeFile, layer: number, base: number): SeenFile | undefined {
  const now = versionAt(file, layer);
  const before = versionAt(file, base);
  const was = before && before.entry !== 'gone' ? before : undefined;
  if (!now || now.entry === 'gone') {
    // Where layers below are not known, a whiteout is all that is known of what it removes.
    const removed = was ?? (now && file.versions[0] === now && now.layer > base ? now : undefined);
    if (!removed) return undefined;
    const entry = typeof removed.entry === 'string' ? undefined : removed.entry;
    const isFolder = removed.entry === 'folder' || entry?.kind === 'directory';
    return { change: 'removed', isFolder, entry, layer: now?.layer ?? removed.layer };
  }
  const entry = now.entry === 'folder' ? undefined : now.entry;
  const isFolder = entry === undefined || entry.kind === 'directory';
  return { change: was ? changeOf(was, now) : 'added', isFolder, entry, layer: now.layer };
}

function changeOf(was: Version, now: Version): TreeChange {
  if (was === now) return 'unmodified';
  const [a, b] = [was.entry, now.entry];
  if (typeof a === 'string' || typeof b === 'string') {
    const isFolder = (entry: Version['entry']) => typeof entry === 'string' || entry.kind === 'directory';
    return isFolder(a) && isFolder(b) ? 'unmodified' : 'modified';
  }
  // Layers name the folders of what they hold: a folder whose time alone is another one is no change.
  if (a.kind === 'directory' && b.kind === 'directory') return sameAttributes(a, b) ? 'unmodified' : 'modified';
  return isSame(a, b) ? 'same' : 'modified';
}

/** The path below the root: `usr/bin/env`. */
export function pathOf(file: TreeFile): string {
  const parts: string[] = [];
  for (let at: TreeFile | undefined = file; at?.parent; at = at.parent) parts.push(at.name);
  return parts.reverse().join('/');
}

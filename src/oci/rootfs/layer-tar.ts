import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { KctlError } from '../../lib/errors.ts';
import type { LayerUnion } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';
import type { ImageStore } from '../store/types.ts';
import { folderOf, hiddenBy, isMark, type LayerList, OPAQUE } from './layer-list.ts';
import { readEntries, type TarEntry } from './tar/read-entries.ts';
import { TarWriter } from './tar/write-entries.ts';

/** How a layer is laid out on disk. */
export interface LayerForm {
  /**
   * The attribute that marks an opaque folder for overlay mounts (kernel, overlayfs.rst); undefined: the layer is
   * unpacked over those below, from which what it hides was removed before.
   */
  opaque: 'trusted.overlay.opaque' | 'user.overlay.opaque' | undefined;
  /** Devices can be made. */
  hasDevices: boolean;
}

interface Parts {
  store: ImageStore;
  /** The layer, and those below it, lowest first. */
  digest: string;
  lowers: readonly string[];
  list: LayerList;
  below: LayerUnion;
  /** The root folder as the layers below have it. */
  root: LayerEntry | undefined;
  form: LayerForm;
}

/**
 * A checked layer as the tar that is unpacked: with all folders, whiteouts in the form that the file system knows, and
 * without attributes that mean something to it.
 */
export function layerTar(parts: Parts): Readable {
  const tar = new TarWriter();
  new LayerTar(parts, tar).write().then(
    () => tar.end(),
    (error) => tar.fail(error as Error),
  );
  return tar.bytes;
}

/** What has to go from the layers below before a layer is unpacked over them. */
export function removedBy({ entries }: LayerList, below: LayerUnion): string[] {
  const removed: string[] = [];
  for (const { path, kind } of entries) {
    if (path === OPAQUE || path.endsWith(`/${OPAQUE}`)) {
      const folder = folderOf(path);
      for (const name of below.names(folder) ?? []) removed.push(folder === '' ? name : `${folder}/${name}`);
      continue;
    }
    const hidden = hiddenBy(path);
    if (hidden !== undefined) {
      if (below.has(hidden)) removed.push(hidden);
      continue;
    }
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const there = below.at(path.slice(0, at));
      if (there && there.entry.kind !== 'directory') removed.push(path.slice(0, at));
    }
    if (below.has(path) && !(kind === 'directory' && isFolder(below, path))) removed.push(path);
  }
  return [...new Set(removed)];
}

class LayerTar {
  readonly #parts: Parts;
  readonly #tar: TarWriter;
  readonly #own: ReadonlyMap<string, LayerEntry>;
  readonly #opaque: ReadonlySet<string>;
  readonly #written = new Set<string>();

  constructor(parts: Parts, tar: TarWriter) {
    this.#parts = parts;
    this.#tar = tar;
    this.#own = new Map(parts.list.entries.map((entry) => [entry.path, entry]));
    this.#opaque = new Set(parts.form.opaque ? opaqueFolders(parts.list, this.#own) : []);
  }

  async write(): Promise<void> {
    const { store, digest, form, list, root } = this.#parts;
    // Overlays show the root of the topmost layer.
    if (!list.root) await this.#tar.add(this.#folder('', root));
    await readEntries(store.plain(digest), `layer ${digest}`, async (entry, content) => {
      if (isMark(entry.path)) return;
      if (entry.kind === 'device' && (!form.hasDevices || isWhiteoutDevice(entry))) return;
      await this.#folders(folderOf(entry.path));
      if (entry.kind === 'hardlink') await this.#bringUp(entry.link);
      this.#written.add(entry.path);
      await this.#tar.add(this.#kept(entry), content);
    });
    if (form.opaque) await this.#whiteouts();
  }

  /** Folders that the layer does not have but puts something into: as they are below. */
  async #folders(path: string): Promise<void> {
    if (path === '' || this.#written.has(path) || this.#own.has(path)) return;
    await this.#folders(folderOf(path));
    this.#written.add(path);
    await this.#tar.add(this.#folder(path, this.#parts.below.at(path)?.entry));
  }

  #folder(path: string, below: LayerEntry | undefined): TarEntry {
    const { mode, uid, gid, mtime } = below?.kind === 'directory' ? below : { mode: 0o755, uid: 0, gid: 0, mtime: 0 };
    return this.#kept({
      ...{ path, kind: 'directory', size: 0, mode, uid, gid, mtime: Math.floor(mtime / 1000), link: '' },
      ...{ device: undefined, attributes: new Map() },
    });
  }

  /** A hard link to a file of a lower layer: both names are in this layer then. */
  async #bringUp(path: string): Promise<void> {
    if (this.#own.has(path) || this.#written.has(path) || this.#parts.form.opaque === undefined) return;
    const { store, lowers, below } = this.#parts;
    await this.#folders(folderOf(path));
    this.#written.add(path);
    const seen = below.at(path)!;
    const { layer, entry: wanted } = seen.content ?? seen;
    const digest = lowers[layer]!;
    let isFound = false;
    await readEntries(store.plain(digest), `layer ${digest}`, async (entry, content) => {
      if (entry.path !== wanted.path || isFound) return;
      isFound = true;
      // Held whole: the tar that is written has one entry at a time, and so has the one that is read.
      await this.#tar.add(this.#kept({ ...entry, path }), await buffer(content));
    });
    if (!isFound) throw new KctlError('input', `layer ${digest} lacks ${wanted.path}`);
  }

  async #whiteouts(): Promise<void> {
    const { list, below } = this.#parts;
    // The root itself cannot be marked opaque for a mount.
    const inRoot = this.#own.has(OPAQUE) ? (below.names('') ?? []) : [];
    for (const hidden of [...inRoot, ...list.entries.map(({ path }) => hiddenBy(path))]) {
      // What the layer has under that name hides it as well.
      if (hidden === undefined || this.#own.has(hidden) || this.#written.has(hidden)) continue;
      this.#written.add(hidden);
      if (!below.has(hidden)) continue;
      await this.#folders(folderOf(hidden));
      await this.#tar.add({
        ...{ path: hidden, kind: 'device', size: 0, mode: 0, uid: 0, gid: 0, mtime: 0, link: '' },
        ...{ device: { isBlock: false, major: 0, minor: 0 }, attributes: new Map() },
      });
    }
    for (const folder of this.#opaque) await this.#folders(folder);
  }

  #kept(entry: TarEntry): TarEntry {
    const attributes = new Map([...entry.attributes].filter(([name]) => isKeptAttribute(name)));
    const { opaque } = this.#parts.form;
    if (opaque && entry.kind === 'directory' && this.#opaque.has(entry.path)) attributes.set(opaque, Buffer.from('y'));
    return { ...entry, attributes };
  }
}

/** Marked so, or hidden and made again by the same layer. */
function opaqueFolders({ entries }: LayerList, own: ReadonlyMap<string, LayerEntry>): string[] {
  const folders: string[] = [];
  const parents = new Set<string>();
  for (const { path } of entries) {
    for (let folder = folderOf(path); folder !== '' && !parents.has(folder); folder = folderOf(folder))
      parents.add(folder);
  }
  for (const { path } of entries) {
    if (path.endsWith(`/${OPAQUE}`)) folders.push(folderOf(path));
    const hidden = hiddenBy(path);
    if (hidden !== undefined && (own.get(hidden)?.kind === 'directory' || parents.has(hidden))) folders.push(hidden);
  }
  return folders;
}

/** File capabilities and what users set; the others are the host's business (labels, lists, overlay's own marks). */
export function isKeptAttribute(name: string): boolean {
  return name === 'security.capability' || (name.startsWith('user.') && !name.startsWith('user.overlay.'));
}

const isWhiteoutDevice = ({ device }: TarEntry): boolean =>
  device !== undefined && !device.isBlock && device.major === 0 && device.minor === 0;

function isFolder(union: LayerUnion, path: string): boolean {
  const seen = union.at(path);
  return seen ? seen.entry.kind === 'directory' : union.has(path);
}

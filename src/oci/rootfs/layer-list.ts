import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { KctlError } from '../../lib/errors.ts';
import { LayerUnion } from '../layer-union.ts';
import type { LayerEntry } from '../read-layer.ts';
import type { ImageStore } from '../store/types.ts';
import { readEntries, type TarEntry } from './tar/read-entries.ts';
import type { LayerRef } from './types.ts';

export const WHITEOUT = '.wh.';
export const OPAQUE = '.wh..wh..opq';

/** A layer with more files than this is made to fill memory. */
const MAX_ENTRIES = 2_000_000;

/** What a layer has, without contents; whiteouts are entries as in the tar. */
export interface LayerList {
  entries: LayerEntry[];
  /** Of the root folder itself, where the layer has it. */
  root: LayerEntry | undefined;
}

/**
 * Reads and checks a layer before anything of it is written: paths stay inside the root, none goes through a link or a
 * file, none is there twice, hard links lead to what is there, and it is the layer that the image says.
 * @param below what lies under it
 * @throws KctlError `input`
 */
export async function readLayerList(
  store: ImageStore,
  layer: LayerRef,
  below: LayerUnion,
  signal?: AbortSignal,
): Promise<LayerList> {
  const name = `layer ${layer.digest}`;
  const [algorithm = 'sha256'] = layer.diffId.split(':');
  const hash = createHash(algorithm);
  let plainSize = 0;
  const tap = (chunk: Buffer) => {
    hash.update(chunk);
    plainSize += chunk.length;
  };
  const list: LayerList = { entries: [], root: undefined };
  const own = new Map<string, LayerEntry['kind']>();
  await readEntries(tapped(store.plain(layer.digest), tap, signal), name, async (entry) => {
    if (own.size > MAX_ENTRIES) throw new KctlError('input', `${name} holds too many files`);
    const listed = listedAs(entry);
    if (entry.path === '') {
      if (entry.kind === 'directory') list.root = listed;
      return;
    }
    checkPlace(entry, own, below, name);
    own.set(entry.path, entry.kind);
    list.entries.push(listed);
  });
  const found = `${algorithm}:${hash.digest('hex')}`;
  if (found !== layer.diffId) {
    throw new KctlError('input', `${name} does not have the content that the image says`, {
      hint: `Its diff id is ${found}, and the image says ${layer.diffId}.`,
    });
  }
  store.remember({ digest: layer.digest, diffId: found, plainSize });
  return list;
}

/** Folders that only follow from what is in them are in `own`, too. */
function checkPlace(entry: TarEntry, own: Map<string, LayerEntry['kind']>, below: LayerUnion, name: string): void {
  const { path, kind } = entry;
  const refuse = (why: string): never => {
    throw new KctlError('input', `${name}: path ${JSON.stringify(path)} ${why}`);
  };
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at);
    const there = own.get(folder);
    if (there !== undefined && there !== 'directory')
      refuse(`goes through ${JSON.stringify(folder)}, which is no folder`);
    if (there === undefined) own.set(folder, 'directory');
  }
  const before = own.get(path);
  if (before !== undefined && !(before === 'directory' && kind === 'directory')) refuse('is there twice');
  const hidden = hiddenBy(path);
  if (hidden !== undefined && /^\.{0,2}$/.test(baseName(hidden))) refuse('hides what is no name');
  if (kind === 'hardlink') {
    const target = own.get(entry.link) ?? below.at(entry.link)?.entry.kind;
    if (target === undefined || target === 'directory')
      refuse(`is a hard link to ${JSON.stringify(entry.link)}, which is no file of the image`);
  }
}

/** The path that a whiteout hides; undefined for what is none. `.wh..wh.` begins names that only some file systems know. */
export function hiddenBy(path: string): string | undefined {
  const name = baseName(path);
  if (!name.startsWith(WHITEOUT) || name.startsWith(WHITEOUT + WHITEOUT)) return undefined;
  return path.slice(0, path.length - name.length) + name.slice(WHITEOUT.length);
}

/** Entries that are marks of a file system or of layers, and no files. */
export const isMark = (path: string): boolean => path.startsWith(WHITEOUT) || path.includes(`/${WHITEOUT}`);

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** '' for what is in the root. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** What is seen of layers, lowest first. */
export function unionOf(lists: readonly LayerList[]): LayerUnion {
  const union = new LayerUnion();
  for (const { entries } of lists) union.add(entries);
  return union;
}

function listedAs({ path, kind, size, mode, uid, gid, mtime, link }: TarEntry): LayerEntry {
  return { path, kind, size, mode, uid, gid, mtime: mtime * 1000, link, hash: '' };
}

function tapped(plain: Readable, tap: (chunk: Buffer) => void, signal?: AbortSignal): Readable {
  async function* chunks() {
    for await (const chunk of plain) {
      signal?.throwIfAborted();
      tap(chunk as Buffer);
      yield chunk as Buffer;
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}

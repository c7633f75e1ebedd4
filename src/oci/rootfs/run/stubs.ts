import { lstatSync, mkdirSync, rmdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayerUnion } from '../../layer-union.ts';
import type { HostAbility } from '../ability.ts';
import { runTool } from '../host-tools.ts';
import { folderOf, type LayerList, unionOf } from '../layer-list.ts';
import { asOwner } from '../namespaces.ts';
import type { StackedFiles } from '../stacked-files.ts';
import type { TarEntry } from '../tar/read-entries.ts';
import { TarWriter } from '../tar/write-entries.ts';
import type { RootAbility } from '../types.ts';
import { type PlannedMount, systemMounts } from './plan-mounts.ts';

/** A place for a mount that the root does not have. */
interface Stub {
  path: string;
  isFolder: boolean;
}

/** What has to be made so that everything can be mounted; places inside of other mounts are made there. */
export function missingPlaces(files: StackedFiles, mounts: readonly PlannedMount[]): Stub[] {
  const wanted: Stub[] = [
    ...systemMounts.folders.map((path) => ({ path, isFolder: true })),
    ...systemMounts.files.map((path) => ({ path: files.find(path).path, isFolder: false })),
    ...mounts.map(({ target, isFolder }) => ({ path: target, isFolder })),
  ];
  const covered = [...systemMounts.folders, ...mounts.map(({ target }) => target)];
  return wanted.filter(
    ({ path }) => !files.find(path).stats && !covered.some((target) => path.startsWith(`${target}/`)),
  );
}

/**
 * Makes the places in a layer of their own that is mounted between the image and the writable layer, so that nothing of
 * them is ever in the latter. Folders on the way have the looks that they have in the image.
 */
export async function makeStubLayer(
  folder: string,
  stubs: readonly Stub[],
  files: StackedFiles,
  lists: () => LayerList[],
  { rootless, public: can, tools }: HostAbility,
): Promise<void> {
  const look = insideLooks(can.ids, lists);
  mkdirSync(folder, { mode: 0o755 });
  const top = statSync(files.find('').file!);
  const entries = new Map<string, TarEntry>([['', entryOf('', true, look('', top))]]);
  const add = (path: string, isFolder: boolean) => {
    if (path === '' || entries.has(path)) return;
    add(folderOf(path), true);
    entries.set(path, entryOf(path, isFolder, look(path, files.find(path).stats)));
  };
  for (const { path, isFolder } of stubs) add(path, isFolder);
  const tar = new TarWriter();
  const writing = (async () => {
    for (const entry of entries.values()) await tar.add(entry);
    tar.end();
  })();
  writing.catch((error) => tar.fail(error as Error));
  const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
  const flags = ['-x', '-f', '-', '-p', '--numeric-owner', can.ids === 'own' ? '--no-same-owner' : '--same-owner'];
  await runTool([...owner, tools.tar!, ...flags, '-C', folder], { input: tar.bytes });
}

interface Looks {
  mode: number;
  uid: number;
  gid: number;
  mtimeMs: number;
}

type Look = (path: string, looks: Looks | undefined) => Looks | undefined;

/**
 * How a folder looks by the ids that there are inside: those of the host are others in a user namespace. With
 * subordinate ids there may be folders that the user cannot look into; the layers say what is there.
 */
function insideLooks(ids: RootAbility['ids'], lists: () => LayerList[]): Look {
  if (ids === 'all') return (_path, looks) => looks;
  if (ids === 'own') return (_path, looks) => looks && { ...looks, uid: 0, gid: 0 };
  let union: LayerUnion | undefined;
  return (path, looks) => {
    union ??= unionOf(lists());
    const entry = union.at(path)?.entry;
    return entry ? { ...entry, mtimeMs: entry.mtime } : looks && { ...looks, uid: 0, gid: 0 };
  };
}

function entryOf(path: string, isFolder: boolean, looks: Looks | undefined): TarEntry {
  return {
    ...{ path, kind: isFolder ? 'directory' : 'file', size: 0, link: '', device: undefined },
    ...{ uid: looks?.uid ?? 0, gid: looks?.gid ?? 0 },
    mode: looks ? looks.mode & 0o7777 : isFolder ? 0o755 : 0o644,
    mtime: Math.floor((looks?.mtimeMs ?? 0) / 1000),
    attributes: new Map(),
  };
}

/** For copies: makes the places in the folder itself. @returns what takes them away again, where they are still empty */
export function placeStubs(root: string, stubs: readonly Stub[]): () => void {
  const made: { file: string; isFolder: boolean; parent: string; times: { atime: Date; mtime: Date } }[] = [];
  const make = (path: string, isFolder: boolean) => {
    const file = join(root, path);
    if (path === '' || lstatSync(file, { throwIfNoEntry: false })) return;
    make(folderOf(path), true);
    const parent = join(root, folderOf(path));
    const { atime, mtime } = statSync(parent);
    if (isFolder) mkdirSync(file, { mode: 0o755 });
    else writeFileSync(file, '', { mode: 0o644 });
    made.push({ file, isFolder, parent, times: { atime, mtime } });
  };
  for (const { path, isFolder } of stubs) make(path, isFolder);
  return () => {
    for (const { file, isFolder, parent, times } of made.reverse()) {
      const before = statSync(parent, { throwIfNoEntry: false })?.mtimeMs;
      try {
        if (isFolder) rmdirSync(file);
        else if (statSync(file).size === 0) rmSync(file);
      } catch {
        continue;
      }
      // Only where nothing else has changed there since.
      if (before !== undefined) utimesSync(parent, times.atime, times.mtime);
    }
  };
}

import { createHash } from 'node:crypto';
import type { UnionEntry } from '../../layer-union.ts';
import { realPath } from '../../layers/find-file.ts';
import type { TarEntry } from '../../rootfs/tar/read-entries.ts';
import type { TarWriter } from '../../rootfs/tar/write-entries.ts';
import type { GivenFiles } from '../../rootfs/types.ts';
import { belowRoot } from '../plan/paths.ts';
import { type FileTree, fileOf } from './file-tree.ts';
import { MissingSource } from './select-files.ts';

/** What is at and below a path of a tree. @throws MissingSource */
function subtree(tree: FileTree, path: string): { real: string; all: UnionEntry[] } {
  const below = belowRoot(path);
  try {
    const real = realPath(tree.files, below);
    return { real, all: [...tree.files.below(real)] };
  } catch {
    throw new MissingSource(below, tree.whyMissing?.(below));
  }
}

/** A digest of all that is at and below a path: contents, permissions and owners, no times. @throws MissingSource */
export async function digestBelow(tree: FileTree, path: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of subtree(tree, path).all) {
    const source = fileOf(file).entry;
    const content = source.kind === 'file' ? await tree.hash(fileOf(file)) : source.link;
    const { kind, mode, uid, gid } = source;
    hash.update(`${file.entry.path}\0${kind}\0${mode}\0${uid}:${gid}\0${content}\0`);
  }
  return hash.digest('hex');
}

/** What is at a path of a tree, so that it can be mounted. Devices and the like are left out. @throws MissingSource */
export function givenFiles(tree: FileTree, path: string): GivenFiles {
  const { real, all } = subtree(tree, path);
  const top = tree.files.at(real)?.entry;
  const isFolder = !top || top.kind === 'directory';
  const place = (of: string) => (of === real ? 'top' : `top/${real === '' ? of : of.slice(real.length + 1)}`);
  return {
    isFolder,
    async write(tar) {
      if (isFolder) await tar.add(entryOf(top, 'top', 'directory'));
      await writeBelow(tar, tree, all, place);
    },
  };
}

async function writeBelow(tar: TarWriter, tree: FileTree, all: readonly UnionEntry[], place: (of: string) => string) {
  const byFile = Map.groupBy(
    all.filter((one) => fileOf(one).entry.kind === 'file'),
    fileOf,
  );
  for (const { entry } of all) {
    if (entry.kind === 'directory') await tar.add(entryOf(entry, place(entry.path), entry.kind));
    if (entry.kind === 'symlink') await tar.add({ ...entryOf(entry, place(entry.path), entry.kind), link: entry.link });
  }
  await tree.read([...byFile.keys()], async (file, content, size) => {
    const [first, ...others] = byFile.get(file)!.map(({ entry }) => place(entry.path));
    await tar.add({ ...entryOf(file.entry, first!, 'file'), size }, content);
    for (const other of others) await tar.add({ ...entryOf(file.entry, other, 'hardlink'), link: first! });
  });
}

function entryOf(entry: UnionEntry['entry'] | undefined, path: string, kind: TarEntry['kind']): TarEntry {
  const { mode = 0o755, uid = 0, gid = 0, mtime = 0 } = entry ?? {};
  return {
    ...{ path, kind, mode: mode & 0o7777, uid, gid, mtime: Math.floor(mtime / 1000) },
    ...{ size: 0, link: '', device: undefined, attributes: new Map() },
  };
}

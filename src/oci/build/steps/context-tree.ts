import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nearestName } from '../../../lib/nearest-name.ts';
import { LayerUnion } from '../../layer-union.ts';
import { realPath } from '../../layers/find-file.ts';
import type { FileDigests } from '../cache/file-digests.ts';
import { type ContextEntry, contextFiles } from '../context/context-files.ts';
import type { PathFilter } from '../context/patterns.ts';
import type { FileTree } from './file-tree.ts';

/** Files up to this size are read in one piece. */
const PIECE = 256 * 1024;

/**
 * The build context. All belongs to root there, whoever owns it on this machine.
 * @param only what of it is wanted, see `contextFiles`
 * @param seenAs permissions and times that files have in place of their own
 */
export async function contextTree(
  root: string,
  ignore: PathFilter,
  only: readonly string[],
  digests: Pick<FileDigests, 'recall' | 'of'>,
  seenAs: (entry: ContextEntry) => ContextEntry = (entry) => entry,
): Promise<FileTree & { count: number }> {
  let found = await contextFiles(root, ignore, only);
  let files = unionOf(found.map(seenAs));
  if (!only.includes('') && found.some(({ path, kind }) => kind === 'symlink' && leadsAway(files, path))) {
    found = await contextFiles(root, ignore);
    files = unionOf(found.map(seenAs));
  }
  digests.recall(root);
  const entries = new Map<string, ContextEntry>(found.map((entry) => [entry.path, entry]));
  return {
    files,
    count: found.length,
    hash: ({ entry }) => digests.of(`${root}/${entry.path}`, entries.get(entry.path)!),
    async read(wanted, handle) {
      for (const file of wanted) {
        const path = `${root}/${file.entry.path}`;
        if (file.entry.size > PIECE)
          await handle(file, createReadStream(path, { end: file.entry.size - 1 }), file.entry.size);
        else {
          // Small files are had at once: to wait for each would take longer than to read it.
          const content = readFileSync(path);
          await handle(file, content, content.length);
        }
      }
    },
    whyMissing(path) {
      if (ignore.matches(path)) return 'The .dockerignore file leaves it out.';
      const slash = path.lastIndexOf('/') + 1;
      // Only what is wanted was looked at, and this is not there: its folder says what may have been meant.
      const names = namesIn(join(root, path.slice(0, slash))).filter(
        (name) => !ignore.matches(path.slice(0, slash) + name),
      );
      const near = nearestName(path.slice(slash), names);
      return near === undefined ? undefined : `Did you mean ${path.slice(0, slash)}${near}?`;
    },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function unionOf(found: readonly ContextEntry[]): LayerUnion {
  const files = new LayerUnion({ keepWhiteouts: true });
  const first = new Map<string, string>();
  files.add(
    found.map(({ path, kind, size, mode, mtime, link, hardLinks }) => {
      const same = hardLinks === undefined ? path : first.getOrInsert(hardLinks, path);
      return {
        ...{ path, mode, mtime: Math.floor(mtime / 1000) * 1000, uid: 0, gid: 0, hash: '' },
        ...(same === path ? { kind, size, link } : { kind: 'hardlink', size: 0, link: same }),
      };
    }),
  );
  return files;
}

/** Whether a link leads to what was not looked at. */
function leadsAway(files: LayerUnion, path: string): boolean {
  try {
    realPath(files, path);
    return false;
  } catch {
    return true;
  }
}

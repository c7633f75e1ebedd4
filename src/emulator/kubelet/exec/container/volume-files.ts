import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { replaceFile } from '../../../../lib/replace-file.ts';
import { INODE_BYTES } from '../fs/mounts.ts';
import { contentOf, type DirectoryNode, directory, file, link, type Node } from '../fs/nodes.ts';

/** Where the contents of claims outlive the process. Keys are uids of volumes. */
export interface VolumeFiles {
  load(key: string): DirectoryNode | undefined;
  save(key: string, root: DirectoryNode): void;
  remove(key: string): void;
  keys(): string[];
}

/** A file, folder or link as it is written down: where, what, whose, since when (ms since the epoch). */
interface Row {
  path: string;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  /** Base64. */
  data?: string;
  target?: string;
  program?: string | undefined;
  shownSize?: number | undefined;
}

const SUFFIX = '.volume.gz';
/** Keys come from the storage, but make file names. */
const isName = (key: string): boolean => /^[\w-]+$/.test(key);

/** One compressed file per volume, which only its owner can read. A file that cannot be read counts as none. */
export function volumeFiles(folder: string, report: (error: unknown) => void): VolumeFiles {
  const pathOf = (key: string): string => join(folder, key + SUFFIX);
  return {
    load(key) {
      if (!isName(key)) return undefined;
      try {
        return read(JSON.parse(gunzipSync(readFileSync(pathOf(key))).toString()) as Row[]);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') report(error);
        return undefined;
      }
    },
    save(key, root) {
      if (!isName(key)) return;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        replaceFile(pathOf(key), gzipSync(JSON.stringify([...rowsOf('', root)])));
      } catch (error) {
        report(error);
      }
    },
    remove(key) {
      if (isName(key)) rmSync(pathOf(key), { force: true });
    },
    keys() {
      try {
        return readdirSync(folder).flatMap((name) => (name.endsWith(SUFFIX) ? [name.slice(0, -SUFFIX.length)] : []));
      } catch {
        return [];
      }
    },
  };
}

function* rowsOf(path: string, node: Node): Generator<Row> {
  const { mode, uid, gid, mtime } = node;
  const base = { path, mode, uid, gid, mtime };
  if (node.type === 'directory') {
    yield base;
    for (const [name, child] of node.entries) yield* rowsOf(path === '' ? name : `${path}/${name}`, child);
  } else if (node.type === 'link') yield { ...base, target: node.target };
  else if (node.type === 'file')
    yield {
      ...base,
      data: Buffer.from(contentOf(node)).toString('base64'),
      program: node.program,
      shownSize: node.shownSize,
    };
}

function read(rows: readonly Row[]): DirectoryNode {
  const folders = new Map<string, DirectoryNode>();
  for (const row of rows) {
    const { path, mode, uid, gid, mtime } = row;
    const at = path.lastIndexOf('/');
    const name = path.slice(at + 1);
    const parent = folders.get(at < 0 ? '' : path.slice(0, at));
    if (row.data === undefined && row.target === undefined) {
      const folder = directory(mtime, mode, uid, gid);
      folders.set(path, folder);
      if (path !== '') parent?.entries.set(name, folder);
      continue;
    }
    const node =
      row.target === undefined
        ? file(Buffer.from(row.data!, 'base64'), mtime, mode, uid, gid)
        : link(row.target, mtime);
    if (node.type === 'file' && row.program !== undefined) node.program = row.program;
    if (node.type === 'file' && row.shownSize !== undefined) node.shownSize = row.shownSize;
    parent?.entries.set(name, node);
  }
  return folders.get('') ?? directory(0, 0o777);
}

/** What the contents count against a limit. */
export function bytesIn(node: Node): number {
  if (node.type === 'file') return INODE_BYTES + node.size;
  if (node.type !== 'directory') return INODE_BYTES;
  let sum = 0;
  for (const child of node.entries.values()) sum += INODE_BYTES * (child.type === 'directory' ? 1 : 0) + bytesIn(child);
  return sum;
}

import { SystemError } from './errors.ts';

/** What all kinds of files have; times are ms since the epoch, `mode` holds the permission bits (0 to 07777). */
interface NodeBase {
  ino: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
}

export interface FileNode extends NodeBase {
  type: 'file';
  /** Only the first `size` bytes count; the rest is room to grow. */
  bytes: Uint8Array;
  size: number;
  links: number;
  /** Made anew each time somebody looks (`/proc`, `/etc/hosts`). */
  generate?: () => Uint8Array;
  /** The built-in command that runs when the file is executed. */
  program?: string;
  /** What `ls` says of its size where the contents are simulated. */
  shownSize?: number;
  /** Contents that are kept elsewhere until somebody writes to the file: so many bytes from there, fewer at the end. */
  stored?: (from: number, length: number) => Uint8Array;
}

export interface DirectoryNode extends NodeBase {
  type: 'directory';
  entries: Map<string, Node>;
  /** Made anew each time somebody looks. */
  generate?: () => Map<string, Node>;
}

export interface LinkNode extends NodeBase {
  type: 'link';
  target: string;
}

export type Device = 'null' | 'zero' | 'full' | 'random' | 'tty' | 'stdin' | 'stdout' | 'stderr';

export interface DeviceNode extends NodeBase {
  type: 'device';
  device: Device;
}

export type Node = FileNode | DirectoryNode | LinkNode | DeviceNode;

let lastIno = 1_000_000;

const base = (mode: number, mtime: number, uid = 0, gid = 0): NodeBase => ({ ino: ++lastIno, mode, uid, gid, mtime });

export function directory(mtime: number, mode = 0o755, uid = 0, gid = 0): DirectoryNode {
  return { type: 'directory', ...base(mode, mtime, uid, gid), entries: new Map() };
}

export function file(content: string | Uint8Array, mtime: number, mode = 0o644, uid = 0, gid = 0): FileNode {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { type: 'file', ...base(mode, mtime, uid, gid), bytes, size: bytes.length, links: 1 };
}

/** A file whose contents are kept elsewhere. */
export function storedFile(
  { size, mtime, mode, uid, gid }: Pick<FileNode, 'size' | 'mtime' | 'mode' | 'uid' | 'gid'>,
  stored: NonNullable<FileNode['stored']>,
): FileNode {
  return { ...file('', mtime, mode, uid, gid), size, stored };
}

/** A folder of which nobody knows what is in it until somebody looks. */
export function lazyDirectory(
  { mtime, mode, uid, gid }: Pick<DirectoryNode, 'mtime' | 'mode' | 'uid' | 'gid'>,
  make: () => Map<string, Node>,
): DirectoryNode {
  let entries: Map<string, Node> | undefined;
  return Object.defineProperty(directory(mtime, mode, uid, gid), 'entries', {
    enumerable: true,
    get: () => {
      entries ??= make();
      return entries;
    },
  });
}

/** A file whose text is made when it is read. */
export function liveFile(text: () => string, mtime: number, mode = 0o444): FileNode {
  return { ...file('', mtime, mode), generate: () => Buffer.from(text()) };
}

export function link(target: string, mtime: number): LinkNode {
  return { type: 'link', ...base(0o777, mtime), target };
}

export function device(name: Device, mtime: number): DeviceNode {
  return { type: 'device', ...base(0o666, mtime), device: name };
}

/** What is read of a stored file at once: it is memory. */
const LARGEST_READ = 64 * 1024 * 1024;

/**
 * The bytes of a file as they are now; not to be changed.
 * @throws SystemError ENOMEM for stored files of more than 64 MiB: those can be read piece by piece
 */
export function contentOf(node: FileNode): Uint8Array {
  if (node.generate) return node.generate();
  if (!node.stored) return node.bytes.subarray(0, node.size);
  if (node.size > LARGEST_READ) throw new SystemError('ENOMEM');
  return node.stored(0, node.size);
}

export const entriesOf = (node: DirectoryNode): Map<string, Node> => node.generate?.() ?? node.entries;

export function sizeOf(node: Node): number {
  if (node.type === 'file') return node.shownSize ?? (node.generate ? contentOf(node).length : node.size);
  if (node.type === 'link') return Buffer.byteLength(node.target);
  return node.type === 'directory' ? 4096 : 0;
}

/** Puts `node` at `path` (no leading slash), with the folders on the way. */
export function plant(root: DirectoryNode, path: string, node: Node): void {
  const parts = path.split('/');
  const name = parts.pop()!;
  let at = root;
  for (const part of parts) {
    let next = at.entries.get(part);
    if (next?.type !== 'directory') {
      next = directory(root.mtime);
      at.entries.set(part, next);
    }
    at = next;
  }
  at.entries.set(name, node);
}

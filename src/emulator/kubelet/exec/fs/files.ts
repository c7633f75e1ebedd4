import { SystemError } from './errors.ts';
import { INODE_BYTES, type Mount, type MountTable } from './mounts.ts';
import {
  contentOf,
  type DirectoryNode,
  directory,
  entriesOf,
  type FileNode,
  file,
  link,
  type Node,
  sizeOf,
} from './nodes.ts';

/** On whose behalf files are touched. */
export interface Credentials {
  uid: number;
  gid: number;
  groups: readonly number[];
}

/** Where a path leads: `node` is undefined when only the folder above is there. */
interface Place {
  node: Node | undefined;
  parent: DirectoryNode;
  name: string;
  /** Absolute, without links. */
  path: string;
  mount: Mount;
}

const MOST_LINKS = 40;
const LONGEST_NAME = 255;
const READ = 4;
const WRITE = 2;
const SEARCH = 1;

/** Absolute path of `path` as seen from `cwd`, without `.`, `..` and double slashes (links are not followed). */
export function absolute(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The system calls on files, for one user. Paths are absolute or relative to `cwd`; failures are SystemErrors. */
export class Files {
  readonly mounts: MountTable;
  readonly #now: () => number;
  who: Credentials;
  cwd: string;
  umask = 0o022;

  constructor(mounts: MountTable, who: Credentials, cwd: string, now: () => number) {
    this.mounts = mounts;
    this.who = who;
    this.cwd = cwd;
    this.#now = now;
  }

  /** For a child process. */
  clone(): Files {
    const copy = new Files(this.mounts, this.who, this.cwd, this.#now);
    copy.umask = this.umask;
    return copy;
  }

  #may(node: Node, bits: number): boolean {
    const { uid, gid, groups } = this.who;
    if (uid === 0) return true;
    const shift = node.uid === uid ? 6 : node.gid === gid || groups.includes(node.gid) ? 3 : 0;
    return ((node.mode >> shift) & bits) === bits;
  }

  #locate(path: string, follow: boolean, links = 0): Place {
    if (path === '') throw new SystemError('ENOENT', path);
    const root = this.mounts.at('/')!;
    const parts = (path.startsWith('/') ? path : `${this.cwd}/${path}`).split('/').filter((part) => part !== '');
    const trail: { node: DirectoryNode; name: string; mount: Mount }[] = [
      { node: root.root as DirectoryNode, name: '', mount: root },
    ];
    const wantsDirectory = path.endsWith('/');
    while (parts.length > 0) {
      const part = parts.shift()!;
      const here = trail.at(-1)!;
      if (part === '.') continue;
      if (part === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      if (part.length > LONGEST_NAME) throw new SystemError('ENAMETOOLONG', path);
      if (!this.#may(here.node, SEARCH)) throw new SystemError('EACCES', path);
      const at = `${trail.map(({ name }) => name).join('/')}/${part}`;
      const mounted = this.mounts.at(at);
      const mount = mounted ?? here.mount;
      const node = mounted ? mounted.root : entriesOf(here.node).get(part);
      const isLast = parts.length === 0;
      if (node?.type === 'link' && (!isLast || follow || wantsDirectory)) {
        if (links >= MOST_LINKS) throw new SystemError('ELOOP', path);
        const base = trail.map(({ name }) => name).join('/') || '/';
        const target = node.target.startsWith('/') ? node.target : `${base}/${node.target}`;
        try {
          return this.#locate([target, ...parts].join('/') + (wantsDirectory ? '/' : ''), follow, links + 1);
        } catch (error) {
          throw error instanceof SystemError ? new SystemError(error.code, path) : error;
        }
      }
      if (isLast) {
        if (wantsDirectory && node && node.type !== 'directory') throw new SystemError('ENOTDIR', path);
        return { node, parent: here.node, name: part, path: at, mount };
      }
      if (!node) throw new SystemError('ENOENT', path);
      if (node.type !== 'directory') throw new SystemError('ENOTDIR', path);
      trail.push({ node, name: part, mount });
    }
    const last = trail.at(-1)!;
    const above = trail.at(-2) ?? last;
    const full = trail.map(({ name }) => name).join('/') || '/';
    return { node: last.node, parent: above.node, name: last.name, path: full, mount: last.mount };
  }

  /** Follows links. */
  stat(path: string): Node {
    const { node } = this.#locate(path, true);
    if (!node) throw new SystemError('ENOENT', path);
    return node;
  }

  /** The link itself. */
  lstat(path: string): Node {
    const { node } = this.#locate(path, false);
    if (!node) throw new SystemError('ENOENT', path);
    return node;
  }

  /** Undefined where `stat` would fail. */
  find(path: string): Node | undefined {
    try {
      return this.stat(path);
    } catch {
      return undefined;
    }
  }

  /** Absolute path without links. */
  real(path: string): string {
    const place = this.#locate(path, true);
    if (!place.node) throw new SystemError('ENOENT', path);
    return place.path;
  }

  mountOf(path: string): Mount {
    return this.#locate(path, true).mount;
  }

  /** `access(2)`; 4 read, 2 write, 1 execute. For root, executing needs one of the bits. */
  mayAccess(path: string, bits: number): boolean {
    const { node, mount } = this.#locate(path, true);
    if (!node) return false;
    if (bits & WRITE && mount.readOnly) return false;
    if (bits & SEARCH && node.type === 'file' && (node.mode & 0o111) === 0) return false;
    return this.#may(node, bits);
  }

  readDirectory(path: string): [name: string, node: Node][] {
    const place = this.#locate(path, true);
    const { node } = place;
    if (!node) throw new SystemError('ENOENT', path);
    if (node.type !== 'directory') throw new SystemError('ENOTDIR', path);
    if (!this.#may(node, READ)) throw new SystemError('EACCES', path);
    const entries = [...entriesOf(node)];
    const prefix = place.path === '/' ? '' : place.path;
    return entries
      .map(([name, one]): [string, Node] => [name, this.mounts.at(`${prefix}/${name}`)?.root ?? one])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** What is to be read: no folder. */
  openForReading(path: string): Exclude<Node, DirectoryNode> {
    const node = this.stat(path);
    if (node.type === 'directory') throw new SystemError('EISDIR', path);
    if (!this.#may(node, READ)) throw new SystemError('EACCES', path);
    return node;
  }

  readFile(path: string): Uint8Array {
    const node = this.openForReading(path);
    return node.type === 'file' ? contentOf(node) : new Uint8Array();
  }

  readLink(path: string): string {
    const node = this.lstat(path);
    if (node.type !== 'link') throw new SystemError('EINVAL', path);
    return node.target;
  }

  #writable(place: Place, path: string): void {
    if (place.mount.readOnly || place.parent.generate) throw new SystemError('EROFS', path);
  }

  /** Adds `made` where `path` has nothing yet. */
  #create(path: string, make: () => Node, follow = false): Node {
    const place = this.#locate(path, follow);
    if (place.node) throw new SystemError('EEXIST', path);
    this.#writable(place, path);
    if (!this.#may(place.parent, WRITE | SEARCH)) throw new SystemError('EACCES', path);
    const node = make();
    place.mount.budget.take(INODE_BYTES + (node.type === 'file' ? node.size : 0), path);
    node.uid = this.who.uid;
    node.gid = place.parent.mode & 0o2000 ? place.parent.gid : this.who.gid;
    place.parent.entries.set(place.name, node);
    place.parent.mtime = this.#now();
    return node;
  }

  /** The file to write to, made or emptied as asked; devices come back as they are. */
  openForWriting(path: string, options: { truncate?: boolean; exclusive?: boolean; mode?: number } = {}): OpenTarget {
    const place = this.#locate(path, true);
    let { node } = place;
    if (!node) {
      const mode = (options.mode ?? 0o666) & ~this.umask;
      node = this.#create(path, () => file('', this.#now(), mode), true);
    } else {
      if (options.exclusive) throw new SystemError('EEXIST', path);
      if (node.type === 'directory') throw new SystemError('EISDIR', path);
      if (node.type === 'file' && (place.mount.readOnly || node.generate)) throw new SystemError('EROFS', path);
      if (!this.#may(node, WRITE)) throw new SystemError('EACCES', path);
      if (node.type === 'file' && node.stored) copyUp(node, place.mount, path, options.truncate === true);
    }
    const target = { node: node as OpenTarget['node'], mount: place.mount, path };
    if (options.truncate && node.type === 'file') this.truncate(target, 0);
    return target;
  }

  truncate({ node, mount, path }: OpenTarget, size: number): void {
    if (node.type !== 'file') return;
    mount.budget.take(size - node.size, path);
    if (size === 0) node.bytes = new Uint8Array();
    else if (size > node.bytes.length) node.bytes = Buffer.concat([node.bytes], size);
    node.size = size;
    node.mtime = this.#now();
  }

  /** Returns the position after the written bytes. */
  write({ node, mount, path }: OpenTarget, chunk: Uint8Array, at: number): number {
    if (node.type !== 'file') return at;
    const end = at + chunk.length;
    mount.budget.take(Math.max(end - node.size, 0), path);
    // What is a program when it is written to still shares its bytes.
    if (end > node.bytes.length || node.program !== undefined) {
      const grown = new Uint8Array(Math.max(end, Math.min(node.bytes.length * 2, node.bytes.length + 2 ** 22), 64));
      grown.set(node.bytes.subarray(0, node.size));
      node.bytes = grown;
    }
    node.bytes.set(chunk, at);
    node.size = Math.max(node.size, end);
    node.mtime = this.#now();
    return end;
  }

  writeFile(path: string, content: string | Uint8Array, mode?: number): void {
    const target = this.openForWriting(path, { truncate: true, ...(mode === undefined ? {} : { mode }) });
    this.write(target, typeof content === 'string' ? Buffer.from(content) : content, 0);
  }

  makeDirectory(path: string, mode = 0o777): void {
    this.#create(path.replace(/(?<=.)\/+$/, ''), () => directory(this.#now(), mode & ~this.umask));
  }

  makeLink(target: string, path: string): void {
    this.#create(path, () => link(target, this.#now()));
  }

  makeHardLink(existing: string, path: string): void {
    const { node, mount } = this.#locate(existing, false);
    if (!node) throw new SystemError('ENOENT', existing);
    if (node.type !== 'file') throw new SystemError('EPERM', existing);
    const place = this.#locate(path, false);
    if (place.node) throw new SystemError('EEXIST', path);
    if (place.mount !== mount) throw new SystemError('EXDEV', path);
    this.#writable(place, path);
    node.links++;
    place.parent.entries.set(place.name, node);
  }

  /** Only empty directories, and those only where `directories` allows it. */
  remove(path: string, directories: 'yes' | 'no' | 'only' = 'no'): void {
    const place = this.#locate(path.replace(/(?<=.)\/+$/, ''), false);
    const { node, parent, name, mount } = place;
    if (!node) throw new SystemError('ENOENT', path);
    if (this.mounts.at(place.path)) throw new SystemError('EBUSY', path);
    if (node.type === 'directory') {
      if (directories === 'no') throw new SystemError('EISDIR', path);
      if (entriesOf(node).size > 0) throw new SystemError('ENOTEMPTY', path);
    } else if (directories === 'only') throw new SystemError('ENOTDIR', path);
    this.#writable(place, path);
    if (!this.#may(parent, WRITE | SEARCH)) throw new SystemError('EACCES', path);
    if (parent.mode & 0o1000 && this.who.uid !== 0 && node.uid !== this.who.uid) throw new SystemError('EPERM', path);
    parent.entries.delete(name);
    parent.mtime = this.#now();
    if (node.type === 'file' && --node.links > 0) return;
    // What is in a layer below was never counted here.
    if (node.type !== 'file' || !node.stored)
      mount.budget.take(-INODE_BYTES - (node.type === 'file' ? node.size : 0), path);
  }

  /** @throws SystemError EXDEV between mounts: whoever moves then has to copy */
  rename(from: string, to: string): void {
    const source = this.#locate(from.replace(/(?<=.)\/+$/, ''), false);
    if (!source.node) throw new SystemError('ENOENT', from);
    if (this.mounts.at(source.path)) throw new SystemError('EBUSY', from);
    const target = this.#locate(to.replace(/(?<=.)\/+$/, ''), false);
    if (source.mount !== target.mount) throw new SystemError('EXDEV', to);
    if (`${target.path}/`.startsWith(`${source.path}/`) && target.path !== source.path)
      throw new SystemError('EINVAL', to);
    this.#writable(source, from);
    this.#writable(target, to);
    for (const parent of [source.parent, target.parent]) {
      if (!this.#may(parent, WRITE | SEARCH)) throw new SystemError('EACCES', from);
    }
    if (target.node === source.node) return;
    if (target.node) {
      if (target.node.type === 'directory' && source.node.type !== 'directory') throw new SystemError('EISDIR', to);
      if (target.node.type !== 'directory' && source.node.type === 'directory') throw new SystemError('ENOTDIR', to);
      this.remove(to, 'yes');
    }
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, source.node);
    source.parent.mtime = this.#now();
    target.parent.mtime = this.#now();
    target.mount.budget.changed?.();
  }

  /** Mode, owner or time of what `path` names, after the checks that a change of each needs. */
  change(path: string, what: Partial<Pick<FileNode, 'mode' | 'uid' | 'gid' | 'mtime'>>, follow = true): void {
    const { node, mount } = this.#locate(path, follow);
    if (!node) throw new SystemError('ENOENT', path);
    if (mount.readOnly) throw new SystemError('EROFS', path);
    const isOwner = this.who.uid === 0 || this.who.uid === node.uid;
    if (!isOwner && !(what.mtime !== undefined && this.#may(node, WRITE))) throw new SystemError('EPERM', path);
    if (what.uid !== undefined && this.who.uid !== 0 && what.uid !== node.uid) throw new SystemError('EPERM', path);
    Object.assign(node, what);
  }

  now(): number {
    return this.#now();
  }

  /** Bytes under `path`, folders included, as `du` counts. */
  usage(path: string): number {
    const node = this.lstat(path);
    const own = Math.ceil(sizeOf(node) / 4096) * 4096;
    if (node.type !== 'directory') return own;
    return this.readDirectory(path).reduce((sum, [name]) => sum + this.usage(`${path}/${name}`), own);
  }
}

/** Gives a file of a layer below a place in the writable one. */
function copyUp(node: FileNode, { budget }: Mount, path: string, isEmptied: boolean): void {
  const bytes = isEmptied ? new Uint8Array() : contentOf(node);
  budget.take(INODE_BYTES + bytes.length, path);
  node.bytes = bytes;
  node.size = bytes.length;
  delete node.stored;
}

/** What a file that is open for writing is. */
export interface OpenTarget {
  node: Exclude<Node, DirectoryNode | { type: 'link' }>;
  mount: Mount;
  path: string;
}

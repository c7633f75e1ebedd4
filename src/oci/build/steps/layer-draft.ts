import { KctlError } from '../../../lib/errors.ts';
import { followLinks } from '../../follow-links.ts';
import type { LayerUnion, UnionEntry } from '../../layer-union.ts';
import type { LayerEntry } from '../../read-layer.ts';
import type { FileTree } from './file-tree.ts';
import type { Owner } from './owner.ts';

/** Where the content of a file comes from: a file of a tree, or bytes. */
export type Content = FileContent | Buffer;

interface FileContent {
  tree: FileTree;
  file: UnionEntry;
  /** Names of the same file that have this in common become one file with hard links; others become copies. */
  together?: object;
}

export interface DraftEntry {
  entry: LayerEntry;
  content: Content | undefined;
}

/**
 * A layer in the making: what it will hold, and what is seen through it. Links of the image are followed within the
 * image, wherever they lead.
 */
export class LayerDraft {
  readonly entries = new Map<string, DraftEntry>();
  readonly #lower: LayerUnion | undefined;
  /** Of folders that nobody has a time for, in ms. */
  readonly #time: number;

  /** @param lower undefined for a layer that does not depend on those below it (COPY --link) */
  constructor(lower: LayerUnion | undefined, time: number) {
    this.#lower = lower;
    this.#time = time;
  }

  /** What is at a path; `directory` alone for a folder that no layer describes. */
  at(path: string): LayerEntry | 'directory' | undefined {
    if (path === '') return 'directory';
    const own = this.entries.get(path);
    if (own) return own.entry;
    return this.#lower?.at(path)?.entry ?? (this.#lower?.has(path) ? 'directory' : undefined);
  }

  isFolder(path: string): boolean {
    const here = this.at(path);
    return here === 'directory' || here?.kind === 'directory';
  }

  /**
   * Where a path really is, links on the way followed, also in its last part. It need not be there.
   * @throws KctlError `input` for links that go round
   */
  resolve(path: string): string {
    const real = followLinks(path, (here) => {
      const seen = this.at(here);
      return seen !== undefined && seen !== 'directory' && seen.kind === 'symlink' ? seen.link : undefined;
    });
    if (real === undefined) throw new KctlError('input', `/${path}: too many levels of symbolic links`);
    return real;
  }

  /**
   * Makes sure that there is a folder; those that are there stay as they are, new ones belong to `owner`.
   * @returns where it really is
   * @throws KctlError `input` where something else is in its place
   */
  makeFolder(path: string, owner: Owner, mode = 0o755): string {
    const real = this.resolve(path);
    let above = '';
    for (const part of real === '' ? [] : real.split('/')) {
      above = above === '' ? part : `${above}/${part}`;
      const here = this.at(above);
      if (here === undefined) this.#put({ ...this.#folder(above), mode, ...owner }, undefined);
      else if (here !== 'directory' && here.kind !== 'directory') {
        throw new KctlError('input', `mkdir /${above}: not a directory`);
      } else this.#repeat(above);
    }
    return real;
  }

  /**
   * Puts something in its place, below a folder that is there.
   * @throws KctlError `input` in docker's words where a folder would become a file, or a file a folder
   */
  place(entry: LayerEntry, content: Content | undefined): void {
    const here = this.at(entry.path);
    const isFolder = this.isFolder(entry.path);
    if (entry.kind === 'directory' && here !== undefined && !isFolder) {
      throw new KctlError('input', `cannot copy to non-directory: /${entry.path}`);
    }
    if (entry.kind !== 'directory' && isFolder) {
      throw new KctlError('input', `cannot replace to directory /${entry.path} with file`);
    }
    this.replace(entry, content);
  }

  /** As an archive does it: what was there goes, but for folders that stay folders. */
  replace(entry: LayerEntry, content: Content | undefined): void {
    if (/(^|\/)\.wh\.[^/]*$/.test(entry.path)) {
      throw new KctlError('input', `/${entry.path}: names that begin with .wh. mean removed files in layers`);
    }
    for (const path of parentsOf(entry.path)) this.#repeat(path);
    this.#put(entry, content);
  }

  /** Folders above what a layer holds are in it, too, as they are: else who unpacks it alone would not know whose they are. */
  #repeat(path: string): void {
    if (path === '' || this.entries.has(path)) return;
    const here = this.at(path);
    if (here === 'directory') this.#put(this.#folder(path), undefined);
    else if (here?.kind === 'directory') this.#put({ ...here }, undefined);
  }

  #folder(path: string): LayerEntry {
    const kind = 'directory' as const;
    return { path, kind, size: 0, mode: 0o755, uid: 0, gid: 0, mtime: this.#time, link: '', hash: '' };
  }

  #put(entry: LayerEntry, content: Content | undefined): void {
    this.entries.set(entry.path, { entry, content });
  }
}

function* parentsOf(path: string): Generator<string> {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) yield path.slice(0, end);
}

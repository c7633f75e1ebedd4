import type { Readable } from 'node:stream';
import { KctlError } from '../../../lib/errors.ts';
import type { LayerUnion } from '../../layer-union.ts';
import type { LayerEntry } from '../../read-layer.ts';
import type { HostAbility } from '../ability.ts';
import { runTool } from '../host-tools.ts';
import { baseName, isMark, type LayerList, unionOf } from '../layer-list.ts';
import { isKeptAttribute } from '../layer-tar.ts';
import { asOwner } from '../namespaces.ts';
import { readEntries, type TarEntry } from '../tar/read-entries.ts';
import type { RootAbility } from '../types.ts';
import { archiveFlags, type ChangeSource, type VisitChange } from './change.ts';

/**
 * What the writable layer of an overlay says (kernel, overlayfs.rst): devices 0:0 are whiteouts, an attribute marks
 * folders that hide all that was below. It is read by GNU tar, as who owns it.
 */
export class OverlayChanges implements ChangeSource {
  readonly #upper: string;
  readonly #lists: () => LayerList[];
  readonly #ability: HostAbility;

  constructor(upper: string, lists: () => LayerList[], ability: HostAbility) {
    this.#upper = upper;
    this.#lists = lists;
    this.#ability = ability;
  }

  async each(visit: VisitChange): Promise<void> {
    const { tools, rootless } = this.#ability;
    const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
    const reading = new UpperReader(this.#lists(), this.#ability.public.ids, visit);
    await runTool([...owner, tools.tar!, ...archiveFlags, '-C', this.#upper, '.'], {
      output: async (stdout: Readable) => {
        await readEntries(stdout, 'the writable layer', (entry, content) => reading.take(entry, content));
        await reading.leave('');
      },
    });
  }
}

/** A folder of the writable layer that is being gone through. */
interface OpenFolder {
  path: string;
  /** Not told of yet: nothing has changed but maybe in it. */
  waiting: TarEntry | undefined;
  /** Names below it that it hides, less those that it has itself; undefined: it hides none. */
  hidden: Set<string> | undefined;
}

class UpperReader {
  readonly #below: LayerUnion;
  readonly #root: LayerEntry | undefined;
  readonly #ids: RootAbility['ids'];
  readonly #visit: VisitChange;
  readonly #open: OpenFolder[] = [];

  /** @param ids `own`: files of others are the user's own on disk, and nothing inside can give them to anybody */
  constructor(lists: readonly LayerList[], ids: RootAbility['ids'], visit: VisitChange) {
    this.#ids = ids;
    this.#below = unionOf(lists);
    this.#root = lists.findLast(({ root }) => root)?.root;
    this.#visit = visit;
  }

  async take(read: TarEntry, content: Readable): Promise<void> {
    const { path } = read;
    const seen = path === '' ? this.#root : this.#below.at(path)?.entry;
    const entry = this.#ids === 'own' && seen ? { ...read, uid: seen.uid, gid: seen.gid } : read;
    if (path === '') return this.#takeRoot(entry);
    await this.leave(path);
    const folder = this.#open.at(-1);
    folder?.hidden?.delete(baseName(path));
    await this.#tellHidden(folder, Buffer.from(baseName(path)));
    const { device } = entry;
    if (device && !device.isBlock && device.major === 0 && device.minor === 0) {
      if (this.#below.has(path)) await this.#tell('D', path, undefined);
      return;
    }
    if (isMark(path)) {
      throw new KctlError('input', `${path}: names that begin with .wh. cannot be in a layer`);
    }
    const kept = { ...entry, attributes: new Map([...entry.attributes].filter(([name]) => isKeptAttribute(name))) };
    const isKnown = this.#below.has(path);
    if (entry.kind !== 'directory') return this.#tell(isKnown ? 'C' : 'A', path, kept, content);
    const isOpaque = opaqueMarks.some((name) => entry.attributes.get(name)?.toString() === 'y');
    const isSame = isKnown && !isOpaque && (!seen || sameFolder(seen, entry));
    this.#open.push({
      path,
      waiting: isSame ? kept : undefined,
      hidden: isOpaque ? new Set(this.#below.names(path) ?? []) : undefined,
    });
    if (!isSame) await this.#tell(isKnown ? 'C' : 'A', path, kept);
  }

  /** Ends folders that the path is not in. */
  async leave(path: string): Promise<void> {
    for (let folder = this.#open.at(-1); folder && !path.startsWith(`${folder.path}/`); folder = this.#open.at(-1)) {
      await this.#tellHidden(folder, undefined);
      this.#open.pop();
    }
  }

  /** What an opaque folder hides, as far as it comes before that name: names come in the order of their bytes. */
  async #tellHidden(folder: OpenFolder | undefined, before: Buffer | undefined): Promise<void> {
    if (!folder?.hidden) return;
    const gone = [...folder.hidden].map((name) => Buffer.from(name)).sort(Buffer.compare);
    for (const name of gone) {
      if (before && Buffer.compare(name, before) > 0) return;
      folder.hidden.delete(name.toString());
      await this.#tell('D', `${folder.path}/${name}`, undefined);
    }
  }

  /** Its time changes with all that is done in it. */
  async #takeRoot(entry: TarEntry): Promise<void> {
    const { mode, uid, gid } = this.#root ?? { mode: 0o755, uid: 0, gid: 0 };
    if (entry.mode !== mode || entry.uid !== uid || entry.gid !== gid) {
      await this.#visit({ kind: 'C', path: '', entry: { ...entry, attributes: new Map() } }, undefined);
    }
  }

  async #tell(kind: 'A' | 'C' | 'D', path: string, entry: TarEntry | undefined, content?: Readable): Promise<void> {
    for (const folder of this.#open) {
      const { waiting } = folder;
      folder.waiting = undefined;
      if (waiting && waiting.path !== path)
        await this.#visit({ kind: 'C', path: waiting.path, entry: waiting }, undefined);
    }
    await this.#visit({ kind, path, entry }, content);
  }
}

const opaqueMarks = ['trusted.overlay.opaque', 'user.overlay.opaque'];

/** As docker compares (moby, pkg/archive): a folder is changed where its owner, permissions or time are others. */
function sameFolder(below: LayerEntry, entry: TarEntry): boolean {
  const { kind, mode, uid, gid, mtime } = below;
  return (
    kind === 'directory' &&
    mode === entry.mode &&
    uid === entry.uid &&
    gid === entry.gid &&
    Math.floor(mtime / 1000) === entry.mtime
  );
}

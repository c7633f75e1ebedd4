import { type BigIntStats, createReadStream, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { HostAbility } from '../ability.ts';
import { runTool } from '../host-tools.ts';
import { isKeptAttribute } from '../layer-tar.ts';
import { asOwner } from '../namespaces.ts';
import { readEntries } from '../tar/read-entries.ts';
import { archiveFlags, type ChangeSource, type VisitChange } from './change.ts';

/** Compares a copy with what it was copied from. */
export class CopyChanges implements ChangeSource {
  readonly #base: string | undefined;
  readonly #copy: string;
  readonly #copiedAt: bigint;
  readonly #ability: HostAbility;

  /**
   * @param base undefined: it began empty
   * @param copiedAt when the copy was whole, in ns by the clock of its file system: what has not changed since (which
   * the kernel notes and programs cannot) is not looked at
   */
  constructor(base: string | undefined, copy: string, copiedAt: bigint, ability: HostAbility) {
    this.#base = base;
    this.#copy = copy;
    this.#copiedAt = copiedAt;
    this.#ability = ability;
  }

  async each(visit: VisitChange): Promise<void> {
    const changes = new Map<string, 'A' | 'C' | 'D'>();
    await this.#compare('', changes);
    const paths = [...changes.keys()].sort(byFolder);
    const there = paths.filter((path) => changes.get(path) !== 'D');
    const removed = paths.filter((path) => changes.get(path) === 'D');
    const { tools, rootless } = this.#ability;
    const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
    const tellRemoved = async (before: string | undefined) => {
      while (removed[0] !== undefined && (before === undefined || byFolder(removed[0], before) < 0)) {
        await visit({ kind: 'D', path: removed.shift()!, entry: undefined }, undefined);
      }
    };
    if (there.length > 0) {
      const input = Buffer.from(there.map((path) => `./${path}\0`).join(''));
      await runTool(
        [
          ...owner,
          tools.tar!,
          ...archiveFlags,
          '-C',
          this.#copy,
          '--no-recursion',
          '--null',
          '--verbatim-files-from',
          '-T',
          '-',
        ],
        {
          input,
          output: async (stdout: Readable) => {
            await readEntries(stdout, 'the writable layer', async (entry, content) => {
              await tellRemoved(entry.path);
              const attributes = new Map([...entry.attributes].filter(([name]) => isKeptAttribute(name)));
              await visit(
                { kind: changes.get(entry.path)!, path: entry.path, entry: { ...entry, attributes } },
                content,
              );
            });
          },
        },
      );
    }
    await tellRemoved(undefined);
  }

  /** @returns whether something is changed there or below */
  async #compare(folder: string, changes: Map<string, 'A' | 'C' | 'D'>): Promise<boolean> {
    const before = new Set(this.#base === undefined ? [] : namesIn(join(this.#base, folder)));
    const now = namesIn(join(this.#copy, folder));
    let isChanged = false;
    for (const name of now) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const stats = lstatSync(join(this.#copy, path), { bigint: true });
      if (stats.isSocket()) continue;
      const kind = before.delete(name) ? await this.#changeOf(path, stats) : 'A';
      if (kind) changes.set(path, kind);
      const isInside =
        stats.isDirectory() && (kind === 'A' ? await this.#added(path, changes) : await this.#compare(path, changes));
      if (isInside && !kind) changes.set(path, 'C');
      isChanged ||= kind !== undefined || isInside;
    }
    for (const name of before) changes.set(folder === '' ? name : `${folder}/${name}`, 'D');
    return isChanged || before.size > 0;
  }

  async #added(folder: string, changes: Map<string, 'A' | 'C' | 'D'>): Promise<boolean> {
    for (const name of namesIn(join(this.#copy, folder))) {
      const path = `${folder}/${name}`;
      const stats = lstatSync(join(this.#copy, path));
      if (stats.isSocket()) continue;
      changes.set(path, 'A');
      if (stats.isDirectory()) await this.#added(path, changes);
    }
    return true;
  }

  /** undefined for what is as it was. */
  async #changeOf(path: string, now: BigIntStats): Promise<'C' | undefined> {
    if (now.ctimeNs <= this.#copiedAt) return undefined;
    const [base, copy] = [join(this.#base!, path), join(this.#copy, path)];
    const before = lstatSync(base, { bigint: true });
    const isSame =
      before.mode === now.mode &&
      before.uid === now.uid &&
      before.gid === now.gid &&
      before.rdev === now.rdev &&
      before.mtimeNs / 1_000_000_000n === now.mtimeNs / 1_000_000_000n &&
      (now.isDirectory() || before.size === now.size) &&
      (!now.isSymbolicLink() || readlinkSync(base) === readlinkSync(copy)) &&
      (!now.isFile() || (await sameBytes(base, copy)));
    return isSame ? undefined : 'C';
  }
}

/** Names by their bytes, and what is in a folder right after it. */
function byFolder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a.replaceAll('/', '\0')), Buffer.from(b.replaceAll('/', '\0')));
}

function namesIn(folder: string): string[] {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() ? readdirSync(folder).sort() : [];
}

async function sameBytes(a: string, b: string): Promise<boolean> {
  const other = createReadStream(b, { highWaterMark: 1 << 18 });
  let rest: Buffer = Buffer.alloc(0);
  const chunks = other[Symbol.asyncIterator]();
  try {
    for await (const chunk of createReadStream(a, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      while (rest.length < chunk.length) {
        const { value, done } = await chunks.next();
        if (done) return false;
        rest = Buffer.concat([rest, value as Buffer]);
      }
      if (!chunk.equals(rest.subarray(0, chunk.length))) return false;
      rest = rest.subarray(chunk.length);
    }
    return true;
  } finally {
    other.destroy();
  }
}

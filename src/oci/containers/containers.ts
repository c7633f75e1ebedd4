import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { hostAbility } from '../rootfs/ability.ts';
import { removeTree } from '../rootfs/remove-tree.ts';
import { storeFolders } from '../rootfs/store-folders.ts';
import type { LayerRef, RootAbility } from '../rootfs/types.ts';
import type { TypedDescriptor } from '../store/manifest.ts';
import type { ImageStore } from '../store/types.ts';

/** A container that ran, or runs: an image, and one writable layer upon it. */
export interface Container {
  id: string;
  name: string;
  /** As it was asked for. */
  image: string;
  /** Of the image's manifest. */
  target: TypedDescriptor;
  /** Of the image: nothing of it is written to. */
  layers: LayerRef[];
  command: string[];
  /** ms */
  createdAt: number;
  /** How its writable layer is kept; it can be read in that way only. */
  mount: RootAbility['mount'];
  /** The process of kctl in which it runs. */
  process: { pid: number; startedAt: string } | undefined;
  end: { code: number; at: number } | undefined;
}

/** Containers of the image store: each is a folder with its record and its writable layer. */
export class Containers {
  readonly #store: ImageStore;
  readonly #folder: string;

  constructor(store: ImageStore) {
    this.#store = store;
    this.#folder = storeFolders(store.path).containers;
  }

  /** @throws KctlError `conflict` where another has the name */
  create(facts: Omit<Container, 'id' | 'name' | 'process' | 'end'> & { name: string | undefined }): Container {
    const id = randomBytes(32).toString('hex');
    const name = facts.name ?? nameFor(id);
    if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) {
      throw new KctlError('usage', `invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
    }
    const other = this.list().find((container) => container.name === name);
    if (other) {
      throw new KctlError('conflict', `the container name "${name}" is already in use by container "${other.id}"`, {
        hint: `Remove it: kctl container rm ${name}`,
      });
    }
    this.#store.pin(`container:${name}`, [facts.target.digest]);
    mkdirSync(join(this.#folder, id), { recursive: true, mode: 0o711 });
    const container: Container = {
      ...{ ...facts, id, name },
      process: { pid: process.pid, startedAt: startOf(process.pid) },
      end: undefined,
    };
    this.save(container);
    return container;
  }

  save(container: Container): void {
    replaceFile(join(this.#folder, container.id, 'container.json'), JSON.stringify(container), { lasting: false });
  }

  /** Newest first. */
  list(): Container[] {
    return namesIn(this.#folder)
      .map((id) => this.#read(id))
      .filter((container) => container !== undefined)
      .sort((a, b) => b.createdAt - a.createdAt);
  }

  /** By name, id or the beginning of an id. @throws KctlError `input` */
  find(text: string): Container {
    const all = this.list();
    const named = all.find(({ name, id }) => name === text || id === text);
    if (named) return named;
    const found = text === '' ? [] : all.filter(({ id }) => id.startsWith(text));
    if (found.length > 1) throw new KctlError('input', `multiple IDs found with provided prefix: ${text}`);
    if (found[0]) return found[0];
    throw new KctlError('input', `No such container: ${text}`, { hint: 'See which are there: kctl container ls' });
  }

  /** Where its writable layer is. */
  rootOf({ id }: Container): string {
    return join(this.#folder, id, 'root');
  }

  async remove({ id, name }: Container): Promise<void> {
    await removeTree(join(this.#folder, id), await hostAbility(storeFolders(this.#store.path).live));
    this.#store.unpin(`container:${name}`);
  }

  #read(id: string): Container | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, id, 'container.json'), 'utf8')) as Container;
    } catch {
      // Just being made or removed.
      return undefined;
    }
  }
}

/** Whether the process in which it runs is still there. */
export function isRunning({ process: runner, end }: Container): boolean {
  return end === undefined && runner !== undefined && startOf(runner.pid) === runner.startedAt;
}

/** When a process was started, in the kernel's count: numbers are used again. '' where it is not there. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // proc(5): the name, in brackets, may have blanks; the time is field 22.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

const first = ['calm', 'clear', 'early', 'fair', 'gentle', 'keen', 'kind', 'light', 'quick', 'quiet', 'steady', 'warm'];
const second = ['birch', 'brook', 'cedar', 'cliff', 'dune', 'fern', 'heath', 'lake', 'maple', 'reed', 'stone', 'wave'];

/** A name that can be said; the end of the id keeps it from being another's. */
function nameFor(id: string): string {
  const pick = (words: readonly string[], at: number) =>
    words[Number.parseInt(id.slice(at, at + 4), 16) % words.length];
  return `${pick(first, 0)}-${pick(second, 4)}-${id.slice(8, 12)}`;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

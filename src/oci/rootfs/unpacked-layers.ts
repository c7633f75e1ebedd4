import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import type { LayerEntry } from '../read-layer.ts';
import type { ImageStore, StoreLease } from '../store/types.ts';
import type { HostAbility } from './ability.ts';
import { runTool } from './host-tools.ts';
import { type LayerList, readLayerList, unionOf } from './layer-list.ts';
import { type LayerForm, layerTar, removedBy } from './layer-tar.ts';
import { asOwner } from './namespaces.ts';
import { removeTree } from './remove-tree.ts';
import { chainIds, storeFolders } from './store-folders.ts';
import type { LayerRef } from './types.ts';

/** Unpacked layers, lowest first. */
export interface Unpacked {
  /** Of each layer; in the form `tree` only of the topmost. [] without layers. */
  folders: string[];
  /** What each has; not for trees. */
  lists(): LayerList[];
}

/**
 * Layers on disk, by chain id: each is unpacked once and then shared. They come into place by a rename, so that one that
 * is there is whole; `sweepRoots` takes them away when the blobs are gone.
 */
export class UnpackedLayers {
  readonly #store: ImageStore;
  readonly #ability: HostAbility;
  readonly #form: string;
  readonly #unpacking = new Map<string, Promise<void>>();
  #made = 0;

  constructor(store: ImageStore, ability: HostAbility) {
    this.#store = store;
    this.#ability = ability;
    const { mount, ids } = ability.public;
    this.#form = `${mount === 'copy' ? 'tree' : mount}${ability.rootless ? `-${ids}-${process.geteuid?.()}` : ''}`;
  }

  /** @param lease holds the blobs for as long as what is unpacked must stay */
  async provide(layers: readonly LayerRef[], lease: StoreLease, signal?: AbortSignal): Promise<Unpacked> {
    const chains = chainIds(layers.map(({ diffId }) => diffId));
    for (const { digest } of layers) {
      if (!(await lease.hold(digest))) throw new KctlError('input', `the layer ${digest} is not in the image store`);
    }
    const folders = chains.map((chain) => this.#folder(chain));
    const isTree = this.#ability.public.mount === 'copy';
    for (const [index, folder] of folders.entries()) {
      if (isTree && index < folders.length - 1) continue;
      if (!existsSync(folder)) {
        const parts = { folder, layers: layers.slice(0, index + 1), chain: chains[index]! };
        await this.#unpackOnce(parts, isTree ? [] : folders.slice(0, index).map(readList), lease, signal);
      }
      this.#mark(folder, layers[index]!.digest);
    }
    const used = isTree ? folders.slice(-1) : folders;
    return { folders: used.map((folder) => join(folder, 'root')), lists: () => (isTree ? [] : folders.map(readList)) };
  }

  #folder(chain: string): string {
    return join(storeFolders(this.#store.path).unpacked, this.#form, chain.replace(':', '-'));
  }

  /** Within this process it is unpacked once; of several processes the first to end wins. */
  async #unpackOnce(parts: Parts, below: LayerList[], lease: StoreLease, signal?: AbortSignal): Promise<void> {
    const running = this.#unpacking.get(parts.chain);
    if (running) {
      await running.catch(() => {});
      if (existsSync(parts.folder)) return;
    }
    const unpacking = this.#unpack(parts, below, lease, signal);
    this.#unpacking.set(parts.chain, unpacking);
    try {
      await unpacking;
    } finally {
      if (this.#unpacking.get(parts.chain) === unpacking) this.#unpacking.delete(parts.chain);
    }
  }

  async #unpack(parts: Parts, below: LayerList[], lease: StoreLease, signal?: AbortSignal): Promise<void> {
    const { live } = storeFolders(this.#store.path);
    const work = join(live, `${lease.id}.u${process.pid}.${++this.#made}`);
    mkdirSync(join(work, 'root'), { recursive: true, mode: 0o755 });
    mkdirSync(join(work, 'blobs'));
    try {
      // A tree begins with the lowest layer.
      const lists = [...below];
      for (const layer of parts.layers.slice(lists.length)) {
        lists.push(await readLayerList(this.#store, layer, unionOf(lists), signal));
        await this.#lay(join(work, 'root'), parts.layers.slice(0, lists.length), lists, signal);
      }
      writeList(work, lists.at(-1)!);
      await mkdir(join(parts.folder, '..'), { recursive: true, mode: 0o711 });
      await rename(work, parts.folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
    } finally {
      if (existsSync(work)) await removeTree(work, this.#ability);
    }
  }

  /** Lays the last of the layers. */
  async #lay(root: string, layers: readonly LayerRef[], lists: readonly LayerList[], signal?: AbortSignal) {
    const { tools, rootless, public: can } = this.#ability;
    const below = unionOf(lists.slice(0, -1));
    const list = lists.at(-1)!;
    const form: LayerForm = {
      opaque: can.mount === 'copy' ? undefined : rootless ? 'user.overlay.opaque' : 'trusted.overlay.opaque',
      hasDevices: !rootless,
    };
    const owner = rootless ? asOwner(rootless, tools.unshare!) : [];
    const removed = form.opaque ? [] : removedBy(list, below);
    if (removed.length > 0) {
      const input = Buffer.from(removed.map((path) => `./${path}\0`).join(''));
      await runTool([...owner, tools.xargs!, '-0', tools.rm!, '-rf', '--'], { cwd: root, input, signal });
    }
    const digests = layers.map(({ digest }) => digest);
    const input = layerTar({
      ...{ store: this.#store, digest: digests.at(-1)!, lowers: digests.slice(0, -1) },
      ...{ list, below, form, root: lists.findLast(({ root }) => root)?.root },
    });
    await runTool([...owner, tools.tar!, ...extractFlags(can.ids), '-C', root], { input, signal }).catch((error) => {
      if (!(error instanceof KctlError)) throw error;
      throw new KctlError('input', `layer ${digests.at(-1)} cannot be unpacked: ${error.message}`, { cause: error });
    });
  }

  /** Which blobs have made it: it goes when none of them is there any more. */
  #mark(folder: string, digest: string): void {
    const mark = join(folder, 'blobs', digest.replace(':', '-'));
    if (!statSync(mark, { throwIfNoEntry: false })) writeFileSync(mark, '');
  }
}

interface Parts {
  folder: string;
  /** The last is the one to unpack. */
  layers: readonly LayerRef[];
  chain: string;
}

/** As the tar says, whoever runs it; links of the tar are never gone through (they are made last, where they lead out). */
function extractFlags(ids: string): string[] {
  const owner = ids === 'own' ? ['--no-same-owner'] : ['--same-owner'];
  return [
    '-x',
    '-f',
    '-',
    '-p',
    '--numeric-owner',
    ...owner,
    '--xattrs',
    '--xattrs-include=*',
    '--warning=no-timestamp',
  ];
}

const LIST = 'list.json';

type Row = [
  path: string,
  kind: LayerEntry['kind'],
  size: number,
  mode: number,
  uid: number,
  gid: number,
  mtime: number,
  link: string,
];

function writeList(folder: string, { entries, root }: LayerList): void {
  const row = ({ path, kind, size, mode, uid, gid, mtime, link }: LayerEntry): Row => [
    path,
    kind,
    size,
    mode,
    uid,
    gid,
    mtime,
    link,
  ];
  writeFileSync(join(folder, LIST), JSON.stringify({ root: root ? row(root) : null, entries: entries.map(row) }));
}

function readList(folder: string): LayerList {
  const { root, entries } = JSON.parse(readFileSync(join(folder, LIST), 'utf8')) as {
    root: Row | null;
    entries: Row[];
  };
  const entry = ([path, kind, size, mode, uid, gid, mtime, link]: Row): LayerEntry => ({
    path,
    kind,
    size,
    mode,
    uid,
    gid,
    mtime,
    link,
    hash: '',
  });
  return { root: root ? entry(root) : undefined, entries: entries.map(entry) };
}

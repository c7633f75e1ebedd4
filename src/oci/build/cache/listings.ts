import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { LayerUnion } from '../../layer-union.ts';
import { type LayerEntry, readLayer } from '../../read-layer.ts';
import type { ImageStore } from '../../store/types.ts';
import type { BuildDatabase } from './build-database.ts';

type Packed = [string, LayerEntry['kind'], number, number, number, number, number, string, string];

/** What layers hold, path by path. Reading a layer for that takes as long as uncompressing it, so it is remembered. */
export class LayerListings {
  readonly #store: ImageStore;
  readonly #database: BuildDatabase;
  readonly #known = new Map<string, Promise<readonly LayerEntry[]>>();

  constructor(store: ImageStore, database: BuildDatabase) {
    this.#store = store;
    this.#database = database;
  }

  entries(digest: string): Promise<readonly LayerEntry[]> {
    const found = this.#known.get(digest) ?? this.#read(digest);
    this.#known.set(digest, found);
    return found;
  }

  /** Of a layer that was just made. */
  keep(digest: string, entries: readonly LayerEntry[]): void {
    this.#known.set(digest, Promise.resolve(entries));
    const packed: Packed[] = entries.map((one) => [
      ...([one.path, one.kind, one.size, one.mode, one.uid, one.gid] as const),
      ...([one.mtime, one.link, one.hash] as const),
    ]);
    const bytes = deflateRawSync(JSON.stringify(packed), { level: 1 });
    this.#database.run('INSERT OR REPLACE INTO listings VALUES (?, ?)', digest, bytes);
  }

  /** What is seen through layers, lowest first. */
  async union(digests: readonly string[]): Promise<LayerUnion> {
    const lists = await Promise.all(digests.map((digest) => this.entries(digest)));
    const union = new LayerUnion();
    for (const list of lists) union.add(list);
    return union;
  }

  async #read(digest: string): Promise<readonly LayerEntry[]> {
    const row = this.#database.get<{ entries: Uint8Array }>('SELECT entries FROM listings WHERE digest = ?', digest);
    if (row) {
      const packed = JSON.parse(inflateRawSync(row.entries).toString('utf8')) as Packed[];
      return packed.map(([path, kind, size, mode, uid, gid, mtime, link, hash]) => ({
        ...{ path, kind, size, mode, uid, gid, mtime, link, hash },
      }));
    }
    const { entries } = await readLayer(this.#store.read(digest), `layer ${digest}`);
    this.keep(digest, entries);
    return entries;
  }
}

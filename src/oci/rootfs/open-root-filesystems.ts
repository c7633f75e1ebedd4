import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import type { ImageStore } from '../store/types.ts';
import { type AbilityChoice, checkAbility, type HostAbility, hostAbility } from './ability.ts';
import { storeFolders } from './store-folders.ts';
import type { LayerRef, OpenOptions, RootAbility, RootFilesystems, WritableRoot } from './types.ts';
import { UnpackedLayers } from './unpacked-layers.ts';
import { LayeredRoot } from './writable-root.ts';

/**
 * Root file systems of the images of a store. What the machine can do is tried once per process, in some 50 ms.
 * @param choice what to use in place of the best
 */
export async function openRootFilesystems(store: ImageStore, choice: AbilityChoice = {}): Promise<RootFilesystems> {
  const { live } = storeFolders(store.path);
  return new StoreRoots(store, await hostAbility(live, choice));
}

class StoreRoots implements RootFilesystems {
  readonly ability: RootAbility;
  readonly #store: ImageStore;
  readonly #ability: HostAbility;
  readonly #unpacked: UnpackedLayers;
  #opened = 0;

  constructor(store: ImageStore, ability: HostAbility) {
    this.#store = store;
    this.#ability = ability;
    this.ability = ability.public;
    this.#unpacked = new UnpackedLayers(store, ability);
  }

  async open(layers: readonly LayerRef[], { keep, signal }: OpenOptions = {}): Promise<WritableRoot> {
    checkAbility(this.#ability);
    const { live, caches } = storeFolders(this.#store.path);
    const lease = this.#store.lease('root file system');
    try {
      // Also without layers: what it makes belongs to the lease.
      if (layers.length === 0) await lease.hold(digestOf(Buffer.alloc(0)));
      const unpacked = await this.#unpacked.provide(layers, lease, signal);
      const folder = keep ?? join(live, `${lease.id}.r${++this.#opened}`);
      const parts = { folder, isKept: keep !== undefined, caches, layers: unpacked, ability: this.#ability, lease };
      return await LayeredRoot.open(parts);
    } catch (error) {
      lease.release();
      throw error;
    }
  }
}

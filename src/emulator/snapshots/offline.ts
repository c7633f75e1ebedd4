import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SnapshotFacts, SnapshotRestored } from '../../api/control/snapshots.ts';
import { resumedAt, type TimeState } from '../cluster-clock.ts';
import { readSetting, writeSetting } from '../control/settings.ts';
import { Store } from '../storage/store.ts';
import { restoreInto } from './restore.ts';
import { Snapshots } from './snapshots.ts';
import { readVolumes } from './volumes.ts';

/** The authority of a cluster that has run. */
const authorityIn = (dataDir: string): string => readFileSync(join(dataDir, 'pki', 'ca.crt'), 'utf8');

/** What the cluster's clock will show when it starts. */
const clusterTime = (store: Store, wall: number): number => {
  const state = readSetting<TimeState>(store, 'clock');
  return state ? resumedAt(state, wall) : wall;
};

/** Snapshots of a cluster that does not run; whoever calls holds its lock. */
export class OfflineSnapshots extends Snapshots {
  readonly #dataDir: string;
  readonly #wall: () => number;

  constructor(dataDir: string, wall: () => number) {
    super(dataDir);
    this.#dataDir = dataDir;
    this.#wall = wall;
  }

  /** @throws KctlError as Snapshots.save does, and for a database that cannot be read */
  saveStopped(name: string, replace: boolean): Promise<SnapshotFacts> {
    return this.#withStore((store) => {
      const wall = this.#wall();
      const source = {
        copyTo: (file: string) => store.copyTo(file),
        volumes: async () => readVolumes(store, this.#dataDir),
        wall,
        authority: authorityIn(this.#dataDir),
      };
      return this.save(name, { ...source, clusterTime: clusterTime(store, wall) }, replace);
    });
  }

  /** @throws KctlError as Snapshots.read does, and for a database that cannot be read; ApiStatusError 500 from the disk */
  async restoreStopped(name: string): Promise<SnapshotRestored> {
    const read = this.read(name);
    return this.#withStore(async (store) => {
      const restored = await restoreInto(
        { store, dataDir: this.#dataDir, authority: authorityIn(this.#dataDir) },
        read,
      );
      const wall = this.#wall();
      const at = Date.parse(read.facts.clusterTime);
      // Time never goes back; it goes ahead to where nothing in the cluster is from the future.
      if (at > clusterTime(store, wall)) {
        const state = readSetting<TimeState>(store, 'clock') ?? { rate: 1, paused: false };
        writeSetting(store, 'clock', { ...state, at, since: wall });
        store.flush();
      }
      return { snapshot: read.facts, restored };
    });
  }

  async #withStore<T>(run: (store: Store) => Promise<T>): Promise<T> {
    const store = new Store(this.#dataDir);
    try {
      return await run(store);
    } finally {
      store.close();
    }
  }
}

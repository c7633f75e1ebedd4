import { createHash } from 'node:crypto';
import { constants, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import type { ListedSnapshot, SnapshotFacts } from '../../api/control/snapshots.ts';
import { KctlError } from '../../lib/errors.ts';
import { kctlVersion } from '../../lib/version.ts';
import { SnapshotFolder } from './folder.ts';
import { type KeptObjects, readObjects } from './read-objects.ts';
import { eachVolume, readFacts, sealSnapshot } from './snapshot-file.ts';
import { checkVolume, type VolumeContents } from './volumes.ts';

/** A snapshot that was read and is whole. */
export interface ReadSnapshot {
  facts: SnapshotFacts;
  objects: KeptObjects;
  /** Hands over the contents of each volume; undefined where an older kctl kept none. */
  volumes?: (take: (file: string, content: Uint8Array) => void) => void;
}

/** What a snapshot is made from. */
export interface SnapshotSource {
  /** Copies the database to a file. */
  copyTo: (file: string) => Promise<void>;
  /** What claims hold. */
  volumes: () => Promise<VolumeContents>;
  /** Milliseconds since the epoch, by the clock on the wall and by the cluster's. */
  wall: number;
  clusterTime: number;
  /** PEM of the cluster's CA. */
  authority: string;
}

/** Of PEM. */
export const authorityOf = (pem: string): string => createHash('sha256').update(pem).digest('hex').slice(0, 32);

/** The snapshots of one cluster, as files beside its database. They hold no keys. */
export class Snapshots {
  readonly #folder: SnapshotFolder;

  constructor(dataDir: string) {
    this.#folder = new SnapshotFolder(dataDir);
  }

  /** By the time at which they were taken, oldest first. */
  list(): ListedSnapshot[] {
    const all = this.#folder.names().map((name): ListedSnapshot => {
      try {
        return readFacts(this.#folder.fileOf(name), name);
      } catch (error) {
        return { name, problem: (error as Error).message };
      }
    });
    const taken = (one: ListedSnapshot) => ('takenAt' in one ? one.takenAt : '');
    return all.sort((a, b) => (taken(a) < taken(b) ? -1 : taken(a) > taken(b) ? 1 : 0));
  }

  /**
   * Saves a whole snapshot, or nothing: until it is complete, one that had the name stays.
   * @throws KctlError `usage` (the name), `conflict` (taken), `internal` (the disk)
   */
  async save(name: string, source: SnapshotSource, replace = false): Promise<SnapshotFacts> {
    const file = this.#free(name, replace);
    return this.#finish(name, file, async (unfinished) => {
      const volumes = await source.volumes();
      await source.copyTo(unfinished);
      const facts = {
        name,
        takenAt: new Date(source.wall).toISOString(),
        clusterTime: new Date(source.clusterTime).toISOString(),
        version: kctlVersion,
        authority: authorityOf(source.authority),
      };
      sealSnapshot(unfinished, facts, volumes);
    });
  }

  /** Takes in a file that `export` wrote. @throws KctlError `usage`, `conflict`, `input`, `internal` */
  import(name: string, path: string, replace = false): Promise<SnapshotFacts> {
    const file = this.#free(name, replace);
    if (!existsSync(path)) throw new KctlError('input', `there is no file ${path}`);
    readFacts(path, path);
    return this.#finish(name, file, async (unfinished) => copyFileSync(path, unfinished));
  }

  /** Writes a copy for somebody else, which must not be there yet. @throws KctlError `usage`, `conflict`, `internal` */
  export(name: string, path: string): void {
    const file = this.#existing(name);
    try {
      copyFileSync(file, path, constants.COPYFILE_EXCL);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST')
        throw new KctlError('conflict', `${path} is there already`);
      rmSync(path, { force: true });
      throw new KctlError('internal', `${path} could not be written: ${(error as Error).message}`, { cause: error });
    }
  }

  /** All of it, checked. @throws KctlError `usage` (no such snapshot), `input` (damaged, newer) */
  read(name: string): ReadSnapshot {
    const file = this.#existing(name);
    const objects = readObjects(file, name);
    const hasVolumes = eachVolume(file, name, (volume, content) => checkVolume(volume, content, name));
    const eachOne: ReadSnapshot['volumes'] = (take) => void eachVolume(file, name, take);
    return { facts: readFacts(file, name), objects, ...(hasVolumes ? { volumes: eachOne } : {}) };
  }

  /** @throws KctlError `usage` */
  delete(name: string): void {
    rmSync(this.#existing(name));
    this.#folder.sync();
  }

  #free(name: string, replace: boolean): string {
    const file = this.#folder.fileOf(name);
    if (!replace && existsSync(file)) {
      throw new KctlError('conflict', `there is a snapshot "${name}" already`, {
        hint: 'choose another name, or replace it with --force',
      });
    }
    return file;
  }

  #existing(name: string): string {
    const file = this.#folder.fileOf(name);
    if (existsSync(file)) return file;
    const names = this.#folder.names();
    throw new KctlError('usage', `there is no snapshot "${name}"`, {
      hint: names.length > 0 ? `snapshots: ${names.join(', ')}` : 'take one with: kctl cluster snapshot save',
    });
  }

  async #finish(name: string, file: string, write: (unfinished: string) => Promise<void>): Promise<SnapshotFacts> {
    let unfinished: string | undefined;
    try {
      unfinished = this.#folder.unfinished();
      await write(unfinished);
      const facts = readFacts(unfinished, name);
      this.#folder.syncFile(unfinished);
      renameSync(unfinished, file);
      this.#folder.sync();
      return facts;
    } catch (error) {
      if (unfinished !== undefined) this.#folder.discard(unfinished);
      if (error instanceof KctlError) throw error;
      const why = (error as Error).message;
      throw new KctlError('internal', `snapshot "${name}" could not be written: ${why}`, { cause: error });
    }
  }
}

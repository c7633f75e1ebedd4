import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { KctlError } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/replace-file.ts';
import { readSetting, writeSetting } from '../control/settings.ts';
import type { Store } from '../storage/store.ts';

/** What claims hold, by the names of the files that the kubelet writes it to (exec/container/volume-files.ts). */
export type VolumeContents = ReadonlyMap<string, Uint8Array>;

const SETTING = 'volumes';
const FOLDER = 'volumes';
const FILE = /^[\w-]+\.volume\.gz$/;

/**
 * Contents of volumes are files beside the database. A restore writes those of the snapshot into a folder of
 * their own, and names it in the transaction of its objects: both take hold at once, or neither.
 */
const folderOf = (dataDir: string, generation: number): string =>
  join(dataDir, generation === 0 ? FOLDER : `${FOLDER}-${generation}`);

const generationIn = (store: Store): number => readSetting<number>(store, SETTING) ?? 0;

/** The folder that holds the contents of this cluster's volumes; it need not be there yet. */
export const volumesFolder = (store: Store, dataDir: string): string => folderOf(dataDir, generationIn(store));

/** Removes the folders that a restore replaced, or could not finish. */
export function dropOldVolumes(store: Store, dataDir: string): void {
  const current = volumesFolder(store, dataDir);
  for (const name of readdirSync(dataDir)) {
    const folder = join(dataDir, name);
    if (/^volumes(-\d+)?$/.test(name) && folder !== current) rmSync(folder, { recursive: true, force: true });
  }
}

/** As they are on disk at this moment. @throws the error of the file system */
export function readVolumes(store: Store, dataDir: string): VolumeContents {
  const folder = volumesFolder(store, dataDir);
  return new Map(filesIn(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => FILE.test(name));
  } catch {
    return [];
  }
}

/** @throws KctlError `input` for what no kubelet could read */
export function checkVolume(file: string, content: Uint8Array, snapshot: string): void {
  try {
    if (!FILE.test(file)) throw new Error('it has no name that a volume can have');
    // It carries its own check sum.
    gunzipSync(content);
  } catch (cause) {
    const why = (cause as Error).message;
    throw new KctlError('input', `snapshot ${snapshot} is damaged: volume ${file}: ${why}`, { cause });
  }
}

/** A folder that is written and not yet in force. */
export interface StagedVolumes {
  /** Within the transaction of the objects. */
  adopt(): void;
  discard(): void;
}

/**
 * Writes the contents of volumes beside those in force.
 * @throws KctlError `internal` where the disk does not take them; then nothing is left of it
 */
export function stageVolumes(
  store: Store,
  dataDir: string,
  each: (take: (file: string, content: Uint8Array) => void) => void,
): StagedVolumes {
  const generation = generationIn(store) + 1;
  const folder = folderOf(dataDir, generation);
  const discard = () => rmSync(folder, { recursive: true, force: true });
  discard();
  try {
    each((file, content) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      replaceFile(join(folder, file), content);
    });
  } catch (cause) {
    discard();
    if (cause instanceof KctlError) throw cause;
    const why = (cause as Error).message;
    throw new KctlError('internal', `the volumes of the snapshot could not be written: ${why}`, { cause });
  }
  return { adopt: () => writeSetting(store, SETTING, generation), discard };
}

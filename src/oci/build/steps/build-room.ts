import type { Socket } from 'node:net';
import type { LayerUnion } from '../../layer-union.ts';
import type { CommittedLayer, RootFilesystems } from '../../rootfs/types.ts';
import type { ImageStore, StoreLease } from '../../store/types.ts';
import type { BuildCache } from '../cache/build-cache.ts';
import type { LayerListings } from '../cache/listings.ts';
import type { PlannedMount, PlannedStage } from '../plan/operations.ts';
import type { BuildProgress, Vertex } from '../progress/progress.ts';
import type { NamedContext } from '../sources/named-contexts.ts';
import type { FileTree } from './file-tree.ts';

/** What commands run with beside what the Dockerfile says: `--add-host`, `--shm-size`, `--ulimit`. */
export interface MachineSettings {
  hosts?: readonly { name: string; address: string }[];
  /** Of /dev/shm, in bytes. */
  shmSize?: number | undefined;
  /** As prlimit takes them: `nofile=1024:2048`. */
  limits?: readonly string[];
}

/** What all steps of a build work with. */
export interface BuildRoom {
  store: ImageStore;
  lease: StoreLease;
  cache: BuildCache;
  listings: LayerListings;
  progress: BuildProgress;
  signal: AbortSignal;
  /** ms; what `SOURCE_DATE_EPOCH` says. */
  epoch: number | undefined;
  machine: MachineSettings;
  /** Steps of the stage are all done again. */
  skipsCache(stage: PlannedStage): boolean;
  /** Does what several stages have in common once; the first one that comes does it. */
  once<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
  now(): number;
  /** The build context; read once, when it is first needed. */
  context(): Promise<FileTree>;
  /** Files of `--build-context`; each is read once. */
  named(context: NamedContext): Promise<FileTree>;
  /** The build context's folder; undefined where there is none (a Dockerfile alone). */
  contextFolder(): Promise<string | undefined>;
  /** Runs commands; asked for when the first one is to run. @throws KctlError where this machine cannot */
  roots(): Promise<RootFilesystems>;
  /** @throws KctlError `input` where the file or the variable is not there; undefined where nobody gave such a secret */
  secret(mount: Extract<PlannedMount, { type: 'secret' }>): Promise<Buffer | undefined>;
  /** What answers as an SSH agent; undefined where nobody gave one of that name. */
  ssh(id: string): Promise<((client: Socket) => void) | undefined>;
  /** What another stage has in the end; it is built by then. */
  stage(stage: PlannedStage): Promise<StageState>;
  /** A folder for files of this build alone. */
  temporary(): Promise<string>;
}

/** What a stage has so far. */
export interface StageState {
  /** Of all that made it what it is. */
  key: string;
  /** Lowest first. */
  layers: readonly CommittedLayer[];
  /** What is seen; worked out when it is first needed. */
  files(): Promise<LayerUnion>;
  /** When the last step was done, in ms. */
  created: number;
}

export type { Vertex };

import type { RootFilesystems } from '../rootfs/types.ts';
import type { ImageStore } from '../store/types.ts';
import type { Annotation } from './annotations.ts';
import type { PathFilter } from './context/patterns.ts';
import type { Dockerfile } from './dockerfile/parse-dockerfile.ts';
import type { Warnings } from './lint/warnings.ts';
import type { ResolveBase } from './plan/base-image.ts';
import type { PlannedMount } from './plan/operations.ts';
import type { Platform } from './plan/platform.ts';
import type { BuildProgress } from './progress/progress.ts';
import type { NamedContexts } from './sources/named-contexts.ts';
import type { BuildRoom, MachineSettings } from './steps/build-room.ts';

/** What is to be built. */
export interface BuildRequest {
  file: Dockerfile;
  /** How messages call it, and by what the next build of it finds this one. */
  identity: string;
  /** The context's folder; undefined where there is none. */
  context: string | undefined;
  /** Of a context in a folder that goes again: what the next build of it knows it by. */
  contextName?: string | undefined;
  /** `--build-context`. */
  contexts?: NamedContexts | undefined;
  ignore: PathFilter;
  target: string | undefined;
  buildArgs: ReadonlyMap<string, string>;
  labels: ReadonlyMap<string, string>;
  /** At least one; of several an index is made. */
  platforms: readonly Platform[];
  network: 'default' | 'none' | 'host';
  /** Canonical. */
  names: readonly string[];
  /** All stages, or those of these names, are built without what was kept. */
  noCache: boolean | readonly string[];
  /** ms */
  epoch: number | undefined;
  /** `--annotation`. */
  annotations?: readonly Annotation[];
  /** What commands run with. */
  machine?: MachineSettings;
  warnings: Warnings;
  secret(mount: Extract<PlannedMount, { type: 'secret' }>): Promise<Buffer | undefined>;
  /** What answers as the agent of that id; none where undefined. */
  ssh?: BuildRoom['ssh'] | undefined;
  /** What RUN may have beside what all have: `network.host`, `security.insecure`. */
  allowed?: ReadonlySet<string> | undefined;
}

/** What it is built with. */
export interface BuildTools {
  store: ImageStore;
  resolve: ResolveBase;
  roots(): Promise<RootFilesystems>;
  progress: BuildProgress;
  signal: AbortSignal;
  now(): number;
}

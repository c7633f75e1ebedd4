import type { Annotation } from '../../oci/build/annotations.ts';
import type { BuildRequest } from '../../oci/build/build-request.ts';
import type { Output } from '../../oci/build/output.ts';
import type { SshSource } from '../../oci/build/ssh/ssh-agents.ts';
import type { MachineSettings } from '../../oci/build/steps/build-room.ts';
import type { Call } from './call.ts';

/** What a command line asks for. */
export interface BuildOptions {
  /** A folder, an address, or `-`. */
  folder: string;
  /** `--file`; '' for the context's own. */
  file: string;
  /** Texts of `--build-context`. */
  contexts: readonly string[];
  /** What to build, as far as the command line alone says it. */
  asked: Asked;
  /** What reads each, by id; undefined where its variable is not set. */
  secrets: ReadonlyMap<string, () => Buffer | undefined>;
  ssh: ReadonlyMap<string, SshSource>;
  /** Base images are asked for anew. */
  pull: boolean;
  call: Call;
  progress: string;
  quiet: boolean;
  output: Output;
  push: boolean;
  /** Paths; '' for none. */
  metadataFile: string;
  iidFile: string;
}

interface Asked
  extends Pick<BuildRequest, 'target' | 'labels' | 'platforms' | 'network' | 'names' | 'noCache' | 'epoch'> {
  buildArgs: Map<string, string>;
  annotations: readonly Annotation[];
  allowed: ReadonlySet<string>;
  machine: MachineSettings;
}

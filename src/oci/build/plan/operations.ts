import type { RunConfig } from '../../store/read-image.ts';
import type { SourceRange } from '../dockerfile/source-error.ts';
import type { NamedContext } from '../sources/named-contexts.ts';
import type { BaseImage } from './base-image.ts';
import type { Platform } from './platform.ts';

/** Where files come from. */
export type FileSource =
  | { from: 'context' }
  | { from: 'stage'; stage: PlannedStage }
  | { from: 'image'; image: BaseImage }
  /** Files of `--build-context`. */
  | { from: 'named'; context: NamedContext };

interface Common {
  /** As progress shows it: `RUN npm ci`. */
  title: string;
  range: SourceRange;
  /** `->arm64`: the files are for another platform than the one it runs on, and several are built for. */
  crossTo?: string;
}

/** A file that stands in the Dockerfile itself. */
export interface InlineFile {
  name: string;
  content: string;
}

export interface CopyOperation extends Common {
  kind: 'copy';
  instruction: 'COPY' | 'ADD';
  source: FileSource;
  /** Paths and patterns below the source's root. Those of ADD may be addresses. */
  paths: readonly string[];
  inline: readonly InlineFile[];
  /** Absolute; with `/` at the end where it has to be a folder. */
  destination: string;
  chown: string | undefined;
  chmod: string | undefined;
  checksum: string | undefined;
  keepGitDir: boolean;
  link: boolean;
  parents: boolean;
  unpack: boolean | undefined;
  excludes: readonly string[];
}

/** What `RUN --mount` asks for; paths are absolute, names of stages are known. */
export type PlannedMount =
  | { type: 'bind'; source: FileSource; path: string; target: string; readOnly: boolean }
  | {
      type: 'cache';
      id: string;
      target: string;
      sharing: 'shared' | 'private' | 'locked';
      mode: number;
      uid: number;
      gid: number;
      readOnly: boolean;
      /** What it begins with; undefined: nothing. */
      source: FileSource | undefined;
      path: string;
    }
  | { type: 'ssh'; id: string; target: string; isRequired: boolean; mode: number; uid: number; gid: number }
  | { type: 'tmpfs'; target: string; size: number | undefined }
  | {
      type: 'secret';
      id: string;
      /** undefined where it only becomes a variable. */
      target: string | undefined;
      env: string | undefined;
      isRequired: boolean;
      mode: number;
      uid: number;
      gid: number;
    };

export interface RunOperation extends Common {
  kind: 'run';
  argv: readonly string[];
  /** What is part of the cache's key: environment and arguments that are declared. */
  env: ReadonlyMap<string, string>;
  /** What it gets beside that. */
  hiddenEnv: ReadonlyMap<string, string>;
  cwd: string;
  user: string;
  mounts: readonly PlannedMount[];
  /** Of heredocs that are programs of their own. */
  scripts: readonly InlineFile[];
  network: 'default' | 'none' | 'host';
  isPrivileged: boolean;
}

export interface WorkdirOperation extends Common {
  kind: 'workdir';
  path: string;
  user: string;
}

export type Operation = CopyOperation | RunOperation | WorkdirOperation;

export interface PlannedHistory {
  createdBy: string;
  /** The operation that makes its layer; undefined where it makes none. */
  operation: Operation | undefined;
  author?: string;
}

export interface PlannedStage {
  index: number;
  /** `build`, or `stage-1`; '' where it is the only one and has no name: then steps are shown without it. */
  name: string;
  /** As its FROM says, with variables put in. */
  baseName: string;
  range: SourceRange;
  base: { kind: 'scratch' } | { kind: 'stage'; stage: PlannedStage } | { kind: 'image'; image: BaseImage };
  platform: Platform;
  /** Steps are shown with the platform, as several are built for. */
  showsPlatform: boolean;
  operations: readonly Operation[];
  history: readonly PlannedHistory[];
  /** How containers of it run. */
  config: RunConfig;
  author: string | undefined;
}

import type { Socket } from 'node:net';
import type { StoreLease } from '../store/types.ts';
import type { TarWriter } from './tar/write-entries.ts';

/** A layer of the store: its blob, and what it is when uncompressed. */
export interface LayerRef {
  digest: string;
  diffId: string;
}

/**
 * What this machine can do with root file systems.
 * `mount`: `overlay` is mounted by root, `user-overlay` in a user namespace, `copy` is a folder with a copy of all.
 * `runtime`: what starts processes in it; undefined where nothing can.
 */
export interface RootAbility {
  mount: 'overlay' | 'user-overlay' | 'copy';
  runtime: 'unshare' | 'crun' | 'runc' | undefined;
  /** Processes run in a user namespace of their own. */
  isRootless: boolean;
  /** How many user ids there are inside: all (root), 65536 and more (subordinate ids), or the user's own alone. */
  ids: 'all' | 'subordinate' | 'own';
  /** Why it is not better than it is, for people; '' where it is the best. */
  reason: string;
}

/** Root file systems of layers of one image store. Linux only. */
export interface RootFilesystems {
  readonly ability: RootAbility;
  /**
   * A writable layer upon these, lowest first. Unpacks what is not unpacked yet; unpacked layers are shared by all that
   * use the store. Disposing it removes the writable layer.
   * @throws KctlError `input` for layers that are damaged, lead out of the root or are not in the store; `config` where
   * this machine cannot do it
   */
  open(layers: readonly LayerRef[], options?: OpenOptions): Promise<WritableRoot>;
}

export interface OpenOptions {
  /** Where the writable layer is kept, so that it outlives this: it is made where it is not there. Else a folder that goes with it. */
  keep?: string;
  /** Stops unpacking. */
  signal?: AbortSignal;
}

export interface WritableRoot extends AsyncDisposable {
  /**
   * Runs a command in it and waits for its end. Its stdin is /dev/null, it has no terminal, and its environment is
   * that of the command. Everything it started ends with it.
   * @throws KctlError `input` for what cannot be started: an unknown user, no such program, a mount that is not there;
   * `config` where this machine has nothing to run it with. The signal's reason where it was aborted.
   */
  run(command: RunCommand, on: RunHooks): Promise<RunResult>;
  /**
   * What was changed, as a layer (gzip) written under the lease; undefined where nothing was. The same changes give the
   * same bytes.
   * @param options `epoch` (s): later times become this one (SOURCE_DATE_EPOCH)
   */
  commit(lease: StoreLease, options?: { epoch?: number | undefined }): Promise<CommittedLayer | undefined>;
  /** As `docker diff`, in the order of paths. */
  changes(): Promise<RootChange[]>;
}

export interface RunHooks {
  /** As it comes: not by lines. */
  output(chunk: Uint8Array, stream: 'stdout' | 'stderr'): void;
  /** What goes to stderr comes as stdout, in the order in which it was written. */
  isOneStream?: boolean;
  /** Kills everything. */
  signal: AbortSignal;
  /** A cache that others have locked is waited for. */
  waiting?(what: string): void;
}

export interface RunResult {
  /** 128 and the signal's number where a signal ended it. */
  code: number;
  signal?: NodeJS.Signals;
}

export interface CommittedLayer {
  digest: string;
  size: number;
  diffId: string;
  mediaType: string;
}

export interface RootChange {
  /** `/etc/passwd` */
  path: string;
  kind: 'A' | 'C' | 'D';
}

export interface RunCommand {
  argv: readonly string[];
  /** `NAME=VALUE`; nothing is added but HOME, where it is not there: the user's, by the root's /etc/passwd. */
  env: readonly string[];
  /** Absolute; made where it is not there. */
  cwd: string;
  /** `name|uid[:group|gid]`, resolved inside the root; '' is root. */
  user: string;
  mounts: readonly RunMount[];
  /** `default` is the host's network here: containers have none of their own. `none` has only loopback. */
  network: 'default' | 'none' | 'host';
  hostname?: string | undefined;
  /** Limits of its processes, as prlimit(1) takes them: `nofile=1024:2048`. */
  limits?: readonly string[];
  /** All capabilities, the whole of /proc and /sys, the devices for file systems, and no filter of system calls. */
  isPrivileged?: boolean | undefined;
}

/** A file or a folder that is made for a run, with its owners and permissions. */
export interface GivenFiles {
  isFolder: boolean;
  /** Writes it as `top`, and what is in it below `top/`. */
  write(tar: TarWriter): Promise<void>;
}

/** Targets are absolute; links in them are followed inside the root. What has to be made for them is not in the layer. */
export type RunMount =
  | {
      type: 'bind';
      /** A path of this machine, a file or a folder. */
      source: string;
      target: string;
      readOnly: boolean;
    }
  | {
      /** A copy of files; what is written to it is gone when the run has ended. */
      type: 'files';
      files: GivenFiles;
      target: string;
      readOnly: boolean;
    }
  | {
      /** A folder of the store that outlives the run. */
      type: 'cache';
      id: string;
      target: string;
      /** `locked`: one run at a time; `private`: a folder of its own while another uses it. */
      sharing: 'shared' | 'private' | 'locked';
      /** Of the folder when it is made. */
      mode: number;
      uid: number;
      gid: number;
      readOnly: boolean;
      /** What is in it when it is made; another key is another cache. */
      begin?: { key: string; files: GivenFiles } | undefined;
    }
  | {
      type: 'tmpfs';
      target: string;
      /** Bytes. */
      size?: number | undefined;
      /** 0755 where absent. */
      mode?: number;
    }
  | {
      /** A file in memory; it is in no layer and on no disk. */
      type: 'secret';
      content: Buffer;
      target: string;
      mode: number;
      uid: number;
      gid: number;
      /** It is started: secrets cannot be. */
      isProgram?: boolean;
    }
  | {
      /** A socket on which this process answers. */
      type: 'socket';
      connect(client: Socket): void;
      target: string;
      mode: number;
      uid: number;
      gid: number;
    };

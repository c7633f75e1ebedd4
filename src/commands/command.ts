import type { ListedSnapshot, SnapshotFacts, SnapshotRestored } from '../api/control/snapshots.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { Program } from '../kube/program.ts';
import type { IoStreams } from '../lib/io.ts';
import type { CheckPassword } from '../oci/server/passwords.ts';
import type { ImageStore } from '../oci/store/types.ts';

/** Flag types follow Go's pflag: an array repeats, a slice also splits at commas. */
type FlagType = 'string' | 'bool' | 'int' | 'int32' | 'duration' | 'stringArray' | 'stringSlice';

export interface FlagSpec {
  /** Long name with dashes, without the leading `--`. */
  name: string;
  short?: string;
  type: FlagType;
  /** Shown in help and used where the flag is absent. A duration is text as Go writes it (`30s`). */
  default?: string | number | boolean | readonly string[];
  /** The value of the bare flag (`--validate` = `strict`); a bool's is `true`. */
  bare?: string;
  describe: string;
  hidden?: boolean;
  /** kubectl has no such flag: help shows it apart, and to who calls `kubectl` not at all. */
  own?: boolean;
  /** Values of a flag of kubectl's that only kctl has, with what they are: help and completion tell of them. */
  ownValues?: Readonly<Record<string, string>>;
  /** What the shell offers as its value. */
  complete?: Completer;
}

/** Parsed flags by long name. Absent flags hold their default, or undefined where the spec has none. */
export interface FlagValues {
  readonly [name: string]: string | number | boolean | readonly string[] | undefined;
}

/** One parsed command line of one command. */
export interface Invocation {
  /** Positional arguments: before `--` where a command takes a command line, else all. */
  args: readonly string[];
  /** Everything after `--` for commands that take a command line; undefined when there was no `--`. */
  afterDash: readonly string[] | undefined;
  flags: FlagValues;
  /** Long names of flags that the user typed. */
  given: ReadonlySet<string>;
}

export interface CommandContext {
  io: IoStreams;
  /** `kctl`, or `kubectl` when called through a link of that name; used in every message. */
  tool: string;
  /** The words that named the command: `rollout undo`. */
  commandPath: string;
  /** Values of the global flags. */
  globals: FlagValues;
  /** The words as they were typed, without the program's name. */
  commandLine?: readonly string[];
  /** Aborted by the first Ctrl-C and by SIGTERM. */
  signal: AbortSignal;
  /**
   * Opens the cluster that the global flags and kubeconfig name; starts the bundled one where nothing names any. Memoised.
   * @param contextName in place of the one that the flags name
   */
  connect(contextName?: string): Promise<Cluster>;
  /** Runs other command lines in this process. */
  program?: Program;
  /** The exit code of a command that a signal ends, in place of 128 and the signal's number. */
  endOfSignals?: (code: number) => void;
  /** Runs the bundled cluster in this process; src/emulator is loaded only then. */
  startEmulator(options: EmulatorSettings): Promise<RunningEmulator>;
  /** The snapshots of the bundled cluster that keeps its data in `dataDir`; src/emulator is loaded only then. */
  snapshots(dataDir: string): Promise<ClusterSnapshots>;
}

/** What the bundled cluster is started with; src/emulator/emulator.ts says what each field means. */
interface EmulatorSettings {
  dataDir: string;
  port: number;
  address?: string;
  tlsNames?: readonly string[];
  nodes: number;
  seed: 'demo' | 'empty';
  name: string;
  quota?: number;
  registry?: () => {
    store: ImageStore;
    hosts(): readonly string[];
    checkPassword(): CheckPassword | undefined;
  };
}

/** Snapshots as files, without the help of a running cluster. Failures are KctlError. */
interface ClusterSnapshots {
  /** Oldest first; one that cannot be read says why. */
  list(): readonly ListedSnapshot[];
  import(name: string, path: string, replace: boolean): Promise<SnapshotFacts>;
  export(name: string, path: string): void;
  delete(name: string): void;
  /** Of a cluster that does not run, by who holds its lock. */
  saveStopped(name: string, replace: boolean): Promise<SnapshotFacts>;
  /** Of a cluster that does not run, by who holds its lock. */
  restoreStopped(name: string): Promise<SnapshotRestored>;
}

interface RunningEmulator {
  url: string;
  port: number;
  adminKubeconfig: string;
  stop(): Promise<void>;
}

/**
 * A verb in kubectl's three steps: `complete` turns the command line into options, `validate` refuses
 * what cannot work before anything is sent, `run` does it and returns the exit code (0 when void).
 */
export interface Command<Options = unknown> {
  flags: readonly FlagSpec[];
  /** What follows `--` is a command line for a container; to others it only says that no flag follows. */
  takesCommand?: boolean;
  complete(invocation: Invocation, context: CommandContext): Options | Promise<Options>;
  validate?(options: Options, context: CommandContext): void;
  // biome-ignore lint/suspicious/noConfusingVoidType: a command that has nothing to say about its exit code returns nothing
  run(options: Options, context: CommandContext): Promise<number | void>;
}

/** Keeps the option type of a command from end to end. */
export function defineCommand<Options>(command: Command<Options>): Command<Options> {
  return command;
}

/** What help, completion and dispatch need to know of a command without loading it. */
export interface CommandEntry {
  name: string;
  aliases?: readonly string[];
  /** Heading in `kctl --help`. */
  group: string;
  summary: string;
  /** What follows the command's name: `(TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE/NAME ...)`. */
  usage: string;
  examples?: readonly { about: string; line: string }[];
  hidden?: boolean;
  /** kubectl has no such command: help shows it apart, and to who calls `kubectl` not at all; a plugin of that name comes first there. */
  own?: boolean;
  /** It speaks to no cluster, so that its failures say nothing of one. */
  withoutCluster?: boolean;
  /** Exit code of a command line that cannot be read; 1 unless a command means something else by it. */
  usageExitCode?: number;
  /** What the shell offers as its arguments; `completion/arguments.ts` has those of kubectl's own commands. */
  complete?: Completer;
  // biome-ignore lint/suspicious/noExplicitAny: each command has options of its own; dispatch hands them through
  load?: () => Promise<Command<any>>;
  subcommands?: readonly CommandEntry[];
}

/**
 * What the shell can offer in one place of a command line, as data: entries say it of their arguments, flags of
 * their values. `completion/candidates.ts` knows how each is found.
 */
export type Completer =
  /** Fixed words. */
  | { from: 'words'; words: readonly string[]; repeat?: boolean }
  /** `TYPE NAME...` or `TYPE/NAME...`; `types`: only these; `once`: one object only. */
  | { from: 'objects'; types?: readonly string[]; once?: boolean }
  /** Resource types, also as a list with commas. */
  | { from: 'types' }
  /** Names of one type, as the first argument; `repeat`: as every argument. */
  | { from: 'names'; type: string; repeat?: boolean }
  /** `POD` or `TYPE/NAME`, and what the second argument is. */
  | { from: 'pods'; next?: 'containers' | 'ports' }
  /** Containers of the pod that the first argument names. */
  | { from: 'containers' }
  /** Names of a kubeconfig. */
  | { from: 'kubeconfig'; list: 'contexts' | 'clusters' | 'users' }
  /** `POD:PATH`, `NAMESPACE/POD:PATH` or a local path. */
  | { from: 'copies' }
  /** Files, with one of these extensions. */
  | { from: 'files'; extensions?: readonly string[] }
  | { from: 'folders' }
  /** What the command knows itself; `repeat`: as every argument. */
  | { from: 'own'; list: OwnList; repeat?: boolean };

/** @param flags those of the command line so far */
export type OwnList = (context: CommandContext, flags: FlagValues) => Promise<readonly string[]>;

import type { ApiStatus } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import type { FlagValues } from '../command.ts';

/** What an explanation is made of: a sentence, or a command line to type, which is never broken into lines. */
export type Said = string | { command: string };

/** What went wrong, and what may be looked at to say why. */
export interface Asked {
  error: KctlError;
  /** What a server said; undefined where none did. */
  status: ApiStatus | undefined;
  io: IoStreams;
  tool: string;
  /** The words that named the command: `rollout status`. */
  commandPath: string;
  /** What followed them. */
  args: readonly string[];
  globals: FlagValues;
  /** The cluster that the command line names. Nothing but reading is done there. @param self without `--as` */
  connect(self?: 'self'): Promise<Cluster>;
  /** Aborted by Ctrl-C, and when the time for explaining is over. */
  signal: AbortSignal;
  /** Answers that explanations of several failures of one command share. */
  once<T>(key: string, make: () => Promise<T>): Promise<T>;
}

/** Says what it knows as it learns it, so that a limit of time costs only the rest. */
type Explain = (asked: Asked) => AsyncIterable<Said>;

/** One kind of failure. Its code is loaded once a failure of that kind has happened. */
export interface Explanation {
  /** For people who read the table. */
  about: string;
  matches(error: KctlError, status: ApiStatus | undefined, commandPath: string): boolean;
  load(): Promise<Explain>;
}

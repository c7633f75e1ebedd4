import type { IoStreams } from '../lib/io.ts';
import type { Cluster } from './cluster.ts';

/**
 * Runs a command line of this program inside it, on a cluster that is open: how the dashboard does what
 * commands do. Failures are printed to `io` and told by the exit code.
 */
export type Program = (
  argv: readonly string[],
  /** Streams and environment that take the place of the process's own. */
  io: Partial<IoStreams>,
  cluster: Cluster,
  /** Asks the command to stop; on the terminal Ctrl-C does so too. */
  signal?: AbortSignal,
) => Promise<number>;

import type { CommandEntry } from '../commands/command.ts';
import type { IoStreams } from '../lib/io.ts';

/** What completing a command line works with. */
export interface Completing {
  table: readonly CommandEntry[];
  io: IoStreams;
  tool: string;
  signal: AbortSignal;
}

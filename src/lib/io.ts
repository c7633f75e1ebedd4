import type { Readable, Writable } from 'node:stream';
import type { Progress } from './progress.ts';

/** A stream that may be a terminal. `columns` and `rows` are set only where `isTTY` is true. */
export type TerminalWritable = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** The streams and the environment a command works with; passed in, so that tests can hold them. */
export interface IoStreams {
  stdin: Readable & { isTTY?: boolean };
  stdout: TerminalWritable;
  stderr: TerminalWritable;
  env: Record<string, string | undefined>;
  cwd: string;
  /** On terminals, for commands that may take long. */
  progress?: Progress;
}

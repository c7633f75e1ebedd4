import type { Readable, Writable } from 'node:stream';

/** A stream that may be a terminal. `columns` and `rows` are set only where `isTTY` is true. */
export type TerminalWritable = Writable & { isTTY?: boolean; columns?: number; rows?: number };

/** Says on a terminal what a command waits for, where that takes longer than people wait without a word. */
export interface Progress {
  /** Until the returned function is called, `what` is waited for: a few words, asked for each time they are drawn. */
  begin(what: () => string): () => void;
  during<T>(what: () => string, work: Promise<T>): Promise<T>;
}

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

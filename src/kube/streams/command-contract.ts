import type { Readable, Writable } from 'node:stream';

export interface TerminalSize {
  width: number;
  height: number;
}

/** Sizes of the user's terminal: the present ones at once, later ones as they come. */
export type TerminalSizes = (tell: (size: TerminalSize) => void) => () => void;

/** One run of pods/exec or pods/attach. */
export interface RemoteCommand {
  namespace: string;
  pod: string;
  container: string;
  subresource: 'exec' | 'attach';
  /** Of exec. */
  command?: readonly string[];
  /** What is absent here is not asked for. */
  stdin?: Readable;
  stdout?: Writable;
  stderr?: Writable;
  /** The container's side is a terminal: `stderr` then comes with `stdout`. */
  tty: boolean;
  /** With `tty`. */
  sizes?: TerminalSizes;
  signal?: AbortSignal;
}

import type { Script } from 'unbash';
import type { Process } from '../process/process.ts';
import type { FatalJump, ShellState } from './state.ts';

/** What the parts of the shell see of it. */
export interface Shell {
  readonly state: ShellState;
  readonly process: Process;
  /** Parses and runs text in this shell. */
  execute(source: string): Promise<number>;
  /** Standard output of a script in a subshell. */
  capture(script: Script & { source?: string }, text: string): Promise<string>;
  /** Runs a function, a builtin or a program. */
  invoke(argv: readonly string[], pos?: number, how?: { skipsFunctions?: boolean; isLast?: boolean }): Promise<number>;
  /** Waits for children; a signal ends the waiting and leaves them alone. */
  whileAlive<T>(children: Promise<T>): Promise<T>;
  valueOf(name: string): string | readonly string[] | undefined;
  /** @throws FatalJump for what is not set under `set -u` */
  checked<T>(name: string, value: T, pos: number): T;
  assign(name: string, value: string): void;
  homeOf(user: string): string | undefined;
  say(text: string): Promise<void>;
  /** Says what is wrong as this shell would, with the line where it would give one. */
  complain(text: string, pos?: number): Promise<void>;
  /** Ends the shell, or only the command line of an interactive one. */
  fatal(status: number): FatalJump;
}

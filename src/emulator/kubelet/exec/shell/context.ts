import type { CommandNode, CompoundList, ProcessSubstitutionPart, Script, Statement } from 'unbash';
import type { Handle } from '../process/handle.ts';
import type { Process } from '../process/process.ts';
import type { FatalJump, ShellState } from './state.ts';

/** Open files that a new process gets in place of its parent's; undefined closes one. */
export type HandleChanges = ReadonlyMap<number, Handle | undefined>;

/** What the parts of the shell see of it, and by which they run one another. */
export interface Shell {
  readonly state: ShellState;
  readonly process: Process;

  // Running

  /** Parses and runs text in this shell; `exit` and its like come out as jumps. */
  execute(source: string): Promise<number>;
  /** Runs `run` with `source` as the text that positions belong to. */
  withSource<T>(source: string, run: () => Promise<T>): Promise<T>;
  statements(list: readonly Statement[]): Promise<number>;
  /** One command of any kind. */
  command(node: CommandNode | CompoundList): Promise<number>;
  /** Runs a function, a builtin or a program. */
  invoke(argv: readonly string[], pos?: number, how?: { skipsFunctions?: boolean; isLast?: boolean }): Promise<number>;
  /** The commands of traps whose signals have come. */
  runTraps(): Promise<void>;
  /** Takes the status of what left the shell; other errors go on. */
  left(error: unknown): Promise<void>;
  /** The trap of EXIT, and the status. */
  finish(): Promise<number>;

  // Other processes

  /** A subshell in a child process, which takes over the handles given. */
  fork(changes?: HandleChanges): Shell;
  /** Standard output of a script in a subshell. */
  capture(script: Script & { source?: string }, text: string): Promise<string>;
  /** A path at which the input or output of a script that runs meanwhile is found. */
  substitute(part: ProcessSubstitutionPart): string;
  /** Waits for children; a signal ends the waiting and leaves them alone. */
  whileAlive<T>(children: Promise<T>): Promise<T>;

  // Variables

  valueOf(name: string): string | readonly string[] | undefined;
  /** @throws FatalJump for what is not set under `set -u` */
  checked<T>(name: string, value: T, pos: number): T;
  assign(name: string, value: string): void;
  homeOf(user: string): string | undefined;

  // Words to the user

  say(text: string): Promise<void>;
  /** Says what is wrong as this shell would, with the line where it would give one. */
  complain(text: string, pos?: number): Promise<void>;
  /** Ends the shell, or only the command line of an interactive one. */
  fatal(status: number): FatalJump;
}

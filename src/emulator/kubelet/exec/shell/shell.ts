import type { CommandNode, CompoundList, ProcessSubstitutionPart, Script, Statement } from 'unbash';
import { accounts } from '../commands/names.ts';
import { interruptible } from '../process/handle.ts';
import { Process } from '../process/process.ts';
import { setElement } from './arrays.ts';
import type { HandleChanges, Shell as ShellContext } from './context.ts';
import { parameterValue } from './parameters.ts';
import { capture } from './run/capture.ts';
import { runCommand } from './run/compound.ts';
import { invoke } from './run/invoke.ts';
import { runStatements } from './run/statements.ts';
import { substitute } from './run/substitute.ts';
import { ExitJump, FatalJump, Jump, ReturnJump, type ShellState } from './state.ts';
import { lineAt, parseScript, soundLines } from './syntax.ts';
import { Traps } from './traps.ts';
import { UnsetParameter } from './unset-parameter.ts';

/** One shell: its state in the process it runs in. A subshell is another one, in a child. How commands run is under `run/`. */
export class Shell implements ShellContext {
  readonly state: ShellState;
  readonly process: Process;
  readonly #traps: Traps;

  constructor(state: ShellState, process: Process) {
    this.state = state;
    this.process = process;
    this.#traps = new Traps(this);
  }

  // Running

  /** Runs a whole script as `sh -c` does; an exit in it comes back as a status. */
  async script(source: string): Promise<number> {
    try {
      await this.execute(source);
    } catch (error) {
      await this.left(error);
    }
    return this.finish();
  }

  async execute(source: string): Promise<number> {
    const { script, problem } = parseScript(source, this.state.dialect);
    return this.withSource(source, async () => {
      if (!problem) return this.statements(script.commands);
      const before = soundLines(source, problem.line, this.state.dialect);
      if (before) await this.statements(before.commands);
      await this.say(`${this.#prefix(problem.line)}${problem.message}`);
      throw this.fatal(2);
    });
  }

  async withSource<T>(source: string, run: () => Promise<T>): Promise<T> {
    const outer = this.state.source;
    this.state.source = source;
    try {
      return await run();
    } finally {
      this.state.source = outer;
    }
  }

  statements(list: readonly Statement[]): Promise<number> {
    return runStatements(this, list);
  }

  command(node: CommandNode | CompoundList): Promise<number> {
    return runCommand(this, node);
  }

  invoke(argv: readonly string[], pos = 0, how: { skipsFunctions?: boolean; isLast?: boolean } = {}): Promise<number> {
    return invoke(this, argv, pos, how);
  }

  runTraps(): Promise<void> {
    return this.#traps.run();
  }

  async left(error: unknown): Promise<void> {
    if (!(error instanceof Jump)) throw error;
    if (error instanceof UnsetParameter) await this.complain(error.text, error.pos);
    if (error instanceof ExitJump || error instanceof ReturnJump) this.state.status = error.status;
  }

  async finish(): Promise<number> {
    const trap = this.state.traps.get(0);
    this.state.traps.delete(0);
    const { status } = this.state;
    if (!trap) return status;
    try {
      await this.execute(trap);
    } catch (error) {
      if (!(error instanceof ExitJump)) throw error;
      return error.status;
    }
    return status;
  }

  // Other processes

  fork(changes: HandleChanges = new Map()): Shell {
    const { process, state } = this;
    const child = new Process({
      host: process.host,
      parent: process,
      session: process.session,
      argv: process.argv,
      env: process.env,
      files: process.files.clone(),
      handles: process.handles,
    });
    for (const [number, handle] of changes) child.assign(number, handle);
    return new Shell(state.fork(), child);
  }

  capture(script: Script & { source?: string }, text: string): Promise<string> {
    return capture(this, script, text);
  }

  substitute(part: ProcessSubstitutionPart): string {
    return substitute(this, part);
  }

  whileAlive<T>(children: Promise<T>): Promise<T> {
    return interruptible(this.process.signal, (resolve, reject) => {
      children.then(resolve, reject);
    });
  }

  // Variables

  valueOf(name: string): string | readonly string[] | undefined {
    return parameterValue(this, name);
  }

  checked<T>(name: string, value: T, pos: number): T {
    if (value !== undefined || !this.state.options.has('u')) return value;
    const isBash = this.state.dialect === 'bash';
    throw new UnsetParameter(`${name}: ${isBash ? 'unbound variable' : 'parameter not set'}`, pos, isBash ? 1 : 2);
  }

  assign(name: string, value: string): void {
    const known = this.state.variables.get(name);
    if (known?.elements) {
      setElement(this.state, name, '0', value);
      return;
    }
    this.state.variables.set(name, {
      ...(known?.isInteger ? { isInteger: true } : {}),
      value,
      isExported: known?.isExported ?? this.state.options.has('a'),
      isReadOnly: known?.isReadOnly ?? false,
    });
  }

  homeOf(user: string): string | undefined {
    return accounts(this.process.files, '/etc/passwd').find(([name]) => name === user)?.[5];
  }

  // Words to the user

  async say(text: string): Promise<void> {
    await this.process.warn(`${text}\n`);
  }

  #prefix(line: number): string {
    const { dialect, name, isInteractive } = this.state;
    if (dialect === 'dash') return `${name}: ${line}: `;
    return dialect === 'ash' || isInteractive ? `${name}: ` : `${name}: line ${line}: `;
  }

  async complain(text: string, pos = 0): Promise<void> {
    await this.say(`${this.#prefix(lineAt(this.state.source, pos))}${text}`);
  }

  fatal(status: number): FatalJump {
    this.state.status = status;
    return new FatalJump(status);
  }
}

import type { Assignment, Command, CommandNode, CompoundList, Pipeline, PipelineNode, Script, Statement } from 'unbash';
import { accounts } from '../commands/names.ts';
import { isSystemError, SystemError } from '../fs/errors.ts';
import { type Handle, interruptible, nothing, pipe, sinkHandle } from '../process/handle.ts';
import { breathe } from '../process/pace.ts';
import { MOST_BYTES, OutputFailure, Process } from '../process/process.ts';
import { Killed, signals } from '../process/signals.ts';
import { builtins, specialBuiltins } from './builtins.ts';
import { doubleTest } from './double-test.ts';
import { arithmetic, expandAssignment, expandPattern, expandText, expandWords } from './expand.ts';
import { external, handOver, notStarted } from './launch.ts';
import { loopWhile } from './loops.ts';
import { parameterValue } from './parameters.ts';
import { matches } from './pattern.ts';
import { RedirectFailure, redirect } from './redirect.ts';
import { ExitJump, FatalJump, type Job, Jump, ReturnJump, type ShellState } from './state.ts';
import { lineAt, parseScript } from './syntax.ts';

const DEEPEST_CALLS = 200;

/** One shell: its state in the process it runs in. A subshell is another one, in a child. */
export class Shell {
  readonly state: ShellState;
  readonly process: Process;
  /** Signals that arrived and have a trap. */
  #pending: number[] = [];
  /** The next simple command is all that is left to do in this process: a program takes its place. */
  #isLast = false;

  constructor(state: ShellState, process: Process) {
    this.state = state;
    this.process = process;
    process.onSignal = (signal) => this.#take(signal);
  }

  #take(signal: number): boolean {
    const trap = this.state.traps.get(signal);
    if (trap !== undefined) {
      if (trap) this.#pending.push(signal);
      return true;
    }
    if (!this.state.isInteractive) return false;
    if (signal === signals.INT) this.process.interrupt(signal);
    return signal === signals.INT || signal === signals.TERM || signal === signals.QUIT;
  }

  /** Runs a whole script as `sh -c` does; an exit in it comes back as a status. */
  async script(source: string): Promise<number> {
    try {
      await this.execute(source);
    } catch (error) {
      await this.left(error);
    }
    return this.finish();
  }

  /** Takes the status of what left the shell; other errors go on. */
  async left(error: unknown): Promise<void> {
    if (!(error instanceof Jump)) throw error;
    if (error instanceof UnsetParameter) await this.complain(error.text, error.pos);
    if (error instanceof ExitJump || error instanceof ReturnJump) this.state.status = error.status;
  }

  /** The trap of EXIT, and the status. */
  async finish(): Promise<number> {
    const trap = this.state.traps.get(0);
    this.state.traps.delete(0);
    if (!trap) return this.state.status;
    const status = this.state.status;
    try {
      await this.execute(trap);
    } catch (error) {
      if (!(error instanceof ExitJump)) throw error;
      return error.status;
    }
    return status;
  }

  /** Parses and runs text in this shell; `exit` and its like come out as jumps. */
  async execute(source: string): Promise<number> {
    const { script, problem } = parseScript(source, this.state.dialect);
    if (problem) {
      const outer = this.state.source;
      this.state.source = source;
      await this.say(`${this.#prefix(problem.line)}${problem.message}`);
      this.state.source = outer;
      throw this.fatal(2);
    }
    return this.withSource(source, () => this.statements(script.commands));
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

  async statements(list: readonly Statement[]): Promise<number> {
    for (const { command, background } of list) {
      if (this.#pending.length > 0) await this.#runTraps();
      await breathe();
      this.process.signal.throwIfAborted();
      if (background) this.state.status = await this.#background(command);
      else await this.#node(command);
    }
    if (this.#pending.length > 0) await this.#runTraps();
    return this.state.status;
  }

  async #runTraps(): Promise<void> {
    for (const signal of this.#pending.splice(0)) {
      const status = this.state.status;
      await this.execute(this.state.traps.get(signal) ?? '');
      this.state.status = status;
    }
  }

  async #node(node: Statement['command'] | CompoundList): Promise<number> {
    const { state } = this;
    if (node.type !== 'AndOr') return this.#pipelineNode(node);
    for (const [index, command] of node.commands.entries()) {
      const operator = node.operators[index - 1];
      if (operator === '&&' && state.status !== 0) continue;
      if (operator === '||' && state.status === 0) continue;
      const isLast = index === node.commands.length - 1;
      await (isLast ? this.#pipelineNode(command) : this.#condition(() => this.#pipelineNode(command)));
    }
    return state.status;
  }

  async #condition<T>(run: () => Promise<T>): Promise<T> {
    this.state.conditions++;
    try {
      return await run();
    } finally {
      this.state.conditions--;
    }
  }

  async #pipelineNode(node: PipelineNode | CompoundList): Promise<number> {
    if (node.type !== 'Pipeline') return this.#command(node);
    const { state } = this;
    const isNegated = node.prefixes.filter(({ type }) => type === 'Negation').length % 2 === 1;
    const isTimed = node.prefixes.some(({ type }) => type === 'Time');
    const start = this.process.host.clock.now();
    const run = () => (node.commands.length === 1 ? this.#command(node.commands[0]!) : this.#pipeline(node));
    if (isNegated) {
      await this.#condition(run);
      state.status = state.status === 0 ? 1 : 0;
    } else await run();
    if (isTimed) {
      const seconds = (this.process.host.clock.now() - start) / 1000;
      const shown = `${Math.floor(seconds / 60)}m${(seconds % 60).toFixed(3)}s`;
      await this.say(`\nreal\t${shown}\nuser\t0m0.001s\nsys\t0m0.001s`);
    }
    return state.status;
  }

  async #pipeline({ commands, operators }: Pipeline): Promise<number> {
    const ends: { input: Handle | undefined; output: Handle | undefined }[] = commands.map(() => ({
      input: undefined,
      output: undefined,
    }));
    for (let index = 0; index + 1 < commands.length; index++) {
      const { reader, writer } = pipe();
      ends[index]!.output = writer;
      ends[index + 1]!.input = reader;
    }
    const running = commands.map((command, index) => {
      const { input, output } = ends[index]!;
      const changes = new Map<number, Handle | undefined>();
      if (input) changes.set(0, input);
      if (output) changes.set(1, output);
      if (output && operators[index] === '|&') changes.set(2, output.share());
      return this.#forked((shell) => shell.#last(command), changes);
    });
    const all = await this.whileAlive(Promise.all(running));
    const failed = all.filter((status) => status !== 0);
    return this.#ended(this.state.options.has('pipefail') ? (failed.at(-1) ?? 0) : all.at(-1)!);
  }

  #last(node: CommandNode): Promise<number> {
    this.#isLast = node.type === 'Command';
    return this.#command(node);
  }

  /** Takes a status as that of a command which ended, and leaves where `set -e` wants it. */
  #ended(status: number): number {
    this.state.status = status;
    if (status !== 0 && this.state.options.has('e') && this.state.conditions === 0) throw new ExitJump(status);
    return status;
  }

  /** A subshell in a child process; the handles given are taken over. */
  fork(changes: ReadonlyMap<number, Handle | undefined> = new Map()): Shell {
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

  /** Runs in a subshell to its end; killed by a signal, it has the status for that. */
  async #forked(
    run: (shell: Shell) => Promise<unknown>,
    changes?: ReadonlyMap<number, Handle | undefined>,
  ): Promise<number> {
    let shell: Shell;
    try {
      shell = this.fork(changes);
    } catch (error) {
      for (const handle of changes?.values() ?? []) handle?.release();
      if (!isSystemError(error, 'EAGAIN')) throw error;
      await this.complain(`can't fork: ${error.message}`);
      throw this.fatal(2);
    }
    return this.whileAlive(shell.complete(run));
  }

  /** Waits for children; a signal ends the waiting and leaves them alone. */
  whileAlive<T>(children: Promise<T>): Promise<T> {
    return interruptible(this.process.signal, (resolve, reject) => {
      children.then(resolve, reject);
    });
  }

  async complete(run: (shell: Shell) => Promise<unknown>): Promise<number> {
    try {
      await run(this);
      return await this.finish();
    } catch (error) {
      if (error instanceof Killed) return 128 + error.signal;
      await this.left(error);
      return await this.finish();
    } finally {
      this.process.exit();
    }
  }

  async #background(node: Statement['command']): Promise<number> {
    const { state } = this;
    const changes = state.isInteractive ? new Map() : new Map([[0, nothing()]]);
    const shell = this.fork(changes);
    shell.process.isBackground = true;
    const text = state.source.slice(node.pos, node.end);
    const job: Job = {
      number: Math.max(0, ...state.jobs.map(({ number }) => number)) + 1,
      pid: shell.process.pid,
      process: shell.process,
      text,
      status: undefined,
      ended: Promise.resolve(0),
    };
    job.ended = shell
      .complete((inner) => (node.type === 'Command' ? inner.#last(node) : inner.#node(node)))
      .then((status) => {
        job.status = status;
        return status;
      });
    job.ended.catch(() => {});
    state.jobs.push(job);
    state.lastBackground = job.pid;
    if (state.isInteractive) await this.say(`[${job.number}] ${job.pid}`);
    return 0;
  }

  /** Standard output of a script in a subshell, without the line ends at its end. */
  async capture(script: Script & { source?: string }, text: string): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const sink = sinkHandle((chunk) => {
      size += chunk.length;
      if (size > MOST_BYTES) throw new SystemError('ENOMEM');
      // A program may use its buffer again.
      chunks.push(chunk.slice());
    });
    const problem = parseScript(
      text.startsWith('`') ? text.slice(1, -1) : text.slice(2, -1),
      this.state.dialect,
    ).problem;
    if (problem && script.source === undefined) {
      await this.complain(problem.message);
      throw this.fatal(2);
    }
    const only = script.commands.length === 1 ? script.commands[0]!.command : undefined;
    if (
      only?.type === 'Command' &&
      !only.name &&
      only.prefix.length === 1 &&
      only.prefix[0]!.type === 'Redirect' &&
      only.prefix[0]!.operator === '<'
    ) {
      const path = await expandText(this, only.prefix[0]!.target!);
      return Buffer.from(this.process.files.readFile(path)).toString().replaceAll('\0', '').replace(/\n+$/, '');
    }
    this.state.status = await this.#forked(
      (shell) => shell.withSource(script.source ?? this.state.source, () => shell.statements(script.commands)),
      new Map([[1, sink]]),
    );
    return Buffer.concat(chunks).toString().replaceAll('\0', '').replace(/\n+$/, '');
  }

  async #command(node: CommandNode | CompoundList): Promise<number> {
    const { state } = this;
    switch (node.type) {
      case 'Command':
        return this.#simple(node);
      case 'CompoundList':
        return this.statements(node.commands);
      case 'BraceGroup':
        return this.statements(node.body.commands);
      case 'Redirected': {
        const inner = node.command;
        return this.#redirected(node.redirects, () => this.#command(inner));
      }
      case 'Subshell':
        return this.#ended(await this.#forked((shell) => shell.statements(node.body.commands)));
      case 'If': {
        const arms = [node, ...node.elif];
        for (const { clause, then } of arms) {
          if ((await this.#condition(() => this.statements(clause.commands))) === 0) return this.#body(then);
        }
        if (node.else) return this.#body(node.else);
        state.status = 0;
        return 0;
      }
      case 'For': {
        const words = node.wordlist ? await expandWords(this, node.wordlist) : [...state.args];
        state.status = 0;
        return this.#loop(words[Symbol.iterator](), async (word) => {
          this.assign(node.name.value, word);
          await this.statements(node.body.commands);
        });
      }
      case 'While': {
        let status = 0;
        const clause = node.kind === 'while' ? 0 : 1;
        const test = async () =>
          ((await this.#condition(() => this.statements(node.clause.commands))) === 0 ? 0 : 1) === clause;
        await loopWhile(
          this,
          test,
          async () => {
            await this.statements(node.body.commands);
          },
          (last) => {
            status = last;
          },
        );
        state.status = status;
        return status;
      }
      case 'ArithmeticFor': {
        const value = async (part: { pos: number; end: number } | undefined, otherwise: bigint) =>
          part ? arithmetic(this, state.source.slice(part.pos, part.end)) : otherwise;
        await value(node.initialize, 0n);
        let status = 0;
        await loopWhile(
          this,
          async () => (await value(node.test, 1n)) !== 0n,
          async () => {
            await this.statements(node.body.commands);
          },
          (last) => {
            status = last;
          },
          async () => {
            await value(node.update, 0n);
          },
        );
        state.status = status;
        return status;
      }
      case 'Case': {
        const text = await expandText(this, node.word);
        state.status = 0;
        for (const { pattern, body } of node.items) {
          for (const one of pattern) {
            if (matches(await expandPattern(this, one), text)) return this.#body(body);
          }
        }
        return 0;
      }
      case 'Function':
        state.functions.set(node.name.value, { body: node.body, source: state.source });
        state.status = 0;
        return 0;
      case 'ArithmeticCommand':
        return this.#ended((await arithmetic(this, node.body)) !== 0n ? 0 : 1);
      case 'TestCommand':
        return this.#ended(await doubleTest(this, node.expression, node.pos));
      default:
        await this.complain(`${node.type.toLowerCase()} is not supported in this simulated shell`, node.pos);
        throw this.fatal(2);
    }
  }

  async #body(list: CompoundList): Promise<number> {
    this.state.status = 0;
    return this.statements(list.commands);
  }

  async #loop<T>(items: Iterator<T>, body: (item: T) => Promise<void>): Promise<number> {
    let next = items.next();
    let status = 0;
    await loopWhile(
      this,
      async () => !next.done,
      () => body(next.value),
      (last) => {
        status = last;
      },
      async () => {
        next = items.next();
      },
    );
    this.state.status = status;
    return status;
  }

  async #redirected(redirects: Command['redirects'], run: () => Promise<number>): Promise<number> {
    if (redirects.length === 0) return run();
    let undo: () => void;
    try {
      undo = await redirect(this, redirects);
    } catch (error) {
      if (!(error instanceof RedirectFailure)) throw error;
      return this.#ended(this.state.dialect === 'dash' ? 2 : 1);
    }
    try {
      return await run();
    } finally {
      undo();
    }
  }

  async #simple(node: Command): Promise<number> {
    const { state } = this;
    const isLast = this.#isLast;
    this.#isLast = false;
    const before = state.status;
    const assignments = node.prefix.filter((one): one is Assignment => one.type === 'Assignment');
    if (!node.name) {
      state.status = 0;
      return this.#redirected(node.redirects, async () => {
        for (const one of assignments) await this.#assign(one);
        await this.#trace(assignments.map(({ text }) => text));
        return this.#ended(state.status);
      });
    }
    const argv: string[] = [];
    for (const one of [node.name, ...node.args]) {
      if (one.type === 'Word') argv.push(...(await expandWords(this, [one])));
      else argv.push(await this.#argument(one));
    }
    state.status = before;
    const [name] = argv;
    if (name === undefined) {
      state.status = 0;
      return this.#redirected(node.redirects, async () => {
        for (const one of assignments) await this.#assign(one);
        return this.#ended(state.status);
      });
    }
    const alias = state.aliases.get(name);
    if (alias !== undefined && node.name.text === name && !/^\s*$/.test(alias)) {
      const rest = state.source.slice(node.name.end, node.end);
      state.aliases.delete(name);
      try {
        return await this.execute(alias + rest);
      } finally {
        state.aliases.set(name, alias);
      }
    }
    if (name === 'exec') return this.#exec(argv.slice(1), node, assignments);
    return this.#redirected(node.redirects, async () => {
      await this.#trace([...assignments.map(({ text }) => text), ...argv]);
      return this.#ended(
        await this.#withAssignments(assignments, specialBuiltins.has(name), () =>
          this.invoke(argv, node.pos, { isLast }),
        ),
      );
    });
  }

  async #trace(words: readonly string[]): Promise<void> {
    if (!this.state.options.has('x') || words.length === 0) return;
    const quote = (word: string) =>
      word === '' || /[\s'"$\\|&;<>()*?]/.test(word) ? `'${word.replaceAll("'", `'"'"'`)}'` : word;
    const [first, ...rest] = words;
    const shown = /^\w+=/.test(first!) ? first! : quote(first!);
    await this.say(`${this.state.get('PS4') ?? '+ '}${[shown, ...rest.map(quote)].join(' ')}`);
  }

  /** `A=1 command`: for the command alone, except where it is a special one. */
  async #withAssignments(
    assignments: readonly Assignment[],
    stay: boolean,
    run: () => Promise<number>,
  ): Promise<number> {
    if (assignments.length === 0) return run();
    const { variables } = this.state;
    const saved = assignments.map(({ name }) => [name, variables.get(name)] as const);
    for (const one of assignments) {
      await this.#assign(one);
      if (!stay) variables.set(one.name, { ...variables.get(one.name)!, isExported: true });
    }
    try {
      return await run();
    } finally {
      if (!stay) {
        for (const [name, one] of saved) {
          if (one) variables.set(name, one);
          else variables.delete(name);
        }
      }
    }
  }

  async #argument({ name, value, append }: Assignment): Promise<string> {
    if (value.type !== 'Word') {
      await this.complain('arrays are not supported in this simulated shell');
      throw this.fatal(2);
    }
    return `${name}${append ? '+' : ''}=${await expandAssignment(this, value)}`;
  }

  async #assign({ name, value, append, index, pos }: Assignment): Promise<void> {
    if (value.type !== 'Word' || index) {
      await this.complain('arrays are not supported in this simulated shell', pos);
      throw this.fatal(2);
    }
    const text = await expandAssignment(this, value);
    if (this.state.variables.get(name)?.isReadOnly) {
      await this.complain(this.state.dialect === 'bash' ? `${name}: readonly variable` : `${name}: is read only`, pos);
      throw this.fatal(2);
    }
    this.assign(name, append ? (this.state.get(name) ?? '') + text : text);
  }

  /** `exec`: redirections stay; with a command, nothing comes after it. */
  async #exec(argv: readonly string[], node: Command, assignments: readonly Assignment[]): Promise<number> {
    if (node.redirects.length > 0) {
      try {
        await redirect(this, node.redirects);
      } catch (error) {
        if (!(error instanceof RedirectFailure)) throw error;
        throw this.fatal(2);
      }
    }
    if (argv.length === 0) return this.#ended(0);
    for (const one of assignments) {
      await this.#assign(one);
      this.state.variables.get(one.name)!.isExported = true;
    }
    const found = this.process.host.which(this.process, argv[0]!, this.state.get('PATH'));
    if (!found.startsWith('/')) {
      await notStarted(this, argv[0]!, found as 'ENOENT' | 'EACCES', node.pos);
      throw new ExitJump(found === 'EACCES' ? 126 : 127);
    }
    handOver(this);
    this.state.traps.delete(0);
    throw new ExitJump(await this.process.host.replace(this.process, argv));
  }

  /** Runs a function, a builtin or a program. */
  async invoke(
    argv: readonly string[],
    pos = 0,
    { skipsFunctions = false, isLast = false }: { skipsFunctions?: boolean; isLast?: boolean } = {},
  ): Promise<number> {
    const [name = '', ...args] = argv;
    const own = skipsFunctions ? undefined : this.state.functions.get(name);
    if (own) return this.#call(own, args, name);
    const builtin = Object.hasOwn(builtins, name) ? builtins[name] : undefined;
    if (builtin) {
      try {
        return await builtin(this, args, pos);
      } catch (error) {
        if (error instanceof OutputFailure) {
          await this.complain(this.state.dialect === 'ash' ? error.message : `${name}: ${error.message}`, pos);
          return 1;
        }
        if (!isSystemError(error)) throw error;
        await this.complain(`${name}: ${error.path ? `${error.path}: ` : ''}${error.message}`, pos);
        return 1;
      }
    }
    return external(this, argv, pos, isLast && this.state.traps.size === 0);
  }

  async #call(
    own: { body: CommandNode | CompoundList; source: string },
    args: string[],
    name: string,
  ): Promise<number> {
    const { state } = this;
    if (state.functionDepth >= DEEPEST_CALLS) {
      await this.complain(`${name}: maximum function nesting level exceeded (${DEEPEST_CALLS})`);
      throw this.fatal(2);
    }
    const outer = { args: state.args, loops: state.loops };
    state.args = args;
    state.loops = 0;
    state.functionDepth++;
    state.locals.push(new Map());
    try {
      return await this.withSource(own.source, () => this.#command(own.body));
    } catch (error) {
      if (!(error instanceof ReturnJump)) throw error;
      return error.status;
    } finally {
      for (const [variable, value] of state.locals.pop()!) {
        if (value) state.variables.set(variable, value);
        else state.variables.delete(variable);
      }
      state.args = outer.args;
      state.loops = outer.loops;
      state.functionDepth--;
    }
  }

  // Variables

  valueOf(name: string): string | readonly string[] | undefined {
    return parameterValue(this, name);
  }

  /** What `set -u` says about a parameter that is not set is thrown as a `FatalJump`. */
  checked<T>(name: string, value: T, pos: number): T {
    if (value !== undefined || !this.state.options.has('u')) return value;
    const text = this.state.dialect === 'bash' ? `${name}: unbound variable` : `${name}: parameter not set`;
    throw new UnsetParameter(text, pos, this.state.dialect === 'bash' ? 1 : 2);
  }

  assign(name: string, value: string): void {
    const known = this.state.variables.get(name);
    this.state.variables.set(name, {
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
    if (dialect === 'ash') return isInteractive ? `${name}: ` : `${name}: `;
    if (dialect === 'dash') return `${name}: ${line}: `;
    return isInteractive ? `${name}: ` : `${name}: line ${line}: `;
  }

  /** Says what is wrong as this shell would, with the line where it would give one. */
  async complain(text: string, pos = 0): Promise<void> {
    await this.say(`${this.#prefix(lineAt(this.state.source, pos))}${text}`);
  }

  /** Ends the shell, or only the command line of an interactive one. */
  fatal(status: number): FatalJump {
    this.state.status = status;
    return new FatalJump(status);
  }
}

/** Expansion of a parameter that is not set under `set -u`. */
class UnsetParameter extends FatalJump {
  readonly text: string;
  readonly pos: number;

  constructor(text: string, pos: number, status: number) {
    super(status);
    this.text = text;
    this.pos = pos;
  }
}

import type { Clock } from '../../../clock.ts';
import { isSystemError, SystemError } from '../fs/errors.ts';
import type { Files } from '../fs/files.ts';
import type { Network } from '../network/network.ts';
import { type Handle, interruptible } from './handle.ts';
import { harmless, Killed } from './signals.ts';

/** What a program does; its answer is the exit status. */
export type Program = (process: Process, args: readonly string[]) => number | Promise<number>;

/** What processes of one container share. */
export interface Host {
  clock: Clock;
  random: () => number;
  processes: ProcessTable;
  hostname: string;
  /** How its tools speak: those of busybox and those of GNU differ in words. */
  flavour: 'busybox' | 'gnu';
  /**
   * Runs argv in a child of `parent` to its end, as execvp(3) finds it.
   * @throws SystemError ENOENT, EACCES or ENOEXEC when it cannot be started
   */
  start(parent: Process, argv: readonly string[], options?: StartOptions): Promise<number>;
  /** What would run: an absolute path, or why nothing does. */
  which(process: Process, name: string, path?: string): string | 'ENOENT' | 'EACCES';
  /** Puts another program into `process`, as execve(2) does; answers with its exit status. */
  replace(process: Process, argv: readonly string[]): Promise<number>;
  /** Everything on the cluster's network. */
  network: Network | undefined;
  /** Kills that reach process 1. */
  endMain?: (signal: number) => void;
  /** The main process as `ps` shows it, and its children. */
  main: readonly MainProcess[];
  startedAt: number;
}

/** A process that nothing of ours runs: the container's own. */
export interface MainProcess {
  pid: number;
  ppid: number;
  user: string;
  command: string;
}

export interface StartOptions {
  env?: ReadonlyMap<string, string>;
  handles?: ReadonlyMap<number, Handle>;
  /** Told about the process before it runs. */
  onStart?: (process: Process) => void;
}

interface Birth {
  host: Host;
  parent: Process | undefined;
  /** Shared by all that one client started: ends them when it goes. */
  session: AbortSignal;
  argv: readonly string[];
  env: ReadonlyMap<string, string>;
  files: Files;
  handles: ReadonlyMap<number, Handle>;
  /** The next one where none is given. */
  pid?: number;
}

/** The most that read a whole stream into memory may hold. */
export const MOST_BYTES = 32 * 1024 * 1024;

/** Standard output could not be written: a full disk, or a descriptor that is closed. */
export class OutputFailure extends Error {}

export class Process {
  readonly host: Host;
  readonly pid: number;
  readonly parent: Process | undefined;
  readonly session: AbortSignal;
  readonly startedAt: number;
  argv: readonly string[];
  readonly env: Map<string, string>;
  readonly files: Files;
  readonly handles: Map<number, Handle>;
  /** Asks a process that handles signals itself; true when it takes this one. */
  onSignal: ((signal: number) => boolean) | undefined;
  /** Started with `&`: the terminal's keys do not reach it. */
  isBackground: boolean;
  readonly #end = new AbortController();
  #turn: AbortController | undefined;
  readonly #leave: () => void;

  constructor({ host, parent, session, argv, env, files, handles, pid }: Birth) {
    this.host = host;
    this.parent = parent;
    this.session = session;
    this.argv = argv;
    this.env = new Map(env);
    this.files = files;
    this.handles = new Map([...handles].map(([number, handle]) => [number, handle.share()]));
    this.startedAt = host.clock.now();
    this.isBackground = parent?.isBackground ?? false;
    this.pid = host.processes.add(this, pid);
    this.#leave = () => this.#abort(session.reason instanceof Killed ? session.reason : new Killed(9));
    if (session.aborted) this.#leave();
    else session.addEventListener('abort', this.#leave, { once: true });
  }

  /** Aborted, with `Killed` as the reason, when a signal ends the process. */
  get signal(): AbortSignal {
    return this.#turn?.signal ?? this.#end.signal;
  }

  get isKilled(): boolean {
    return this.#end.signal.aborted;
  }

  /** From here on `interrupt` ends what the process waits for, not the process. */
  beginTurn(): void {
    const turn = new AbortController();
    this.#turn = turn;
    if (this.isKilled) turn.abort(this.#end.signal.reason);
  }

  interrupt(signal: number): void {
    this.#turn?.abort(new Killed(signal));
  }

  kill(signal: number): void {
    if (signal !== 9 && this.onSignal?.(signal)) return;
    // From inside its container nothing reaches process 1 that it does not ask for (pid_namespaces(7)).
    if (this.pid === 1) return;
    if (!harmless.has(signal)) this.#abort(new Killed(signal));
  }

  #abort(reason: Killed): void {
    this.#end.abort(reason);
    this.#turn?.abort(reason);
  }

  /** Gives everything back that the kernel would. */
  exit(): void {
    this.session.removeEventListener('abort', this.#leave);
    this.host.processes.remove(this);
    for (const handle of this.handles.values()) handle.release();
    this.handles.clear();
  }

  handle(number: number): Handle {
    const handle = this.handles.get(number);
    if (!handle) throw new SystemError('EBADF');
    return handle;
  }

  /** Puts a new open file at `number`, in place of what is there. */
  assign(number: number, handle: Handle | undefined): void {
    this.handles.get(number)?.release();
    if (handle) this.handles.set(number, handle);
    else this.handles.delete(number);
  }

  read(number = 0): Promise<Uint8Array | undefined> {
    return this.handle(number).read(this.signal);
  }

  /** @throws OutputFailure when what is written to does not take it */
  async print(text: string | Uint8Array): Promise<void> {
    try {
      await this.handle(1).write(typeof text === 'string' ? Buffer.from(text) : text, this.signal);
    } catch (error) {
      throw isSystemError(error) ? new OutputFailure(`write error: ${error.message}`) : error;
    }
  }

  /** To standard error, where there is one. */
  async warn(text: string): Promise<void> {
    await this.handles.get(2)?.write(Buffer.from(text), this.signal);
  }

  /** `name: text` to standard error; returns the exit status 1 (or another one). */
  async fail(text: string, status = 1): Promise<number> {
    await this.warn(`${this.name}: ${text}\n`);
    return status;
  }

  get name(): string {
    return (this.argv[0] ?? '').split('/').at(-1)!;
  }

  sleep(ms: number): Promise<void> {
    return interruptible(this.signal, (resolve) => {
      if (ms === Number.POSITIVE_INFINITY) return;
      const timer = this.host.clock.after(ms, () => resolve());
      return () => timer.cancel();
    });
  }

  /** @throws SystemError ENOMEM for more than 32 MiB */
  async readAll(number = 0): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (let chunk = await this.read(number); chunk; chunk = await this.read(number)) {
      size += chunk.length;
      if (size > MOST_BYTES) throw new SystemError('ENOMEM');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

/** The processes of one container; 1 is its main process. */
export class ProcessTable {
  readonly #all = new Map<number, Process>();
  readonly #most: number;
  #next: number;

  constructor(firstPid: number, most = 256) {
    this.#next = firstPid;
    this.#most = most;
  }

  /** @throws SystemError EAGAIN when there are too many */
  add(process: Process, pid = this.#next++): number {
    if (this.#all.size >= this.#most) throw new SystemError('EAGAIN');
    this.#all.set(pid, process);
    return pid;
  }

  remove({ pid }: Process): void {
    this.#all.delete(pid);
  }

  get(pid: number): Process | undefined {
    return this.#all.get(pid);
  }

  all(): Process[] {
    return [...this.#all.values()];
  }
}

/** Runs `program` in `process` to its end, whatever that is, and cleans up after it. */
export async function run(process: Process, program: Program, args: readonly string[]): Promise<number> {
  try {
    process.signal.throwIfAborted();
    const status = (await program(process, args)) & 255;
    // A signal may have come with its last step.
    if (process.isKilled) process.signal.throwIfAborted();
    return status;
  } catch (error) {
    if (error instanceof Killed) return 128 + error.signal;
    if (error instanceof OutputFailure) {
      await process.fail(error.message).catch(() => {});
      return 1;
    }
    if (!isSystemError(error)) throw error;
    await process.fail(error.path ? `${error.path}: ${error.message}` : error.message).catch(() => {});
    return 1;
  } finally {
    process.exit();
  }
}

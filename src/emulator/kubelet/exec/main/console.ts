import type { KeptLog } from '../../logs/kept-log.ts';
import type { AttachOptions, ExecStreams, ExitState } from '../../node-api.ts';
import type { ContainerInstance } from '../container/container.ts';
import { firstProcess } from '../container/host.ts';
import { Handle, interruptible, nothing, pipe, readableHandle, writableHandle } from '../process/handle.ts';
import { type Process, run } from '../process/process.ts';
import { Killed, signals } from '../process/signals.ts';
import { ended } from '../process/streams.ts';
import { Terminal } from '../terminal/terminal.ts';

interface ConsoleFacts {
  instance: ContainerInstance;
  argv: readonly string[];
  tty: boolean;
  /** Something can be given to it. */
  hasInput: boolean;
  /** The input ends with the first client that gives any. */
  once: boolean;
  /** Keeps what it says. */
  log: KeptLog;
  onExit: (code: number) => void;
}

/** The main process of a container, as far as we can run it: it runs on whether or not somebody is attached. */
export class MainConsole {
  readonly #terminal: Terminal | undefined;
  readonly #input: { reader: Handle; writer: Handle };
  readonly #clients = new Set<{ out: Handle | undefined; err: Handle | undefined }>();
  readonly #facts: ConsoleFacts;
  readonly #session = new AbortController();
  readonly #process: Process;
  readonly ended: Promise<number>;
  #hasInput: boolean;

  /** @throws SystemError when the program cannot be started */
  constructor(facts: ConsoleFacts) {
    this.#facts = facts;
    const { instance, argv, tty, log } = facts;
    const { clock } = instance.host;
    this.#hasInput = facts.hasInput;
    this.#terminal = tty ? new Terminal(instance.host, (chunk) => log.write('out', chunk, clock.now())) : undefined;
    this.#input = pipe();
    const output = (which: 'out' | 'err') =>
      new Handle({
        write: async (chunk, signal) => {
          log.write(which, chunk, clock.now());
          for (const client of [...this.#clients]) await client[which]?.write(chunk, signal).catch(() => {});
        },
      });
    const [input, out, err] = this.#terminal
      ? [this.#terminal.handle, this.#terminal.handle.share(), this.#terminal.handle.share()]
      : [facts.hasInput ? this.#input.reader : nothing(), output('out'), output('err')];
    const handles = new Map<number, Handle>([
      [0, input],
      [1, out],
      [2, err],
    ]);
    const end = () => this.#session.abort(new Killed(9));
    instance.ended.addEventListener('abort', end, { once: true });
    const env = new Map(instance.env);
    const { process, program } = firstProcess({
      host: instance.host,
      parent: undefined,
      session: this.#session.signal,
      argv,
      env,
      files: instance.files(),
      handles,
      pid: 1,
    });
    this.#process = process;
    for (const handle of handles.values()) handle.release();
    this.#terminal?.attach(process);
    this.ended = run(process, program, process.argv.slice(1)).then((code) => {
      instance.ended.removeEventListener('abort', end);
      this.#terminal?.close();
      log.close();
      if (!instance.ended.aborted) facts.onExit(code);
      return code;
    });
    this.ended.catch(() => {});
  }

  /** SIGTERM: a script may catch it; without a trap process 1 does not hear it. */
  stop(): void {
    this.#process.kill(signals.TERM);
  }

  async attach(options: AttachOptions, streams: ExecStreams, signal: AbortSignal): Promise<ExitState> {
    const gone = new AbortController();
    const isGiver = options.stdin === true && streams.stdin !== undefined;
    const client = {
      out: streams.stdout && writableHandle(streams.stdout),
      err: streams.stderr && writableHandle(streams.stderr),
    };
    const leave = this.#terminal?.connect(
      isGiver
        ? streams
        : {
            ...(streams.stdout ? { stdout: streams.stdout } : {}),
            ...(streams.resize ? { resize: streams.resize } : {}),
          },
      AbortSignal.any([this.#session.signal, gone.signal]),
      { endsInput: this.#facts.once },
    );
    if (!this.#terminal) this.#clients.add(client);
    if (isGiver && !this.#terminal)
      void this.#copy(readableHandle(streams.stdin!), AbortSignal.any([signal, gone.signal]));
    try {
      await interruptible<void>(signal, (resolve) => {
        this.ended.then(
          () => resolve(),
          () => resolve(),
        );
      });
    } catch {
      if (isGiver && this.#facts.once) this.#endInput();
    } finally {
      gone.abort(new Killed(1));
      leave?.();
      this.#clients.delete(client);
    }
    await Promise.all([ended(streams.stdout), ended(streams.stderr)]);
    return { code: 0 };
  }

  async #copy(from: Handle, signal: AbortSignal): Promise<void> {
    try {
      for (let chunk = await from.read(signal); chunk; chunk = await from.read(signal))
        await this.#input.writer.write(chunk, signal);
      if (this.#facts.once) this.#endInput();
    } catch {
      // The client or the process went; both are seen elsewhere.
    }
  }

  #endInput(): void {
    if (!this.#hasInput) return;
    this.#hasInput = false;
    this.#terminal?.end();
    this.#input.writer.release();
  }
}

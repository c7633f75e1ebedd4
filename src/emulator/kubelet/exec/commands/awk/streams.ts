import { isSystemError, SystemError } from '../../fs/errors.ts';
import type { Handle } from '../../process/handle.ts';
import { bytesHandle, sinkHandle } from '../../process/handle.ts';
import { openFile } from '../../process/open-file.ts';
import { MOST_BYTES, type Process } from '../../process/process.ts';
import { cannotOpen, UsageFailure } from '../options.ts';
import { regexOf } from './record.ts';

/** The records of an open file, one after the other. */
export class Records {
  readonly #handle: Handle;
  readonly #signal: AbortSignal;
  readonly #decoder = new TextDecoder();
  #text = '';
  #isOver = false;

  constructor(handle: Handle, signal: AbortSignal) {
    this.#handle = handle;
    this.#signal = signal;
  }

  async #more(): Promise<boolean> {
    if (this.#isOver) return false;
    const chunk = await this.#handle.read(this.#signal);
    this.#isOver = !chunk;
    this.#text += chunk ? this.#decoder.decode(chunk, { stream: true }) : this.#decoder.decode();
    if (this.#text.length > MOST_BYTES) throw new SystemError('ENOMEM');
    return chunk !== undefined;
  }

  /** @param separator RS: one character, nothing for paragraphs, or an expression */
  async next(separator: string): Promise<string | undefined> {
    for (;;) {
      const found = this.#find(separator);
      if (found) {
        const record = this.#text.slice(0, found.start);
        this.#text = this.#text.slice(found.end);
        return record;
      }
      if (await this.#more()) continue;
      const rest = separator === '' ? this.#text.replace(/^\n+|\n+$/g, '') : this.#text;
      const isThere = rest !== '';
      this.#text = '';
      return isThere ? rest : undefined;
    }
  }

  #find(separator: string): { start: number; end: number } | undefined {
    if (separator.length === 1) {
      const start = this.#text.indexOf(separator);
      return start < 0 ? undefined : { start, end: start + 1 };
    }
    if (separator === '') {
      this.#text = this.#text.replace(/^\n+/, '');
      const found = /\n\n+/.exec(this.#text);
      if (!found || (found.index + found[0].length === this.#text.length && !this.#isOver)) return undefined;
      return { start: found.index, end: found.index + found[0].length };
    }
    const found = regexOf(separator).exec(this.#text);
    // What ends where the text does may go on.
    if (!found || found.end === found.start || (found.end === this.#text.length && !this.#isOver)) return undefined;
    return found;
  }

  close(): void {
    this.#handle.release();
  }
}

interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<number>;
}

/** What the program reads from and writes to besides its input and output. */
export class Streams {
  readonly #process: Process;
  readonly #sinks = new Map<string, Sink>();
  readonly #sources = new Map<string, Records>();
  #pending = '';

  constructor(process: Process) {
    this.#process = process;
  }

  /** Standard output; it goes out in pieces. */
  async print(text: string): Promise<void> {
    this.#pending += text;
    if (this.#pending.length > 16_384) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text) await this.#process.print(text);
  }

  async sink(op: '>' | '>>' | '|', target: string): Promise<Sink> {
    const known = this.#sinks.get(target);
    if (known) return known;
    const made = op === '|' ? this.#piped(target) : this.#file(op, target);
    this.#sinks.set(target, made);
    return made;
  }

  #file(op: '>' | '>>', path: string): Sink {
    const process = this.#process;
    if (path === '/dev/stdout') return { write: (text) => this.print(text), close: async () => 0 };
    if (path === '/dev/stderr') return { write: (text) => process.warn(text), close: async () => 0 };
    const handle = openFile(process, path, op === '>' ? 'write' : 'append');
    return {
      write: (text) => handle.write(Buffer.from(text), process.signal),
      close: async () => {
        handle.release();
        return 0;
      },
    };
  }

  /** The command runs when all it gets is there: at `close`, or at the end. */
  #piped(command: string): Sink {
    let text = '';
    return {
      write: async (more) => {
        text += more;
        if (text.length > MOST_BYTES) throw new SystemError('ENOMEM');
      },
      close: () => this.run(command, text),
    };
  }

  /** Runs a command with that input; answers with its status. */
  async run(command: string, input?: string, output?: Handle): Promise<number> {
    await this.flush();
    const process = this.#process;
    const handles = new Map(process.handles);
    const given = input === undefined ? undefined : bytesHandle(Buffer.from(input));
    if (given) handles.set(0, given);
    if (output) handles.set(1, output);
    try {
      return await process.host.start(process, ['sh', '-c', command], { handles });
    } finally {
      given?.release();
    }
  }

  /** A file or a command to read from; undefined when it cannot be opened. */
  async source(kind: 'file' | 'command', name: string): Promise<Records | undefined> {
    const known = this.#sources.get(name);
    if (known) return known;
    const process = this.#process;
    let handle: Handle;
    if (kind === 'command') {
      const chunks: Uint8Array[] = [];
      const sink = sinkHandle((chunk) => {
        chunks.push(chunk.slice());
      });
      await this.run(name, undefined, sink);
      sink.release();
      handle = bytesHandle(Buffer.concat(chunks));
    } else {
      try {
        handle = name === '-' ? process.handle(0).share() : openFile(process, name, 'read');
      } catch (error) {
        if (isSystemError(error)) return undefined;
        throw error;
      }
    }
    const made = new Records(handle, process.signal);
    this.#sources.set(name, made);
    return made;
  }

  /** @throws UsageFailure for an operand that cannot be opened */
  input(path: string): Records {
    try {
      const handle = path === '-' ? this.#process.handle(0).share() : openFile(this.#process, path, 'read');
      return new Records(handle, this.#process.signal);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const isGnu = this.#process.host.flavour === 'gnu';
      throw new UsageFailure(
        isGnu ? `cannot open ${path} (${error.message})` : cannotOpen(this.#process, path, error),
        2,
      );
    }
  }

  /** -1 when nothing of that name is open. */
  async close(name: string): Promise<number> {
    const sink = this.#sinks.get(name);
    const source = this.#sources.get(name);
    this.#sinks.delete(name);
    this.#sources.delete(name);
    source?.close();
    return sink ? await sink.close() : source ? 0 : -1;
  }

  async closeAll(): Promise<void> {
    await this.flush();
    for (const name of [...this.#sinks.keys(), ...this.#sources.keys()]) await this.close(name);
  }
}

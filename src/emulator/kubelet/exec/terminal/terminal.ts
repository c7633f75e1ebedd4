import { StringDecoder } from 'node:string_decoder';
import { textWidth } from '../../../../lib/text-width.ts';
import type { ExecStreams, TerminalSize } from '../../node-api.ts';
import { Handle, interruptible, writableHandle } from '../process/handle.ts';
import type { Host, Process } from '../process/process.ts';
import { signals } from '../process/signals.ts';

/** Takes characters while somebody edits a line. */
export interface Editor {
  take(char: string): void;
  /** The input has ended. */
  end(): void;
}

const BACKSPACE = '\x7f';
/** As much as is kept of what nobody reads. */
const MOST_TYPED = 65_536;

const SIGNAL_KEYS: Readonly<Record<string, [shown: string, signal: number]>> = {
  '\x03': ['^C', signals.INT],
  '\x1c': ['^\\', signals.QUIT],
};

/** Takes the last character (with what combines with it) from `text`. */
export function dropLast(text: string): string {
  const parts = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text.slice(-64))];
  return text.slice(0, text.length - (parts.at(-1)?.segment.length ?? 0));
}

/** A terminal as a process sees it: the line discipline between its descriptors and the client's streams. */
export class Terminal {
  readonly handle: Handle;
  size: TerminalSize = { width: 80, height: 24 };
  readonly #host: Host;
  readonly #copy: ((chunk: Uint8Array) => void) | undefined;
  readonly #outputs = new Set<Handle>();
  #root: Process | undefined;
  #line = '';
  #ready: (string | 'end')[] = [];
  #hasEnded = false;
  #editor: Editor | undefined;
  #wake: (() => void) | undefined;
  #isClosed = false;
  #signal: AbortSignal = new AbortController().signal;

  /** @param copy gets everything that goes to the screen */
  constructor(host: Host, copy?: (chunk: Uint8Array) => void) {
    this.#host = host;
    this.#copy = copy;
    this.handle = new Handle({
      isTty: true,
      terminal: this,
      read: (signal) => this.#read(signal),
      write: (chunk, signal) => this.#write(chunk, signal),
    });
  }

  /** Joins a client; returns what leaves it again. */
  connect(streams: ExecStreams, signal: AbortSignal, options: { endsInput?: boolean } = {}): () => void {
    this.#signal = signal;
    const output = streams.stdout && writableHandle(streams.stdout);
    if (output) this.#outputs.add(output);
    const decoder = new StringDecoder('utf8');
    const data = (chunk: Buffer | string) => this.#take(typeof chunk === 'string' ? chunk : decoder.write(chunk));
    const ended = () => {
      if (options.endsInput !== false) this.end();
    };
    streams.stdin?.on('data', data);
    for (const event of ['end', 'close', 'error']) streams.stdin?.once(event, ended);
    if (streams.resize) void this.#follow(streams.resize);
    return () => {
      if (output) this.#outputs.delete(output);
      streams.stdin?.off('data', data);
      for (const event of ['end', 'close', 'error']) streams.stdin?.off(event, ended);
    };
  }

  async #follow(sizes: AsyncIterable<TerminalSize>): Promise<void> {
    try {
      for await (const size of sizes) {
        if (this.#isClosed) return;
        // Clients without a size of their own tell none, or one by one cell.
        if (size.width > 1 && size.height > 1) this.size = size;
      }
    } catch {
      // The client went; its last size stays.
    }
  }

  /** Whose session the keys reach. */
  attach(process: Process): void {
    this.#root = process;
  }

  /** No more input will come. */
  end(): void {
    this.#hasEnded = true;
    this.#editor?.end();
    this.#wake?.();
  }

  close(): void {
    this.#isClosed = true;
    this.end();
  }

  /** Raw text to the screen. */
  emit(text: string): void {
    const bytes = Buffer.from(text);
    this.#copy?.(bytes);
    for (const output of this.#outputs) output.write(bytes, this.#signal).catch(() => {});
  }

  /** What is typed from now on goes to `editor`, beginning with what nobody has read yet. */
  edit(editor: Editor | undefined): void {
    this.#editor = editor;
    if (!editor) return;
    const typed = this.#ready.filter((one) => one !== 'end').join('') + this.#line;
    const wasEnd = this.#ready.includes('end');
    this.#ready = [];
    this.#line = '';
    this.#take(typed);
    if (this.#editor === editor && (this.#hasEnded || wasEnd)) editor.end();
  }

  #take(text: string): void {
    for (const char of text) {
      if (this.#editor) this.#editor.take(char);
      else this.#cook(char);
    }
  }

  #cook(char: string): void {
    const signal = SIGNAL_KEYS[char];
    if (signal) {
      this.emit(`${signal[0]}\r\n`);
      // An interrupt takes what was typed and not read yet along (NOFLSH of termios(3) is not set).
      this.#line = '';
      this.#ready = [];
      this.interrupt(signal[1]);
    } else if (char === '\r' || char === '\n') {
      this.emit('\r\n');
      this.#push(`${this.#line}\n`);
    } else if (char === '\x04') {
      if (this.#line) this.#push(this.#line);
      else this.#push('end');
    } else if (char === BACKSPACE || char === '\b') this.#erase(dropLast(this.#line));
    else if (char === '\x15') this.#erase('');
    else if (char === '\x17') this.#erase(this.#line.replace(/\S+\s*$/, ''));
    else if (char === '\x1a') return;
    else if (this.#line.length < MOST_TYPED) {
      this.#line += char;
      this.emit(char < ' ' && char !== '\t' ? `^${String.fromCharCode(char.charCodeAt(0) + 64)}` : char);
    }
  }

  #push(text: string): void {
    if (this.#ready.length < 4096) this.#ready.push(text);
    this.#line = '';
    this.#wake?.();
  }

  #erase(left: string): void {
    const columns = textWidth(this.#line) - textWidth(left);
    this.#line = left;
    this.emit('\b \b'.repeat(columns));
  }

  /** A signal for everything in the foreground. */
  interrupt(signal: number): void {
    const session = this.#root?.session;
    for (const process of this.#host.processes.all())
      if (process.session === session && !process.isBackground) process.kill(signal);
  }

  async #read(signal: AbortSignal): Promise<Uint8Array | undefined> {
    for (;;) {
      const next = this.#ready.shift();
      if (next === 'end') return undefined;
      if (next !== undefined) return Buffer.from(next);
      if (this.#hasEnded) return undefined;
      await interruptible<void>(signal, (resolve) => {
        this.#wake = () => resolve();
      });
    }
  }

  async #write(chunk: Uint8Array, signal: AbortSignal): Promise<void> {
    const bytes = chunk.includes(10)
      ? Buffer.from(
          Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1').replaceAll('\n', '\r\n'),
          'latin1',
        )
      : chunk;
    this.#copy?.(bytes);
    for (const output of this.#outputs) await output.write(bytes, signal);
  }
}

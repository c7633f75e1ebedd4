import type { IoStreams, Progress, TerminalWritable } from './io.ts';
import type { ProgressLine } from './progress-line.ts';

/** What a line that comes sooner would only flicker for, in ms. */
const PATIENCE = 500;
/** Requests that follow one another at once are one wait, in ms. */
const BREATH = 100;
const REDRAW = 100;

interface Wait {
  what: () => string;
  since: number;
}

/**
 * One line on standard error, there while nothing else is to be seen, gone before anything is written. What draws it is
 * loaded with the first line: most commands end sooner.
 */
export class TerminalProgress implements Progress {
  readonly #io: IoStreams;
  readonly #now: () => number;
  readonly #waits = new Set<Wait>();
  #isOpen = false;
  #timer: NodeJS.Timeout | undefined;
  #line: ProgressLine | undefined;
  /** Past what follows the streams. */
  #write: (text: string) => void = () => undefined;
  #lastOutput = 0;
  #lastEnd = 0;
  /** When the wait began that the next request may go on with. */
  #chainStart = 0;
  #atLineStart = true;
  #release: (() => void)[] = [];

  /** @param io raw streams: `stderr` is a terminal */
  constructor(io: IoStreams, now: () => number = Date.now) {
    this.#io = io;
    this.#now = now;
  }

  /** From here on waits are shown. */
  open(): void {
    this.#isOpen = true;
    this.#lastOutput = this.#now();
    this.#release = [...new Set([this.#io.stdout, this.#io.stderr])].map((stream) => this.#follow(stream));
  }

  /** Leaves the terminal as if nothing had been there. */
  close(): void {
    this.#isOpen = false;
    this.#waits.clear();
    this.#rest();
    for (const release of this.#release.splice(0)) release();
  }

  begin(what: () => string): () => void {
    if (!this.#isOpen) return () => undefined;
    const now = this.#now();
    const isChained = this.#waits.size === 0 && now - this.#lastEnd < BREATH;
    if (this.#waits.size === 0 && !isChained) this.#chainStart = now;
    const wait = { what, since: isChained ? Math.max(this.#chainStart, this.#lastOutput) : now };
    this.#waits.add(wait);
    this.#schedule();
    return () => {
      if (!this.#waits.delete(wait)) return;
      this.#lastEnd = this.#now();
      if (this.#waits.size === 0) this.#rest();
    };
  }

  async during<T>(what: () => string, work: Promise<T>): Promise<T> {
    const end = this.begin(what);
    try {
      return await work;
    } finally {
      end();
    }
  }

  /** @param least ms until the next look */
  #schedule(least = 0): void {
    if (this.#timer !== undefined) return;
    const [wait] = this.#waits;
    if (!wait) return;
    const due = Math.max(wait.since, this.#lastOutput) + PATIENCE;
    const wake = () => {
      this.#timer = undefined;
      void this.#draw();
    };
    this.#timer = setTimeout(wake, Math.max(least, due - this.#now()));
    this.#timer.unref();
  }

  /** The wait that began first says what is shown: later ones are parts of it, or go on beside it. */
  async #draw(): Promise<void> {
    if (!this.#line) {
      const { ProgressLine } = await import('./progress-line.ts');
      this.#line ??= new ProgressLine(this.#io, this.#write);
    }
    const [wait] = this.#waits;
    if (!wait || !this.#isOpen) return;
    const now = this.#now();
    const isQuiet = now - Math.max(wait.since, this.#lastOutput) >= PATIENCE;
    if (isQuiet && this.#atLineStart) this.#line.draw(wait.what(), now - wait.since);
    this.#schedule(REDRAW);
  }

  #rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#line?.erase();
  }

  /** Whatever a command writes takes the place of the line; where it stops within a line of its own, nothing is drawn. */
  #follow(stream: TerminalWritable): () => void {
    const own = Object.hasOwn(stream, 'write') ? stream.write : undefined;
    const write = stream.write.bind(stream) as (...words: unknown[]) => boolean;
    if (stream === this.#io.stderr) this.#write = (text) => void write(text);
    const followed = (chunk: unknown, ...rest: unknown[]): boolean => {
      this.#line?.erase();
      this.#lastOutput = this.#now();
      if (stream.isTTY) this.#atLineStart = endsLine(chunk, this.#atLineStart);
      return write(chunk, ...rest);
    };
    stream.write = followed as typeof stream.write;
    return () => {
      if (own) stream.write = own;
      else delete (stream as { write?: unknown }).write;
    };
  }
}

function endsLine(chunk: unknown, before: boolean): boolean {
  if (typeof chunk === 'string') return chunk === '' ? before : chunk.endsWith('\n');
  if (chunk instanceof Uint8Array) return chunk.length === 0 ? before : chunk.at(-1) === 10;
  return false;
}

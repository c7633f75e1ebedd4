import { Observable } from './observable.ts';
import { systemTiming, type Timing } from './timing.ts';

export interface LogLine {
  /** Counts every line since the start, dropped ones included, so that a position stays valid. */
  sequence: number;
  /** Who wrote it: `pod/container`; '' where there is only one. */
  source: string;
  /** Raw text without the line end: escape it before it reaches a terminal. */
  text: string;
}

export interface LogSnapshot {
  version: number;
  /** Lines held now. */
  length: number;
  bytes: number;
  /** Lines that fell out at the old end because the buffer is bounded. */
  dropped: number;
}

export interface LogBufferOptions {
  /** Default 10,000. */
  maxLines?: number;
  /** UTF-16 code units of text held, near enough to bytes for a bound. Default 8 Mi. */
  maxBytes?: number;
  timing?: Timing;
}

const FLUSH_MS = 60;

/** The last lines of one or more logs, bounded by lines and by size. What is dropped is counted and never silent. */
export class LogBuffer extends Observable<LogSnapshot> {
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #timing: Timing;
  /** A ring grown by doubling; `#start` is the oldest line. */
  #ring: (LogLine | undefined)[] = new Array(64);
  #start = 0;
  #length = 0;
  #bytes = 0;
  #dropped = 0;
  #sequence = 0;
  #partial = new Map<string, string>();
  #timer: { cancel(): void } | undefined;

  constructor(options: LogBufferOptions = {}) {
    super({ version: 0, length: 0, bytes: 0, dropped: 0 });
    this.#maxLines = options.maxLines ?? 10_000;
    this.#maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
    this.#timing = options.timing ?? systemTiming;
  }

  /** Takes a piece of a stream; an unfinished last line waits for the rest of it. */
  write(chunk: string, source = ''): void {
    const lines = ((this.#partial.get(source) ?? '') + chunk).split('\n');
    const rest = lines.pop()!;
    for (const line of lines) this.#push(source, line.endsWith('\r') ? line.slice(0, -1) : line);
    // A line that never ends must not grow without bound either.
    if (rest.length > this.#maxBytes / 4) {
      this.#push(source, rest);
      this.#partial.delete(source);
    } else this.#partial.set(source, rest);
    this.#wake();
  }

  /** The stream ended: an unfinished line counts as a line. */
  end(source = ''): void {
    const rest = this.#partial.get(source);
    this.#partial.delete(source);
    if (rest) this.#push(source, rest);
    this.#wake();
  }

  /** Lines from index `offset` (0 is the oldest held), at most `height`. */
  lines(offset: number, height: number): LogLine[] {
    const from = Math.max(0, offset);
    const to = Math.min(this.#length, from + height);
    const result: LogLine[] = [];
    for (let index = from; index < to; index++) {
      result.push(this.#ring[(this.#start + index) % this.#ring.length]!);
    }
    return result;
  }

  /** Index of a line by its sequence, clamped to what is still held. */
  indexOfSequence(sequence: number): number {
    const oldest = this.#sequence - this.#length;
    return Math.max(0, Math.min(this.#length - 1, sequence - oldest));
  }

  clear(): void {
    this.#ring = new Array(64);
    this.#start = 0;
    this.#length = 0;
    this.#bytes = 0;
    this.#dropped = 0;
    this.flush();
  }

  /** Tells readers now. */
  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const version = this.getSnapshot().version + 1;
    this.publish({ version, length: this.#length, bytes: this.#bytes, dropped: this.#dropped });
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #push(source: string, text: string): void {
    if (this.#length === this.#ring.length) this.#grow();
    this.#ring[(this.#start + this.#length) % this.#ring.length] = { sequence: this.#sequence++, source, text };
    this.#length++;
    this.#bytes += text.length;
    while (this.#length > 1 && (this.#length > this.#maxLines || this.#bytes > this.#maxBytes)) this.#dropOldest();
  }

  #dropOldest(): void {
    this.#bytes -= this.#ring[this.#start]!.text.length;
    this.#ring[this.#start] = undefined;
    this.#start = (this.#start + 1) % this.#ring.length;
    this.#length--;
    this.#dropped++;
  }

  #grow(): void {
    const held = this.lines(0, this.#length);
    this.#ring = new Array(this.#ring.length * 2);
    for (let index = 0; index < held.length; index++) this.#ring[index] = held[index];
    this.#start = 0;
  }

  #wake(): void {
    this.#timer ??= this.#timing.after(FLUSH_MS, () => this.flush());
  }
}

import { StringDecoder } from 'node:string_decoder';

export interface KeptLine {
  /** ms since the epoch. */
  at: number;
  text: string;
  /** False for the end of a log that does not end its last line. */
  isWhole: boolean;
  stream: 'out' | 'err';
}

/** What one run says, and what all of them together may (characters): nodes rotate logs, ours are memory. */
const MOST_OF_ONE = 1024 * 1024;
const MOST_OF_ALL = 32 * 1024 * 1024;
/** A line is kept in pieces of this size, as containerd does. */
const LONGEST_LINE = 16 * 1024;
/** What a line takes besides its text. */
const LINE_COST = 64;

let total = 0;

/** What a main process really said, line by line; the oldest lines go first. */
export class KeptLog {
  #lines: KeptLine[] = [];
  /** How many lines have gone. */
  #gone = 0;
  #size = 0;
  #isClosed = false;
  readonly #open = new Map<'out' | 'err', { decoder: StringDecoder; text: string; at: number }>();
  readonly #followers = new Set<() => void>();

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What it takes, about as many as on the disk of a node. */
  get bytes(): number {
    return this.#size;
  }

  /** Lines are numbered from 0; those before `first` are gone. */
  get first(): number {
    return this.#gone;
  }

  get end(): number {
    return this.#gone + this.#lines.length;
  }

  line(number: number): KeptLine | undefined {
    return this.#lines[number - this.#gone];
  }

  /** The last lines, and what stands in one that is not ended. */
  tail(count: number): KeptLine[] {
    const open = [...this.#open].filter(([, { text }]) => text !== '');
    return [...this.#lines, ...open.map(([stream, { at, text }]) => ({ at, text, isWhole: false, stream }))].slice(
      -count,
    );
  }

  /** @param at ms since the epoch */
  write(stream: 'out' | 'err', chunk: Uint8Array, at: number): void {
    if (this.#isClosed) return;
    const open = this.#open.get(stream) ?? { decoder: new StringDecoder('utf8'), text: '', at };
    if (open.text === '') open.at = at;
    const parts = (open.text + open.decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length))).split(
      '\n',
    );
    open.text = parts.pop()!;
    for (const [index, text] of parts.entries())
      this.#add({ at: index === 0 ? open.at : at, text, isWhole: true, stream });
    if (parts.length > 0) open.at = at;
    while (open.text.length > LONGEST_LINE) {
      this.#add({ at: open.at, text: open.text.slice(0, LONGEST_LINE), isWhole: false, stream });
      open.text = open.text.slice(LONGEST_LINE);
    }
    this.#open.set(stream, open);
    this.#tell();
  }

  #add(line: KeptLine): void {
    const cost = line.text.length + LINE_COST;
    this.#lines.push(line);
    this.#size += cost;
    total += cost;
    // While all together have too much, each one that says more gives up more than it adds.
    let isTight = total > MOST_OF_ALL;
    while (this.#lines.length > 1 && (this.#size > MOST_OF_ONE || isTight)) {
      this.#drop();
      if (isTight) this.#drop();
      isTight = false;
    }
  }

  #drop(): void {
    if (this.#lines.length <= 1) return;
    const cost = this.#lines.shift()!.text.length + LINE_COST;
    this.#gone++;
    this.#size -= cost;
    total -= cost;
  }

  /** No more will come. */
  close(): void {
    if (this.#isClosed) return;
    for (const [stream, { decoder, text, at }] of this.#open) {
      const rest = text + decoder.end();
      if (rest) this.#add({ at, text: rest, isWhole: false, stream });
    }
    this.#open.clear();
    this.#isClosed = true;
    this.#tell();
  }

  /** Nobody can ask for it any more. */
  forget(): void {
    total -= this.#size;
    this.#size = 0;
    this.#gone += this.#lines.length;
    this.#lines = [];
    this.close();
  }

  #tell(): void {
    for (const resume of [...this.#followers]) resume();
  }

  /** Resolves when there is more, or nothing more can come, or `signal` aborts. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.#followers.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      this.#followers.add(resume);
      signal.addEventListener('abort', resume, { once: true });
      if (signal.aborted || this.#isClosed) resume();
    });
  }
}

/** What a build does, told as it happens. Numbers are given in the order in which things begin. */
export interface BuildProgress {
  begin(name: string): Vertex;
  /** Nothing more comes. */
  end(): void;
}

/** One thing that is done: `[2/4] RUN npm ci`. */
export interface Vertex {
  /** A line about it: `transferring context: 2 kB`. */
  note(text: string): void;
  /** What a program printed. */
  output(chunk: Uint8Array): void;
  /** Why a result that was there could not be taken. */
  missed(why: string): void;
  /** It was done before, and is taken as it is. */
  cached(): void;
  done(): void;
  /** @param isCancelled another step failed, or the user gave up */
  failed(message: string, isCancelled?: boolean): void;
  /** The last lines that its program printed, with seconds before them. */
  tail(): string[];
}

/** Numbers and times of a vertex, and the last lines of its output. */
export class VertexLog {
  readonly lines: { seconds: number; text: string }[] = [];
  readonly #now: () => number;
  readonly #begun: number;
  readonly #keep: number;
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(now: () => number, keep = 200) {
    this.#now = now;
    this.#begun = now();
    this.#keep = keep;
  }

  get seconds(): number {
    return (this.#now() - this.#begun) / 1000;
  }

  /** @returns lines that are whole by now */
  add(chunk: Uint8Array): { seconds: number; text: string }[] {
    const parts = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = parts.pop()!;
    // A bar that draws itself anew writes no line end: it must not grow without one.
    if (this.#rest.length > 16_384) {
      parts.push(this.#rest);
      this.#rest = '';
    }
    return this.#keepLines(parts);
  }

  /** What stands behind the last line end. */
  flush(): { seconds: number; text: string }[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : this.#keepLines([rest]);
  }

  tail(): string[] {
    this.flush();
    return this.lines.slice(-20).map(({ seconds, text }) => `${seconds.toFixed(3)} ${text}`);
  }

  #keepLines(parts: readonly string[]): { seconds: number; text: string }[] {
    const seconds = this.seconds;
    const added = parts.map((text) => ({ seconds, text: lastDrawn(text) }));
    this.lines.push(...added);
    if (this.lines.length > this.#keep) this.lines.splice(0, this.lines.length - this.#keep);
    return added;
  }
}

/** Of a line that was drawn several times, what is seen in the end. */
function lastDrawn(text: string): string {
  return text.replace(/\r+$/, '').split('\r').at(-1)!;
}

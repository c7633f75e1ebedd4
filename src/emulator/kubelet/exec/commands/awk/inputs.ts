import type { Records, Streams } from './streams.ts';
import { withoutEscapes } from './tokens.ts';

/** What the inputs tell the program that reads them. */
interface Listener {
  /** `name=value` among the operands. */
  assign(name: string, value: string): void;
  /** A file begins. */
  begin(path: string): void;
}

/** The records of all files that the operands name; of standard input where they name none. */
export class Inputs {
  readonly #streams: Streams;
  readonly #listener: Listener;
  readonly #operands: string[];
  #now: Records | undefined;
  #count = 0;

  constructor(operands: readonly string[], streams: Streams, listener: Listener) {
    this.#operands = [...operands];
    this.#streams = streams;
    this.#listener = listener;
  }

  /** The next record, by RS as it is now; undefined at the end of all. */
  async next(separator: () => string): Promise<string | undefined> {
    for (;;) {
      this.#now ??= this.#open();
      if (!this.#now) return undefined;
      const text = await this.#now.next(separator());
      if (text !== undefined) return text;
      this.close();
    }
  }

  /** Leaves the present file. */
  close(): void {
    this.#now?.close();
    this.#now = undefined;
  }

  #open(): Records | undefined {
    for (let operand = this.#operands.shift(); operand !== undefined; operand = this.#operands.shift()) {
      const [, name, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(operand) ?? [];
      if (name) this.#listener.assign(name, withoutEscapes(value!));
      else if (operand !== '') return this.#begin(operand);
    }
    return this.#count === 0 ? this.#begin('-') : undefined;
  }

  #begin(path: string): Records {
    this.#count++;
    this.#listener.begin(path);
    return this.#streams.input(path);
  }
}

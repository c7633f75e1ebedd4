import type { TerminalSize } from '../../kubelet/node-api.ts';

/** No size of a terminal is as long. */
const LONGEST_DOCUMENT = 4096;

/**
 * Sizes of the client's terminal: JSON documents (`{"Width":80,"Height":24}`) one after another, cut
 * anywhere. Whoever reads slowly gets the newest size only. The first that is not JSON ends them.
 */
export class TerminalSizes implements AsyncIterable<TerminalSize> {
  #text = '';
  #latest: TerminalSize | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;

  push(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#text += bytes.toString('latin1');
    for (let end = this.#text.indexOf('}'); end >= 0; end = this.#text.indexOf('}')) {
      const size = sizeOf(this.#text.slice(0, end + 1));
      if (!size) {
        this.end();
        return;
      }
      this.#latest = size;
      this.#text = this.#text.slice(end + 1);
    }
    if (this.#text.length > LONGEST_DOCUMENT) this.end();
    this.#wake?.();
  }

  end(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TerminalSize> {
    for (;;) {
      const size = this.#latest;
      this.#latest = undefined;
      if (size) yield size;
      else if (this.#isOver) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
    }
  }
}

/** Field names are taken in any case, as Go does; both are 16-bit numbers. */
function sizeOf(text: string): TerminalSize | undefined {
  try {
    const fields = Object.entries(JSON.parse(text) as object).map(([name, value]) => [name.toLowerCase(), value]);
    const { width = 0, height = 0 } = Object.fromEntries(fields) as { width?: unknown; height?: unknown };
    return isUint16(width) && isUint16(height) ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

const isUint16 = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffff;

import { sizeText } from '../../lib/size-text.ts';
import { textWidth, truncateText } from '../../lib/text-width.ts';
import { shortDigest } from './transfer-text.ts';

/** One layer that is on its way. */
interface Bar {
  size: number;
  done: number;
  /** Where it began, and when (ms). */
  from: number;
  since: number;
}

/** Wider bars say no more. */
const WIDEST = 40;

/** What is on its way, as lines; no clock and no terminal of its own. */
export class TransferBars {
  readonly #verb: string;
  readonly #bars = new Map<string, Bar>();
  #waiting = 0;

  /** @param verb `Downloading` */
  constructor(verb: string) {
    this.#verb = verb;
  }

  /** @param count layers of which nothing is known yet */
  expect(count: number): void {
    this.#waiting = count;
  }

  start(digest: string, size: number, done: number, now: number): void {
    if (!this.#bars.has(digest)) this.#waiting = Math.max(0, this.#waiting - 1);
    this.#bars.set(digest, { size, done, from: done, since: now });
  }

  move(digest: string, done: number): void {
    const bar = this.#bars.get(digest);
    if (bar) bar.done = done;
  }

  end(digest: string): void {
    if (!this.#bars.delete(digest)) this.#waiting = Math.max(0, this.#waiting - 1);
  }

  /** @param columns of the terminal; @param rows the most lines */
  lines(columns: number, rows: number, now: number): string[] {
    const lines = [...this.#bars].map(([digest, bar]) => this.#line(digest, bar, columns, now));
    const hidden = Math.max(0, lines.length - Math.max(1, rows - 1));
    const waiting = this.#waiting + hidden;
    const shown = lines.slice(0, lines.length - hidden);
    if (waiting > 0) shown.push(`${waiting} more ${waiting === 1 ? 'layer waits' : 'layers wait'}`);
    return shown.map((line) => truncateText(line, columns - 1));
  }

  #line(digest: string, { size, done, from, since }: Bar, columns: number, now: number): string {
    const seconds = (now - since) / 1000;
    const speed = seconds >= 0.5 && done > from ? `  ${sizeText((done - from) / seconds)}/s` : '';
    const numbers = `${sizeText(done).padStart(6)}/${sizeText(size)}${speed}`;
    const head = `${shortDigest(digest)}: ${this.#verb} `;
    const room = Math.min(WIDEST, columns - 1 - textWidth(head) - textWidth(numbers) - 4);
    if (room < 5) return `${head}${numbers}`;
    const share = size === 0 ? 1 : done / size;
    const full = Math.floor(share * room);
    const bar = full < room ? `${'='.repeat(Math.max(0, full))}>`.padEnd(room) : '='.repeat(room);
    return `${head}[${bar}]  ${numbers}`;
  }
}

import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';
import type { MovedBlob, OnTransfer, TransferEvent } from '../../oci/transfer/events.ts';
import { TransferBars } from './transfer-bars.ts';
import { type Direction, layerLine } from './transfer-text.ts';

/** How often what moves is drawn (ms). */
const REDRAW_MS = 100;

/**
 * What a pull or a push shows: a line for each layer when it is known how it ended, and on a terminal, below these, a
 * bar for each that is on its way.
 */
export class TransferView {
  readonly #io: IoStreams;
  readonly #direction: Direction;
  readonly #bars: TransferBars;
  readonly #begin: (event: Extract<TransferEvent, { kind: 'begin' }>) => string;
  readonly #isQuiet: boolean;
  /** Digests that are on their way as configs are not told of. */
  #layers: readonly MovedBlob[] = [];
  #timer: NodeJS.Timeout | undefined;
  #drawn = 0;
  /** Layers that travel beside each other fail for the same reason: it is told once until one gets through. */
  #lastRetry = '';
  readonly #now: () => number;

  constructor(
    io: IoStreams,
    direction: Direction,
    options: {
      quiet: boolean;
      /** What is said when the registry has answered. */
      begin(event: Extract<TransferEvent, { kind: 'begin' }>): string;
      now?: () => number;
    },
  ) {
    this.#io = io;
    this.#direction = direction;
    this.#begin = options.begin;
    this.#isQuiet = options.quiet;
    this.#now = options.now ?? Date.now;
    this.#bars = new TransferBars(direction === 'pull' ? 'Downloading' : 'Pushing');
    if (io.stdout.isTTY && !options.quiet && io.env.TERM !== 'dumb') {
      this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
      this.#timer.unref();
    }
  }

  /** The layers of what is pulled or pushed, as soon as they are known. */
  get layers(): readonly MovedBlob[] {
    return this.#layers;
  }

  readonly on: OnTransfer = (event) => {
    const now = this.#now();
    switch (event.kind) {
      case 'begin':
        this.say(this.#begin(event));
        break;
      case 'layers':
        this.#layers = event.layers;
        this.#bars.expect(event.layers.length);
        break;
      case 'start':
        this.#bars.start(event.digest, event.size, event.done, now);
        break;
      case 'bytes':
        this.#bars.move(event.digest, event.done);
        break;
      case 'layer':
        this.#bars.end(event.layer.digest);
        this.#lastRetry = '';
        this.say(layerLine(this.#direction, event.layer));
        break;
      case 'retry':
        if (event.reason !== this.#lastRetry) this.#warn(`Trying again: ${event.reason}`);
        this.#lastRetry = event.reason;
        break;
      case 'note':
        this.#warn(event.text);
        break;
    }
  };

  /** A line that stays. */
  say(line: string): void {
    if (this.#isQuiet) return;
    this.#erase();
    this.#io.stdout.write(`${line}\n`);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
  }

  #warn(line: string): void {
    this.#erase();
    this.#io.stderr.write(`${line}\n`);
  }

  #draw(): void {
    const { columns = 80, rows = 24 } = this.#io.stdout;
    const lines = this.#bars.lines(columns, rows - 1, this.#now());
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A` : '';
    if (lines.length === 0 && this.#drawn === 0) return;
    // Only our own words and numbers are in them.
    rawTerminal(this.#io.stdout).write(`\r${up}\u001b[J${lines.map((line) => `${line}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn === 0) return;
    rawTerminal(this.#io.stdout).write(`\r\u001b[${this.#drawn}A\u001b[J`);
    this.#drawn = 0;
  }
}

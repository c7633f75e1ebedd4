import { escapeTerminal, escapeTerminalLines } from '../../../lib/escape.ts';
import type { TerminalWritable } from '../../../lib/io.ts';
import { padText, textWidth, truncateText } from '../../../lib/text-width.ts';
import { oneLine } from './plain-progress.ts';
import { type BuildProgress, type Vertex, VertexLog } from './progress.ts';

/** How often what is shown is drawn anew, in ms. */
const REDRAW = 100;
/** Lines of output below a step that runs. */
const SHOWN_LINES = 6;
/** Columns from one place where a tab leads to the next. */
const TAB = 8;

type State = 'running' | 'cached' | 'done' | 'failed' | 'canceled';

interface Shown {
  name: string;
  log: VertexLog;
  state: State;
  /** Of one that ended, in s. */
  seconds: number;
  notes: string[];
  why: string;
}

const marks: Readonly<Record<State, string>> = {
  running: '',
  cached: 'CACHED ',
  done: '',
  failed: 'ERROR ',
  canceled: 'CANCELED ',
};

function everyTick(draw: () => void): () => void {
  const timer = setInterval(draw, REDRAW).unref();
  return () => clearInterval(timer);
}

const styles = {
  blue: (text: string) => `\u001b[34m${text}\u001b[39m`,
  red: (text: string) => `\u001b[31m${text}\u001b[39m`,
  yellow: (text: string) => `\u001b[33m${text}\u001b[39m`,
  dim: (text: string) => `\u001b[2m${text}\u001b[22m`,
};

/**
 * On a terminal, as BuildKit shows it: ` => [2/4] RUN npm ci   0.9s`, drawn anew in place, with the last lines of what
 * runs; what does not fit is left out from above. In the end the whole list stays.
 */
export class TerminalBuildProgress implements BuildProgress {
  readonly #terminal: TerminalWritable;
  readonly #now: () => number;
  readonly #begun: number;
  readonly #hasColour: boolean;
  readonly #vertices: Shown[] = [];
  readonly #stop: () => void;
  /** Lines that the last drawing took. */
  #drawn = 0;
  #isEnded = false;

  /** @param every calls what draws again and again, until what it returns is called */
  constructor(
    terminal: TerminalWritable,
    now: () => number,
    hasColour: boolean,
    every: (draw: () => void) => () => void = everyTick,
  ) {
    this.#terminal = terminal;
    this.#now = now;
    this.#begun = now();
    this.#hasColour = hasColour;
    this.#stop = every(() => this.#draw());
  }

  begin(name: string): Vertex {
    const log = new VertexLog(this.#now);
    const shown: Shown = { name: oneLine(name), log, state: 'running', seconds: 0, notes: [], why: '' };
    this.#vertices.push(shown);
    const end = (state: State): void => {
      log.flush();
      shown.state = state;
      shown.seconds = log.seconds;
    };
    return {
      note: (text) => void shown.notes.push(text),
      output: (chunk) => void log.add(chunk),
      missed: (why) => {
        shown.why = why;
      },
      cached: () => end('cached'),
      done: () => end('done'),
      failed: (_message, isCancelled) => end(isCancelled ? 'canceled' : 'failed'),
      tail: () => log.tail(),
    };
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#stop();
    this.#draw(true);
  }

  #draw(isLast = false): void {
    const columns = this.#terminal.columns ?? 80;
    const rows = this.#terminal.rows ?? 24;
    if (this.#vertices.length === 0) return;
    const lines = this.#lines(columns - 1, isLast);
    const [head, ...rest] = lines;
    const room = isLast ? rest.length : Math.max(1, rows - 2);
    const fitting = rest.length > room ? rest.slice(-room) : rest;
    const text = [head!, ...fitting].map((line) => `${line}\u001b[K\n`).join('');
    // From the first line of what was drawn before; what is below the new end goes.
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\r` : '';
    this.#terminal.write(`\u001b[?25l${up}${text}\u001b[J\u001b[?25h`);
    this.#drawn = fitting.length + 1;
  }

  #lines(width: number, isLast: boolean): string[] {
    const ended = this.#vertices.filter(({ state }) => state !== 'running').length;
    const isOver = isLast && ended === this.#vertices.length;
    const hasFailed = this.#vertices.some(({ state }) => state === 'failed' || state === 'canceled');
    const count = `(${ended}/${this.#vertices.length})`;
    const seconds = ((this.#now() - this.#begun) / 1000).toFixed(1);
    const finish = hasFailed ? '' : isOver ? ' FINISHED' : '';
    return [
      truncateText(`[+] Building ${seconds}s ${count}${finish}`, width),
      ...this.#vertices.flatMap((shown) => this.#vertexLines(shown, width)),
    ];
  }

  #vertexLines({ name, log, state, seconds, notes, why }: Shown, width: number): string[] {
    const time = `${(state === 'running' ? log.seconds : seconds).toFixed(1)}s`;
    const colour =
      state === 'failed' ? 'red' : state === 'canceled' ? 'yellow' : state === 'running' ? undefined : 'blue';
    const line = this.#fitted(` => ${marks[state]}${name}`, time, width);
    const lines = [colour ? this.#styled(colour, line) : line];
    const add = (text: string) =>
      lines.push(this.#styled('dim', truncateText(` => => ${escapeTerminal(text)}`, width)));
    if (why !== '') add(`not reused: ${why}`);
    if (state === 'running') {
      if (notes.length > 0) add(notes.at(-1)!);
      for (const { text } of log.lines.slice(-SHOWN_LINES)) add(`# ${withoutTabs(escapeTerminalLines(text))}`);
    } else if (state === 'done') for (const note of notes) add(note);
    return lines;
  }

  #fitted(text: string, time: string, width: number): string {
    const room = Math.max(1, width - textWidth(time) - 1);
    return `${padText(truncateText(escapeTerminal(text), room), room)} ${time}`;
  }

  #styled(style: keyof typeof styles, text: string): string {
    return this.#hasColour ? styles[style](text) : text;
  }
}

/** With blanks up to the next place where a tab leads. */
function withoutTabs(text: string): string {
  let line = '';
  for (const [index, part] of text.split('\t').entries()) {
    if (index > 0) line += ' '.repeat(TAB - (textWidth(line) % TAB));
    line += part;
  }
  return line;
}

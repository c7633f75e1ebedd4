import { textWidth } from '../../../../lib/text-width.ts';
import { dropLast, type Editor, type Terminal } from './terminal.ts';

export type Edited = { line: string } | 'interrupted' | 'end';

/** Possible ends of the word before the cursor. */
export interface Completion {
  /** Where in the line the word begins. */
  start: number;
  words: readonly string[];
}

interface EditorOptions {
  prompt: string;
  history: readonly string[];
  complete: (line: string) => Completion;
}

const LONGEST_LINE = 65_536;

/** One line, edited as shells let people edit it; several rows where it is longer than the terminal is wide. */
export class LineEditor implements Editor {
  readonly #terminal: Terminal;
  readonly #options: EditorOptions;
  readonly #done: (result: Edited) => void;
  #text = '';
  /** Code units before the cursor. */
  #at = 0;
  /** Which entry of the history is shown; its length: the new line. */
  #entry: number;
  #draft = '';
  #escape = '';
  /** The row of the cursor, counted from that of the prompt. */
  #row = 0;
  #isOver = false;

  constructor(terminal: Terminal, options: EditorOptions, done: (result: Edited) => void) {
    this.#terminal = terminal;
    this.#options = options;
    this.#done = done;
    this.#entry = options.history.length;
    terminal.emit(options.prompt);
  }

  end(): void {
    if (this.#text === '') this.#finish('end');
    else this.#finish({ line: this.#text });
  }

  #finish(result: Edited): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#terminal.edit(undefined);
    this.#done(result);
  }

  take(char: string): void {
    if (this.#escape) this.#takeEscape(char);
    else if (keys[char]) keys[char](this.#actions);
    else if (char >= ' ') this.#insert(char);
  }

  #insert(text: string): void {
    if (this.#text.length + text.length > LONGEST_LINE) return;
    const isAtEnd = this.#at === this.#text.length;
    this.#text = this.#text.slice(0, this.#at) + text + this.#text.slice(this.#at);
    this.#at += text.length;
    const columns = textWidth(plain(this.#options.prompt)) + textWidth(this.#text);
    // The usual case costs what was typed, not the whole line.
    if (isAtEnd && columns < this.#terminal.size.width) this.#terminal.emit(text);
    else this.#draw();
  }

  #takeEscape(char: string): void {
    this.#escape += char;
    if (this.#escape === '\x1b[' || this.#escape === '\x1bO') return;
    if (this.#escape.length < 12 && /^\x1b\[[\d;]*$/.test(this.#escape)) return;
    const sequence = this.#escape.slice(1);
    this.#escape = '';
    escapes[sequence]?.(this.#actions);
  }

  #draw(): void {
    const { width } = this.#terminal.size;
    const prompt = textWidth(plain(this.#options.prompt));
    const place = (columns: number) => ({ row: Math.floor(columns / width), column: columns % width });
    const end = place(prompt + textWidth(this.#text));
    const cursor = place(prompt + textWidth(this.#text.slice(0, this.#at)));
    const up = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : '');
    // A full last row leaves the cursor on it; a line feed makes the next one.
    const wrap = end.column === 0 && end.row > 0 ? '\r\n' : '';
    this.#terminal.emit(
      `${up(this.#row)}\r\x1b[J${this.#options.prompt}${this.#text}${wrap}${this.#at === this.#text.length ? '' : `${up(end.row - cursor.row)}\r${cursor.column > 0 ? `\x1b[${cursor.column}C` : ''}`}`,
    );
    this.#row = cursor.row;
  }

  #set(text: string, at = text.length): void {
    this.#text = text;
    this.#at = at;
    this.#draw();
  }

  #move(at: number): void {
    this.#at = Math.min(Math.max(at, 0), this.#text.length);
    this.#draw();
  }

  #browse(step: number): void {
    const { history } = this.#options;
    const next = this.#entry + step;
    if (next < 0 || next > history.length) return;
    if (this.#entry === history.length) this.#draft = this.#text;
    this.#entry = next;
    this.#set(history[next] ?? this.#draft);
  }

  readonly #actions = {
    enter: () => {
      this.#at = this.#text.length;
      if (this.#row > 0) this.#draw();
      this.#terminal.emit('\r\n');
      this.#finish({ line: this.#text });
    },
    interrupt: () => {
      this.#terminal.emit('^C\r\n');
      this.#finish('interrupted');
    },
    endOrDelete: () => {
      if (this.#text === '') this.#finish('end');
      else this.#actions.delete();
    },
    escape: () => {
      this.#escape = '\x1b';
    },
    erase: () => {
      if (this.#at === 0) return;
      const before = dropLast(this.#text.slice(0, this.#at));
      const isAtEnd = this.#at === this.#text.length;
      const columns = textWidth(this.#text) - textWidth(before);
      const after = this.#text.slice(this.#at);
      if (
        isAtEnd &&
        this.#row === 0 &&
        textWidth(plain(this.#options.prompt)) + textWidth(this.#text) < this.#terminal.size.width
      ) {
        this.#text = before;
        this.#at = before.length;
        this.#terminal.emit('\b \b'.repeat(columns));
      } else this.#set(before + after, before.length);
    },
    delete: () => {
      const rest = this.#text.slice(this.#at);
      const next = this.#next();
      if (rest) this.#set(this.#text.slice(0, this.#at) + this.#text.slice(next), this.#at);
    },
    left: () => this.#move(dropLast(this.#text.slice(0, this.#at)).length),
    right: () => this.#move(this.#next()),
    home: () => this.#move(0),
    last: () => this.#move(this.#text.length),
    up: () => this.#browse(-1),
    down: () => this.#browse(1),
    killToStart: () => this.#set(this.#text.slice(this.#at), 0),
    killToEnd: () => this.#set(this.#text.slice(0, this.#at)),
    killWord: () => {
      const before = this.#text.slice(0, this.#at).replace(/\S+\s*$/, '');
      this.#set(before + this.#text.slice(this.#at), before.length);
    },
    clear: () => {
      this.#terminal.emit('\x1b[H\x1b[2J');
      this.#row = 0;
      this.#draw();
    },
    complete: () => this.#complete(),
  };

  #next(): number {
    const first = [
      ...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(this.#text.slice(this.#at, this.#at + 64)),
    ][0];
    return this.#at + (first?.segment.length ?? 0);
  }

  #complete(): void {
    const { start, words } = this.#options.complete(this.#text.slice(0, this.#at));
    if (words.length === 0) return;
    let common = words[0]!;
    for (const word of words) while (!word.startsWith(common)) common = common.slice(0, -1);
    const typed = this.#text.slice(start, this.#at);
    const only = words.length === 1;
    const added = common.slice(typed.length) + (only && !common.endsWith('/') ? ' ' : '');
    if (added) {
      this.#insert(added);
      return;
    }
    this.#terminal.emit(
      `\r\n${words.map((word) => word.replace(/\/$/, '').split('/').at(-1)! + (word.endsWith('/') ? '/' : '')).join('  ')}\r\n`,
    );
    this.#row = 0;
    this.#draw();
  }
}

type Actions = Record<
  | 'enter'
  | 'interrupt'
  | 'endOrDelete'
  | 'escape'
  | 'erase'
  | 'delete'
  | 'left'
  | 'right'
  | 'home'
  | 'last'
  | 'up'
  | 'down'
  | 'killToStart'
  | 'killToEnd'
  | 'killWord'
  | 'clear'
  | 'complete',
  () => void
>;

const keys: Readonly<Record<string, (actions: Actions) => void>> = {
  '\r': (actions) => actions.enter(),
  '\n': (actions) => actions.enter(),
  '\x03': (actions) => actions.interrupt(),
  '\x04': (actions) => actions.endOrDelete(),
  '\x1b': (actions) => actions.escape(),
  '\x7f': (actions) => actions.erase(),
  '\b': (actions) => actions.erase(),
  '\x01': (actions) => actions.home(),
  '\x05': (actions) => actions.last(),
  '\x02': (actions) => actions.left(),
  '\x06': (actions) => actions.right(),
  '\x10': (actions) => actions.up(),
  '\x0e': (actions) => actions.down(),
  '\x15': (actions) => actions.killToStart(),
  '\x0b': (actions) => actions.killToEnd(),
  '\x17': (actions) => actions.killWord(),
  '\x0c': (actions) => actions.clear(),
  '\t': (actions) => actions.complete(),
};

const escapes: Readonly<Record<string, (actions: Actions) => void>> = {
  '[A': (actions) => actions.up(),
  '[B': (actions) => actions.down(),
  '[C': (actions) => actions.right(),
  '[D': (actions) => actions.left(),
  '[H': (actions) => actions.home(),
  '[F': (actions) => actions.last(),
  OA: (actions) => actions.up(),
  OB: (actions) => actions.down(),
  OC: (actions) => actions.right(),
  OD: (actions) => actions.left(),
  OH: (actions) => actions.home(),
  OF: (actions) => actions.last(),
  '[1~': (actions) => actions.home(),
  '[4~': (actions) => actions.last(),
  '[3~': (actions) => actions.delete(),
};

/** Without the sequences that colour a prompt. */
const plain = (text: string): string => text.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').replace(/[\x01\x02]/g, '');

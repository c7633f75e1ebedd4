import { SystemError } from '../../fs/errors.ts';
import { type Line, linesOf } from '../../process/lines.ts';
import { openFile } from '../../process/open-file.ts';
import { breathe } from '../../process/pace.ts';
import type { Process } from '../../process/process.ts';
import { cannotOpen } from '../options.ts';
import type { Address, Step } from './parser.ts';

function replaceMatches(
  text: string,
  { regex, replacement = '', isGlobal, nth = 1 }: Pick<Step, 'regex' | 'replacement' | 'isGlobal' | 'nth'>,
): string | undefined {
  let out = '';
  let at = 0;
  let count = 0;
  let hasChanged = false;
  while (at <= text.length) {
    const match = regex!.exec(text, at);
    if (!match) break;
    count++;
    out += text.slice(at, match.start);
    if (count >= nth && (isGlobal || count === nth)) {
      out += fill(replacement, match.groups);
      hasChanged = true;
    } else out += match.groups[0];
    if (match.end === match.start) {
      out += text[match.start] ?? '';
      at = match.end + 1;
    } else at = match.end;
    if (hasChanged && !isGlobal) break;
  }
  return hasChanged ? out + text.slice(at) : undefined;
}

function fill(replacement: string, groups: readonly (string | undefined)[]): string {
  return replacement.replace(/\\([\s\S])|&/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return groups[0] ?? '';
    if (/\d/.test(escaped)) return groups[Number(escaped)] ?? '';
    return { n: '\n', t: '\t' }[escaped] ?? (escaped === '\\' ? '\\' : escaped === '&' ? '&' : whole.slice(1));
  });
}

/** Lines of all inputs, with a look at whether one is the last where somebody asks. */
class Input {
  readonly #lines: AsyncGenerator<Line>;
  #next: Line | undefined;
  #isAhead = false;
  status = 0;

  constructor(process: Process, names: readonly string[]) {
    this.#lines = this.#all(process, names.length > 0 ? names : ['-']);
  }

  async *#all(process: Process, names: readonly string[]): AsyncGenerator<Line> {
    for (const name of names) {
      try {
        const handle = name === '-' ? process.handle(0).share() : openFile(process, name, 'read');
        try {
          yield* linesOf(handle, process.signal);
        } finally {
          handle.release();
        }
      } catch (error) {
        if (!(error instanceof SystemError)) throw error;
        await process.fail(cannotOpen(process, name, error));
        this.status = process.host.flavour === 'gnu' ? 2 : 1;
      }
    }
  }

  async #ahead(): Promise<Line | undefined> {
    if (!this.#isAhead) {
      const { value, done } = await this.#lines.next();
      this.#next = done ? undefined : value;
      this.#isAhead = true;
    }
    return this.#next;
  }

  async take(): Promise<Line | undefined> {
    const line = await this.#ahead();
    this.#isAhead = false;
    return line;
  }

  async isLast(): Promise<boolean> {
    return (await this.#ahead()) === undefined;
  }

  async close(): Promise<void> {
    await this.#lines.return(undefined);
  }
}

interface Place {
  number: number;
  isLast: boolean;
}

function hits(address: Address, text: string, place: Place): boolean {
  if (address.kind === 'line') return place.number === address.line;
  if (address.kind === 'last') return place.isLast;
  if (address.kind === 'regex') return address.regex.test(text);
  if (address.kind === 'step')
    return address.step === 0
      ? place.number === address.first
      : place.number >= address.first && (place.number - address.first) % address.step === 0;
  return false;
}

function selects(step: Step, text: string, place: Place): boolean {
  const { from, to } = step;
  if (!from) return true;
  if (!to) return hits(from, text, place);
  const isOver = (start: number) =>
    to.kind === 'line'
      ? place.number >= to.line
      : to.kind === 'more'
        ? place.number >= start + to.lines
        : hits(to, text, place);
  if (step.open !== undefined) {
    if (isOver(step.open)) step.open = undefined;
    return true;
  }
  if (!hits(from, text, place)) return false;
  const endsAtOnce = (to.kind === 'line' && to.line <= place.number) || (to.kind === 'more' && to.lines === 0);
  if (!endsAtOnce) step.open = place.number;
  return true;
}

export interface Editing {
  process: Process;
  steps: readonly Step[];
  names: readonly string[];
  isQuiet: boolean;
  print: (text: string) => Promise<void>;
}

/** Where a command leads: undefined to the next one, a number to that one, else out of the cycle. */
type Way = number | 'end' | 'quietly' | 'again' | 'quit' | 'stop' | undefined;

/** One run of a script over its inputs (POSIX sed). */
class Editor {
  readonly #facts: Editing;
  readonly #input: Input;
  readonly #asksForLast: boolean;
  #space: Line = { text: '', isWhole: true };
  #hold = '';
  #number = 0;
  #hasChanged = false;
  #after: string[] = [];
  #code = 0;

  constructor(facts: Editing) {
    this.#facts = facts;
    this.#input = new Input(facts.process, facts.names);
    this.#asksForLast = facts.steps.some(({ from, to }) => from?.kind === 'last' || to?.kind === 'last');
  }

  async run(): Promise<{ status: number; code: number }> {
    let keeps = false;
    try {
      while (keeps || (await this.#take())) {
        await breathe();
        this.#facts.process.signal.throwIfAborted();
        const way = await this.#cycle();
        keeps = way === 'again';
        if (way === 'end' || way === 'quit') await this.#show();
        await this.#flush();
        if (way === 'quit' || way === 'stop') break;
      }
    } finally {
      await this.#input.close();
    }
    return { status: this.#input.status, code: this.#code };
  }

  async #take(): Promise<boolean> {
    const line = await this.#input.take();
    if (!line) return false;
    this.#space = line;
    this.#number++;
    return true;
  }

  /** The pattern space goes out, unless `-n` says no. */
  async #show(): Promise<void> {
    if (!this.#facts.isQuiet) await this.#facts.print(this.#space.text + (this.#space.isWhole ? '\n' : ''));
  }

  async #flush(): Promise<void> {
    for (const text of this.#after.splice(0)) await this.#facts.print(text);
  }

  async #cycle(): Promise<Exclude<Way, number | undefined>> {
    const { steps, process } = this.#facts;
    this.#hasChanged = false;
    let at = 0;
    for (let count = 0; at < steps.length; count++) {
      if (count % 256 === 255) {
        await breathe();
        process.signal.throwIfAborted();
      }
      const step = steps[at]!;
      const isLast = this.#asksForLast && (await this.#input.isLast());
      const way =
        selects(step, this.#space.text, { number: this.#number, isLast }) === step.isNegated
          ? step.name === '{'
            ? step.jump!
            : undefined
          : await this.#do(step);
      if (typeof way === 'string') return way;
      at = way ?? at + 1;
    }
    return 'end';
  }

  #set(text: string): void {
    this.#space = { ...this.#space, text };
  }

  async #do(step: Step): Promise<Way> {
    const { print, process } = this.#facts;
    const { text } = this.#space;
    const actions: Readonly<Record<string, () => Way | Promise<Way>>> = {
      s: async () => {
        const changed = replaceMatches(text, step);
        if (changed === undefined) return undefined;
        this.#set(changed);
        this.#hasChanged = true;
        if (step.prints) await print(`${changed}\n`);
        return undefined;
      },
      y: () => this.#set([...text].map((char) => step.table!.get(char) ?? char).join('')) as undefined,
      p: () => print(`${text}\n`) as Promise<undefined>,
      P: () => print(`${text.split('\n', 1)[0]}\n`) as Promise<undefined>,
      '=': () => print(`${this.#number}\n`) as Promise<undefined>,
      i: () => print(`${step.text}\n`) as Promise<undefined>,
      a: () => void this.#after.push(`${step.text}\n`) as undefined,
      r: () => void this.#after.push(readOr(process, step.text!)) as undefined,
      w: () => append(process, step.text!, `${text}\n`) as undefined,
      c: async (): Promise<Way> => {
        if (!step.to || step.open === undefined) await print(`${step.text}\n`);
        return 'quietly';
      },
      d: () => 'quietly',
      D: () => {
        const end = text.indexOf('\n');
        if (end < 0) return 'quietly';
        this.#set(text.slice(end + 1));
        return 'again';
      },
      g: () => this.#set(this.#hold) as undefined,
      G: () => this.#set(`${text}\n${this.#hold}`) as undefined,
      h: () => {
        this.#hold = text;
        return undefined;
      },
      H: () => {
        this.#hold += `\n${text}`;
        return undefined;
      },
      x: () => {
        this.#set(this.#hold);
        this.#hold = text;
        return undefined;
      },
      z: () => this.#set('') as undefined,
      n: async (): Promise<Way> => {
        if (await this.#input.isLast()) return 'quit';
        await this.#show();
        await this.#flush();
        await this.#take();
        return undefined;
      },
      N: async (): Promise<Way> => {
        // GNU prints what it has when there is no more; POSIX does not.
        if (await this.#input.isLast()) return 'quit';
        await this.#flush();
        await this.#take();
        this.#set(`${text}\n${this.#space.text}`);
        return undefined;
      },
      b: () => step.jump,
      t: () => {
        const goes = this.#hasChanged;
        this.#hasChanged = false;
        return goes ? step.jump : undefined;
      },
      T: () => {
        const goes = !this.#hasChanged;
        this.#hasChanged = false;
        return goes ? step.jump : undefined;
      },
      q: () => {
        this.#code = step.nth ?? 0;
        return 'quit';
      },
      Q: () => {
        this.#code = step.nth ?? 0;
        return 'stop';
      },
    };
    return actions[step.name]?.();
  }
}

/** What cannot be read is nothing. */
function readOr(process: Process, path: string): string {
  try {
    return Buffer.from(process.files.readFile(path)).toString();
  } catch (error) {
    if (error instanceof SystemError) return '';
    throw error;
  }
}

function append(process: Process, path: string, text: string): void {
  const target = process.files.openForWriting(path);
  process.files.write(target, Buffer.from(text), target.node.type === 'file' ? target.node.size : 0);
}

/** Edits all inputs; `code` is what `q` asks for, `status` tells of inputs that could not be read. */
export const edit = (facts: Editing): Promise<{ status: number; code: number }> => new Editor(facts).run();

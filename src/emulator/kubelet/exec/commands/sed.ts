import { linesOf } from '../process/lines.ts';
import { breathe } from '../process/pace.ts';
import type { Process, Program } from '../process/process.ts';
import { eachInput, parseOptions, UsageFailure } from './options.ts';
import { compileRegex, type Regex, RegexFailure } from './regex.ts';

type Address =
  | { kind: 'line'; line: number }
  | { kind: 'last' }
  | { kind: 'regex'; regex: Regex }
  | { kind: 'step'; first: number; step: number }
  | { kind: 'more'; lines: number };

interface Step {
  from: Address | undefined;
  to: Address | undefined;
  isNegated: boolean;
  name: string;
  /** `s` */
  regex?: Regex;
  replacement?: string;
  isGlobal?: boolean;
  nth?: number;
  prints?: boolean;
  /** `y` */
  table?: Map<string, string>;
  /** `a`, `i`, `c`, and the file of `w`. */
  text?: string;
  /** The commands of `{`. */
  block?: Step[];
  /** Inside of a range since that line. */
  open?: number | undefined;
}

/** What of sed(1) is not there says so instead of doing something else. */
const MISSING = new Set([...'DGHNPbghlnrtwxRWTQFe:']);

class SedParser {
  #at = 0;
  #last: Regex | undefined;
  readonly #source: string;
  readonly #extended: boolean;

  constructor(source: string, extended: boolean) {
    this.#source = source;
    this.#extended = extended;
  }

  steps(isBlock = false): Step[] {
    const all: Step[] = [];
    for (;;) {
      this.#skip(/[\s;]/);
      const char = this.#source[this.#at];
      if (char === undefined) {
        if (isBlock) throw new UsageFailure("-e expression #1, char 0: unmatched `{'");
        return all;
      }
      if (char === '}') {
        this.#at++;
        if (!isBlock) throw new UsageFailure(`-e expression #1, char ${this.#at}: unexpected \`}'`);
        return all;
      }
      if (char === '#') this.#skip(/[^\n]/);
      else all.push(this.#step());
    }
  }

  #skip(what: RegExp): void {
    while (this.#at < this.#source.length && what.test(this.#source[this.#at]!)) this.#at++;
  }

  #fail(text: string): never {
    throw new UsageFailure(`-e expression #1, char ${this.#at}: ${text}`);
  }

  #address(): Address | undefined {
    const rest = this.#source.slice(this.#at);
    const number = /^(\d+)(?:~(\d+))?/.exec(rest);
    if (number) {
      this.#at += number[0].length;
      if (number[2] !== undefined) return { kind: 'step', first: Number(number[1]), step: Number(number[2]) };
      return { kind: 'line', line: Number(number[1]) };
    }
    if (rest.startsWith('$')) {
      this.#at++;
      return { kind: 'last' };
    }
    if (rest.startsWith('/') || rest.startsWith('\\')) {
      if (rest.startsWith('\\')) this.#at++;
      const text = this.#until(this.#source[this.#at++]!);
      const ignoreCase = this.#source[this.#at] === 'I';
      if (ignoreCase) this.#at++;
      return { kind: 'regex', regex: this.#regex(text, ignoreCase) };
    }
    return undefined;
  }

  #regex(text: string, ignoreCase: boolean): Regex {
    if (text === '') return this.#last ?? this.#fail('no previous regular expression');
    this.#last = compileRegex(text, { extended: this.#extended, ignoreCase });
    return this.#last;
  }

  /** Up to the delimiter that is not escaped; an escaped one stands for itself. */
  #until(delimiter: string): string {
    let text = '';
    let inSet = false;
    for (; this.#at < this.#source.length; this.#at++) {
      const char = this.#source[this.#at]!;
      if (char === '\\' && this.#at + 1 < this.#source.length) {
        const next = this.#source[++this.#at]!;
        text += next === delimiter ? next : next === '\n' ? '\n' : `\\${next}`;
        continue;
      }
      if (char === '[' && !inSet) inSet = this.#source.indexOf(']', this.#at + 1) > 0 && delimiter !== '[';
      else if (char === ']') inSet = false;
      if (char === delimiter && !inSet) {
        this.#at++;
        return text;
      }
      text += char;
    }
    return this.#fail("unterminated `s' command");
  }

  #step(): Step {
    const from = this.#address();
    let to: Address | undefined;
    this.#skip(/ /);
    if (from && this.#source[this.#at] === ',') {
      this.#at++;
      this.#skip(/ /);
      const more = /^\+(\d+)/.exec(this.#source.slice(this.#at));
      if (more) {
        this.#at += more[0].length;
        to = { kind: 'more', lines: Number(more[1]) };
      } else to = this.#address() ?? this.#fail("unexpected `,'");
    }
    this.#skip(/ /);
    const isNegated = this.#source[this.#at] === '!';
    if (isNegated) this.#at++;
    this.#skip(/ /);
    const name = this.#source[this.#at++] ?? this.#fail('missing command');
    const step: Step = { from, to, isNegated, name };
    if (name === 's') this.#substitute(step);
    else if (name === 'y') this.#transliterate(step);
    else if (name === '{') step.block = this.steps(true);
    else if ('aic'.includes(name)) {
      const text = /^[ \t]*(?:\\\n?)?([^\n]*(?:\\\n[^\n]*)*)/.exec(this.#source.slice(this.#at))!;
      this.#at += text[0].length;
      step.text = text[1]!.replace(/\\\n/g, '\n');
    } else if (name === 'q') {
      const code = /^\s*(\d*)/.exec(this.#source.slice(this.#at))!;
      this.#at += code[0].length;
      step.nth = Number(code[1] || 0);
    } else if (MISSING.has(name)) this.#fail(`the command \`${name}' is not supported in this simulated container`);
    else if (!'pd='.includes(name)) this.#fail(`unknown command: \`${name}'`);
    return step;
  }

  #substitute(step: Step): void {
    const delimiter = this.#source[this.#at++] ?? this.#fail("unterminated `s' command");
    const pattern = this.#until(delimiter);
    step.replacement = this.#until(delimiter);
    const flags = /^[gpIi0-9]*/.exec(this.#source.slice(this.#at))![0];
    this.#at += flags.length;
    step.regex = this.#regex(pattern, /i/i.test(flags));
    step.isGlobal = flags.includes('g');
    step.prints = flags.includes('p');
    step.nth = Number(/\d+/.exec(flags)?.[0] ?? 1);
    if (/^[^\s;}#]/.test(this.#source.slice(this.#at))) this.#fail("unknown option to `s'");
  }

  #transliterate(step: Step): void {
    const delimiter = this.#source[this.#at++]!;
    const from = [...this.#until(delimiter)];
    const to = [...this.#until(delimiter)];
    if (from.length !== to.length) this.#fail("strings for `y' command are different lengths");
    step.table = new Map(from.map((char, index) => [char, to[index]!]));
  }
}

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

const expression: Program = async (process, args) => {
  const options = parseOptions(args, 'ne:f:rEisz', {
    quiet: 'n',
    silent: 'n',
    expression: 'e',
    file: 'f',
    'regexp-extended': 'E',
    'in-place': 'i',
  });
  const operands = [...options.operands];
  const sources = [...options.values('e')];
  for (const name of options.values('f')) sources.push(Buffer.from(process.files.readFile(name)).toString());
  if (sources.length === 0) {
    const first = operands.shift();
    if (first === undefined) throw new UsageFailure('no script specified');
    sources.push(first);
  }
  const steps = () => new SedParser(sources.join('\n'), options.has('E') || options.has('r')).steps();
  steps();
  if (!options.has('i')) {
    const { status, code } = await edit(process, steps(), operands, options.has('n'), (text) => process.print(text));
    return code || status;
  }
  let worst = 0;
  for (const name of operands) {
    let text = '';
    const { status } = await edit(process, steps(), [name], options.has('n'), async (piece) => {
      text += piece;
    });
    worst = Math.max(worst, status);
    if (status === 0) process.files.writeFile(name, text);
  }
  return worst;
};

export const sed: Program = async (process, args) => {
  try {
    return await expression(process, args);
  } catch (error) {
    if (error instanceof RegexFailure) return process.fail(`-e expression #1: ${error.message}`);
    throw error;
  }
};

async function edit(
  process: Process,
  steps: readonly Step[],
  names: readonly string[],
  isQuiet: boolean,
  print: (text: string) => Promise<void>,
): Promise<{ status: number; code: number }> {
  let number = 0;
  let code = 0;
  let hasQuit = false;
  let held: { text: string; isWhole: boolean } | undefined;
  const one = async (line: { text: string; isWhole: boolean }, isLast: boolean): Promise<void> => {
    number++;
    await breathe();
    const state: Space = { text: line.text, isDeleted: false, quits: false, after: [], code: 0 };
    await apply(steps, state, { number, isLast, print });
    if (!state.isDeleted && !isQuiet) await print(state.text + (line.isWhole ? '\n' : ''));
    for (const text of state.after) await print(`${text}\n`);
    hasQuit = state.quits;
    code = state.code;
  };
  const status = await eachInput(process, names, async (handle) => {
    for await (const line of linesOf(handle, process.signal)) {
      if (held) await one({ ...held, isWhole: true }, false);
      held = undefined;
      if (hasQuit) return false;
      held = line;
    }
    return undefined;
  });
  if (held && !hasQuit) await one(held, true);
  return { status, code };
}

interface Space {
  text: string;
  isDeleted: boolean;
  quits: boolean;
  after: string[];
  code: number;
}

interface Place {
  number: number;
  isLast: boolean;
  print: (text: string) => Promise<void>;
}

function hits(address: Address, text: string, { number, isLast }: Place): boolean {
  if (address.kind === 'line') return number === address.line;
  if (address.kind === 'last') return isLast;
  if (address.kind === 'regex') return address.regex.test(text);
  if (address.kind === 'step')
    return address.step === 0
      ? number === address.first
      : number >= address.first && (number - address.first) % address.step === 0;
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

async function apply(steps: readonly Step[], space: Space, place: Place): Promise<void> {
  for (const step of steps) {
    if (selects(step, space.text, place) === step.isNegated) continue;
    if (step.block) await apply(step.block, space, place);
    else if (step.name === 's') {
      const changed = replaceMatches(space.text, step);
      if (changed !== undefined) {
        space.text = changed;
        if (step.prints) await place.print(`${space.text}\n`);
      }
    } else if (step.name === 'y') space.text = [...space.text].map((char) => step.table!.get(char) ?? char).join('');
    else if (step.name === 'p') await place.print(`${space.text}\n`);
    else if (step.name === '=') await place.print(`${place.number}\n`);
    else if (step.name === 'a') space.after.push(step.text!);
    else if (step.name === 'i') await place.print(`${step.text}\n`);
    else if (step.name === 'c') {
      await place.print(`${step.text}\n`);
      space.isDeleted = true;
    } else if (step.name === 'd') space.isDeleted = true;
    else if (step.name === 'q') {
      space.quits = true;
      space.code = step.nth ?? 0;
    }
    if (space.isDeleted || space.quits) return;
  }
}

import { UsageFailure } from '../options.ts';
import { compileRegex, type Regex } from '../regex.ts';

export type Address =
  | { kind: 'line'; line: number }
  | { kind: 'last' }
  | { kind: 'regex'; regex: Regex }
  | { kind: 'step'; first: number; step: number }
  | { kind: 'more'; lines: number };

export interface Step {
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
  /** `b`, `t`, `T` and `:` */
  label?: string;
  /** Where it goes on: behind the `}` of a `{`, or at a label. */
  jump?: number | undefined;
  /** Inside of a range since that line. */
  open?: number | undefined;
}

/** What of sed(1) is not there says so instead of doing something else. */
const MISSING = new Set([...'leFRW']);

export class SedParser {
  #at = 0;
  #last: Regex | undefined;
  readonly #source: string;
  readonly #extended: boolean;

  constructor(source: string, extended: boolean) {
    this.#source = source;
    this.#extended = extended;
  }

  /** The commands one after the other; blocks and labels are jumps. */
  steps(): Step[] {
    const all: Step[] = [];
    const open: Step[] = [];
    for (;;) {
      this.#skip(/[\s;]/);
      const char = this.#source[this.#at];
      if (char === undefined) break;
      if (char === '}') {
        this.#at++;
        const begin = open.pop() ?? this.#fail("unexpected `}'");
        begin.jump = all.length;
      } else if (char === '#') this.#skip(/[^\n]/);
      else {
        const step = this.#step();
        all.push(step);
        if (step.name === '{') open.push(step);
      }
    }
    if (open.length > 0) throw new UsageFailure("-e expression #1, char 0: unmatched `{'");
    const labels = new Map(all.flatMap(({ name, label }, at) => (name === ':' ? [[label!, at] as const] : [])));
    for (const step of all) {
      if (!'btT'.includes(step.name)) continue;
      step.jump = step.label ? labels.get(step.label) : all.length;
      if (step.jump === undefined)
        throw new UsageFailure(`-e expression #1, char ${this.#at}: can't find label for jump to \`${step.label}'`);
    }
    return all;
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
    else if ('aic'.includes(name)) {
      const text = /^[ \t]*(?:\\\n?)?([^\n]*(?:\\\n[^\n]*)*)/.exec(this.#source.slice(this.#at))!;
      this.#at += text[0].length;
      step.text = text[1]!.replace(/\\\n/g, '\n');
    } else if (':btTrw'.includes(name)) {
      const word = (':btT'.includes(name) ? /^[ \t]*([^\s;}]*)/ : /^[ \t]*([^\n]*)/).exec(
        this.#source.slice(this.#at),
      )!;
      this.#at += word[0].length;
      if (name === 'r' || name === 'w') step.text = word[1]!;
      else step.label = word[1]!;
    } else if (name === 'q' || name === 'Q') {
      const code = /^\s*(\d*)/.exec(this.#source.slice(this.#at))!;
      this.#at += code[0].length;
      step.nth = Number(code[1] || 0);
    } else if (MISSING.has(name)) this.#fail(`the command \`${name}' is not supported in this simulated container`);
    else if (!'{pPdDgGhHxnN=z'.includes(name)) this.#fail(`unknown command: \`${name}'`);
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

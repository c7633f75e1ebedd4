import { compileRegex, type Regex } from '../regex.ts';
import { numberOf, textOf, type Value } from './values.ts';

/** Compiled expressions, as a program uses few and each for every record. */
const compiled = new Map<string, Regex>();
const MOST_COMPILED = 200;

/** @throws RegexFailure */
export function regexOf(source: string): Regex {
  let found = compiled.get(source);
  if (!found) {
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    found = compileRegex(source, { extended: true });
    compiled.set(source, found);
  }
  return found;
}

/** The fields of a text: at blanks, at one character, at what matches, or every character by itself. */
export function fieldsOf(text: string, separator: string): string[] {
  if (text === '') return [];
  if (separator === ' ') return text.split(/[ \t\n]+/).filter(Boolean);
  if (separator === '') return [...text];
  if (separator.length === 1 && separator !== '\\') return text.split(separator);
  const regex = regexOf(separator);
  const parts: string[] = [];
  let at = 0;
  for (let found = regex.exec(text); found; found = regex.exec(text, at)) {
    if (found.end === found.start) break;
    parts.push(text.slice(at, found.start));
    at = found.end;
  }
  parts.push(text.slice(at));
  return parts;
}

const MOST_FIELDS = 100_000;

/** `$0` and its fields, which follow one another. */
export class Record {
  #text = '';
  #fields: Value[] | undefined = [];
  #isStale = false;
  readonly #separators: () => { input: string; output: string; format: string };

  constructor(separators: () => { input: string; output: string; format: string }) {
    this.#separators = separators;
  }

  set(text: string): void {
    this.#text = text;
    this.#fields = undefined;
    this.#isStale = false;
  }

  #split(): Value[] {
    this.#fields ??= fieldsOf(this.#text, this.#separators().input).map((one) => ({ text: one }));
    return this.#fields;
  }

  get count(): number {
    return this.#split().length;
  }

  set count(count: number) {
    const fields = this.#split();
    const wanted = Math.min(Math.max(Math.trunc(count), 0), MOST_FIELDS);
    while (fields.length < wanted) fields.push('');
    fields.length = wanted;
    this.#isStale = true;
  }

  get text(): string {
    if (this.#isStale) {
      const { output, format } = this.#separators();
      this.#text = this.#split()
        .map((one) => textOf(one, format))
        .join(output);
      this.#isStale = false;
    }
    return this.#text;
  }

  get(index: number): Value {
    return index === 0 ? { text: this.text } : (this.#split()[index - 1] ?? { text: '' });
  }

  assign(index: number, value: Value): void {
    if (index === 0) {
      this.set(textOf(value));
      return;
    }
    const fields = this.#split();
    if (index > fields.length) this.count = index;
    fields[Math.min(index, MOST_FIELDS) - 1] = value;
    this.#isStale = true;
  }
}

/** A position or count that a user gave. */
export const whole = (value: Value): number => Math.trunc(numberOf(value));

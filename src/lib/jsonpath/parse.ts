import { unquoteGo } from '../go-unquote.ts';
import { goCharacter } from '../go-value.ts';
import { FloatLiteral, PathError, type PathStep, type SliceBound, type TemplatePart } from './nodes.ts';

const TERMINATORS = new Set([' ', '\t', '\r', '\n', '.', ',', '[', ']', '$', '@', '{', '}']);
const LETTER_OR_DIGIT = /[\p{L}\p{Nd}_]/u;
const SLICE = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/;
const KEY_IN_QUOTES = /^'([^']*)'$/;
const COMPARISON = /^([^!<>=]+)([!<>=]+)([^\n]+)$/;

/**
 * Reads a template such as `{range .items[*]}{.metadata.name}{"\n"}{end}` as client-go's util/jsonpath does.
 * @throws PathError in its words
 */
export function parseTemplate(template: string): TemplatePart[] {
  return new TemplateParser(template).parse();
}

/** The steps of what stands between braces. */
function parseSteps(text: string): PathStep[] {
  const [first] = parseTemplate(`{${text}}`);
  return first?.type === 'list' ? first.steps : [];
}

class TemplateParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): TemplatePart[] {
    const parts: TemplatePart[] = [];
    while (this.#at < this.#text.length) {
      const brace = this.#text.indexOf('{', this.#at);
      const end = brace < 0 ? this.#text.length : brace;
      if (end > this.#at) parts.push({ type: 'text', text: this.#text.slice(this.#at, end) });
      this.#at = end + 1;
      if (brace >= 0) parts.push({ type: 'list', steps: this.#action() });
    }
    return parts;
  }

  /** Up to and with the closing brace. */
  #action(): PathStep[] {
    const steps: PathStep[] = [];
    while (!this.#text.startsWith('}', this.#at)) this.#step(steps);
    this.#at++;
    return steps;
  }

  #step(steps: PathStep[]): void {
    if (this.#text.startsWith('[?(', this.#at)) return void steps.push(this.#filter());
    if (this.#text.startsWith('..', this.#at)) return void this.#recursive(steps);
    const char = this.#next();
    if (char === undefined || char === '\n' || char === '\r') throw new PathError('unclosed action');
    if (char === ' ' || char === '@' || char === '$') return;
    if (char === '[') return void this.#bracket(steps);
    if (char === '"' || char === "'") return void steps.push(this.#quoted(char));
    if (char === '.') return void steps.push(this.#field());
    this.#at -= char.length;
    if (/[-+\p{Nd}]/u.test(char)) steps.push(this.#number());
    else if (LETTER_OR_DIGIT.test(char)) steps.push(this.#word());
    else throw new PathError(`unrecognized character in action: ${goCharacter(char)}`);
  }

  #next(): string | undefined {
    const code = this.#text.codePointAt(this.#at);
    if (code === undefined) return undefined;
    const char = String.fromCodePoint(code);
    this.#at += char.length;
    return char;
  }

  #recursive(steps: PathStep[]): void {
    if (steps.at(-1)?.type === 'recursive') throw new PathError('invalid multiple recursive descent');
    this.#at += 2;
    steps.push({ type: 'recursive' });
    const following = this.#text.codePointAt(this.#at);
    if (following !== undefined && LETTER_OR_DIGIT.test(String.fromCodePoint(following))) steps.push(this.#field());
  }

  #field(): PathStep {
    const start = this.#at;
    while (this.#at < this.#text.length && !TERMINATORS.has(this.#text[this.#at] as string)) {
      const isEscape = this.#next() === '\\';
      if (isEscape) this.#next();
    }
    const name = this.#text.slice(start, this.#at);
    return name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') };
  }

  #number(): PathStep {
    const [text = ''] = /^[-+]?[\p{Nd}.]*/u.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += text.length;
    const isWhole = /^[-+]?\d+$/.test(text) && Math.abs(Number(text)) < 2 ** 63;
    if (isWhole) return { type: 'literal', value: Number(text) };
    if (!/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(text)) throw new PathError(`cannot parse number ${text}`);
    return { type: 'literal', value: new FloatLiteral(Number(text)) };
  }

  #word(): PathStep {
    const start = this.#at;
    while (this.#at < this.#text.length && !TERMINATORS.has(this.#text[this.#at] as string)) this.#at++;
    const word = this.#text.slice(start, this.#at);
    return word === 'true' || word === 'false' ? { type: 'literal', value: word === 'true' } : { type: 'word', word };
  }

  #quoted(quote: string): PathStep {
    const start = this.#at;
    for (;;) {
      const char = this.#text[this.#at++];
      if (char === undefined || char === '\n') throw new PathError('unterminated quoted string');
      if (char === quote && this.#text[this.#at - 2] !== '\\') break;
    }
    const inner = this.#text.slice(start, this.#at - 1);
    const text = unquoteGo(inner, quote);
    if (text === undefined) throw new PathError(`unquote string ${quote}${inner}${quote} error invalid syntax`);
    return { type: 'text', text };
  }

  /** Behind `[`: a key in quotes, an index, a slice, or several of them. */
  #bracket(steps: PathStep[]): void {
    const end = this.#text.slice(this.#at).search(/[\]\n]/);
    if (end < 0 || this.#text[this.#at + end] === '\n') throw new PathError('unterminated array');
    const inner = this.#text.slice(this.#at, this.#at + end);
    this.#at += end + 1;
    const parts = inner.split(',');
    if (parts.length > 1) {
      const branches = parts.map((part) => parseSteps(`[${part.replace(/^ +| +$/g, '')}]`));
      steps.push({ type: 'union', branches });
      return;
    }
    const key = KEY_IN_QUOTES.exec(inner)?.[1];
    if (key !== undefined) steps.push(...parseSteps(`.${key}`));
    else steps.push(slice(inner === '*' ? ':' : inner));
  }

  #filter(): PathStep {
    this.#at += '[?('.length;
    const start = this.#at;
    let pair: string | undefined;
    let isPaired = false;
    for (;;) {
      const char = this.#next();
      if (char === undefined || char === '\n') throw new PathError('unterminated filter');
      if (char === '"' || char === "'") {
        if (pair === undefined) pair = char;
        else if (char === pair && this.#text[this.#at - 2] !== '\\') isPaired = true;
      } else if (char === ')' && (pair !== undefined) === isPaired) break;
    }
    const inner = this.#text.slice(start, this.#at - 1);
    if (this.#next() !== ']') throw new PathError('unclosed array expect ]');
    const [, left = '', operator = '', right = ''] = COMPARISON.exec(inner) ?? [];
    if (operator === '') return { type: 'filter', left: parseSteps(inner), operator: 'exists', right: [] };
    return { type: 'filter', left: parseSteps(left), operator, right: parseSteps(right) };
  }
}

/** `start:end:step`, each of which may be left out. */
function slice(text: string): PathStep {
  const match = SLICE.exec(text);
  if (!match) throw new PathError(`invalid array index ${text}`);
  const [start, end, step] = [match[1], match[2]?.slice(1), match[3]?.slice(1)].map(bound);
  const isSingle = match[2] === undefined;
  const next = { value: start!.value + 1, isKnown: true };
  return { type: 'slice', start: start!, end: isSingle ? next : end!, step: step!, isSingle };
}

function bound(text: string | undefined): SliceBound {
  if (text === undefined || text === '') return { value: 0, isKnown: false };
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new PathError(`array index ${text} is not a number`);
  return { value, isKnown: true };
}

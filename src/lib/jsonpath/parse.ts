import { KctlError } from '../errors.ts';
import type { PathStep, TemplatePart } from './nodes.ts';

const FIELD_END = new Set([' ', '\t', '\n', '\r', '.', ',', '[', ']', '$', '@', '{', '}']);
const INDEX = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/;
const FILTER = /^([^!<>=]+)([!<>=]+)(.+)$/s;
const QUOTED_NAMES = /^'(?:[^'\\]|\\.)*'(?:,\s*'(?:[^'\\]|\\.)*')*$/;

/** Where template parts go while a `range` is open. */
interface Frame {
  parts: TemplatePart[];
}

/**
 * Reads a template such as `{range .items[*]}{.metadata.name}{"\n"}{end}` (client-go util/jsonpath).
 * @throws KctlError `usage` with kubectl's wording
 */
export function parseTemplate(template: string): TemplatePart[] {
  return new TemplateParser(template).parse();
}

class TemplateParser {
  private readonly text: string;
  /** Errors name the whole template, also those of a filter inside it. */
  private readonly shown: string;
  private position = 0;

  constructor(text: string, shown: string = text) {
    this.text = text;
    this.shown = shown;
  }

  parse(): TemplatePart[] {
    const root: Frame = { parts: [] };
    const open: Frame[] = [root];
    while (this.position < this.text.length) {
      const brace = this.text.indexOf('{', this.position);
      const end = brace < 0 ? this.text.length : brace;
      if (end > this.position) open.at(-1)?.parts.push({ type: 'text', text: this.text.slice(this.position, end) });
      this.position = end + 1;
      if (brace >= 0) this.action(open);
    }
    return root.parts;
  }

  /** The steps of one path without braces: a side of a filter. */
  parsePath(): PathStep[] {
    const steps: PathStep[] = [];
    while (this.position < this.text.length) this.step(steps);
    return steps;
  }

  private action(open: Frame[]): void {
    const keyword = /\s*(range|end)(?![A-Za-z0-9_])/y;
    keyword.lastIndex = this.position;
    const word = keyword.exec(this.text)?.[1];
    if (word) this.position = keyword.lastIndex;
    const steps: PathStep[] = [];
    for (;;) {
      if (this.position >= this.text.length) throw this.problem('unclosed action');
      if (this.text[this.position] === '}') break;
      this.step(steps);
    }
    this.position++;
    if (word === 'end') {
      if (open.length === 1) throw executionError(this.shown, 'not in range, nothing to end');
      open.pop();
    } else if (word === 'range') {
      const body: TemplatePart[] = [];
      open.at(-1)?.parts.push({ type: 'range', steps, body });
      open.push({ parts: body });
    } else open.at(-1)?.parts.push({ type: 'path', steps });
  }

  private step(steps: PathStep[]): void {
    const char = this.text[this.position] ?? '';
    if (/[\s@$]/.test(char)) this.position++;
    else if (char === '[') steps.push(this.bracket());
    else if (char === '"' || char === "'") steps.push({ type: 'literal', value: this.quoted(char), isFloat: false });
    else if (char === '.') this.dot(steps);
    else if (/[-+\d]/.test(char)) steps.push(this.number());
    else if (/[\p{L}_]/u.test(char)) steps.push(this.identifier());
    else throw this.problem(`unrecognized character in action: ${codePoint(char)}`);
  }

  private dot(steps: PathStep[]): void {
    this.position++;
    if (this.text[this.position] === '.') {
      this.position++;
      if (steps.at(-1)?.type === 'recursive') throw this.problem('invalid multiple recursive descent');
      steps.push({ type: 'recursive' });
      if (!/[\p{L}\p{N}_]/u.test(this.text[this.position] ?? '')) return;
    }
    const name = this.fieldName();
    steps.push(name === '*' ? { type: 'wildcard' } : { type: 'field', name: name.replaceAll('\\', '') });
  }

  private fieldName(): string {
    const start = this.position;
    while (this.position < this.text.length && !FIELD_END.has(this.text[this.position] ?? '')) {
      this.position += this.text[this.position] === '\\' ? 2 : 1;
    }
    return this.text.slice(start, this.position);
  }

  private number(): PathStep {
    const [text] = /^[-+]?[\d.]*/.exec(this.text.slice(this.position))!;
    const match = /^[-+]?\d+(\.\d*)?$/.exec(text);
    if (!match) throw this.problem(`cannot parse number ${text}`);
    this.position += text.length;
    return { type: 'literal', value: Number(match[0]), isFloat: match[1] !== undefined };
  }

  private identifier(): PathStep {
    const word = /^[\p{L}\p{N}_]+/u.exec(this.text.slice(this.position))?.[0] ?? '';
    this.position += word.length;
    if (word !== 'true' && word !== 'false') throw executionError(this.shown, `unrecognized identifier ${word}`);
    return { type: 'literal', value: word === 'true', isFloat: false };
  }

  /** Where the quote ends that begins here; the end of the text where it does not. */
  private quoteEnd(quote: string): number {
    let at = this.position + 1;
    while (at < this.text.length && this.text[at] !== quote) at += this.text[at] === '\\' ? 2 : 1;
    return at;
  }

  private quoted(quote: string): string {
    const start = this.position;
    this.position = this.quoteEnd(quote);
    if (this.position >= this.text.length) throw this.problem('unterminated quoted string');
    this.position++;
    return unescapeText(this.text.slice(start + 1, this.position - 1));
  }

  private bracket(): PathStep {
    const start = ++this.position;
    let depth = 0;
    while (this.position < this.text.length) {
      const char = this.text[this.position] ?? '';
      if (char === '"' || char === "'") {
        this.position = this.quoteEnd(char) + 1;
        continue;
      }
      if (char === '[' || char === '(') depth++;
      if (char === ')') depth--;
      if (char === ']' && depth-- <= 0) break;
      this.position++;
    }
    const inner = this.text.slice(start, this.position).trim();
    if (this.position >= this.text.length) {
      throw this.problem(inner.startsWith('?(') ? 'unterminated filter' : 'unterminated array');
    }
    this.position++;
    return this.bracketStep(inner);
  }

  private bracketStep(inner: string): PathStep {
    if (inner === '*') return { type: 'wildcard' };
    if (inner.startsWith('?(') && inner.endsWith(')')) return this.filter(inner.slice(2, -1).trim());
    if (QUOTED_NAMES.test(inner)) {
      const names = inner.match(/'(?:[^'\\]|\\.)*'/g) ?? [];
      return union(names.map((name) => ({ type: 'field', name: unescapeText(name.slice(1, -1)) })));
    }
    return union(inner.split(',').map((part) => this.slice(part.trim())));
  }

  private slice(text: string): PathStep {
    const match = INDEX.exec(text);
    if (!match) throw this.problem(`invalid array index ${text}`);
    const [start, end, step] = match.slice(1).map((part) => (part ? Number(part) : undefined));
    return { type: 'slice', start, end, step, single: match[2] === undefined };
  }

  private filter(text: string): PathStep {
    const match = FILTER.exec(text);
    const side = (source: string) => new TemplateParser(source.trim(), this.shown).parsePath();
    if (!match) return { type: 'filter', left: side(text), operator: 'exists', right: [] };
    return { type: 'filter', left: side(match[1] ?? ''), operator: match[2] ?? '', right: side(match[3] ?? '') };
  }

  private problem(message: string): KctlError {
    return new KctlError('usage', `error parsing jsonpath ${this.shown}, ${message}`);
  }
}

function union(branches: PathStep[]): PathStep {
  const [only] = branches;
  return branches.length === 1 && only ? only : { type: 'union', branches: branches.map((step) => [step]) };
}

function codePoint(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} '${char}'`;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescapeText(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))/gs, (_, long, short, char) =>
    long || short ? String.fromCharCode(Number.parseInt(long ?? short, 16)) : (ESCAPES[char] ?? char),
  );
}

/** A failure while a template runs, as kubectl words it (without its dump of the object). */
export function executionError(template: string, message: string): KctlError {
  return new KctlError(
    'usage',
    `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${message}`,
  );
}

import { type TemplateFunctions, templateFunctions } from './functions.ts';
import { lexError, lexTemplate, type Token } from './lex.ts';
import type { Command, Operand, Pipe, TemplateNode } from './nodes.ts';

export interface ParsedTemplate {
  main: TemplateNode[];
  /** By name: what `define` and `block` made. */
  named: Map<string, TemplateNode[]>;
}

/** @throws TemplateError in Go's words */
export function parseTemplate(template: string, functions: TemplateFunctions = templateFunctions): ParsedTemplate {
  return new Parser(template, functions).parse();
}

class Parser {
  readonly #template: string;
  readonly #tokens: Token[];
  readonly #named = new Map<string, TemplateNode[]>();
  #index = 0;
  #variables: string[] = ['$'];
  #loops = 0;
  readonly #functions: TemplateFunctions;

  constructor(template: string, functions: TemplateFunctions) {
    this.#template = template;
    this.#functions = functions;
    this.#tokens = lexTemplate(template);
  }

  parse(): ParsedTemplate {
    const main: TemplateNode[] = [];
    const ended = this.#list(main);
    if (ended) throw this.#error(`unexpected {{${ended}}}`);
    return { main, named: this.#named };
  }

  /** Fills `nodes` up to `{{end}}` or `{{else}}`, whose word is returned; undefined at the end of the text. */
  #list(nodes: TemplateNode[]): 'end' | 'else' | undefined {
    while (this.#index < this.#tokens.length) {
      const token = this.#tokens[this.#index++]!;
      if (token.type === 'text') {
        nodes.push({ type: 'text', text: token.text });
        continue;
      }
      this.#space();
      const word = this.#peek()?.type === 'word' ? this.#peek()!.text : '';
      if (word === 'end' || word === 'else') {
        this.#index++;
        if (word === 'end') this.#close('end');
        return word;
      }
      const node = this.#statement(word);
      if (node) nodes.push(node);
    }
    return undefined;
  }

  #statement(word: string): TemplateNode | undefined {
    switch (word) {
      case 'if':
      case 'with':
      case 'range':
        this.#index++;
        return this.#control(word);
      case 'break':
      case 'continue':
        this.#index++;
        if (this.#loops === 0) throw this.#error(`{{${word}}} outside {{range}}`);
        this.#close(word);
        return { type: word };
      case 'template':
        this.#index++;
        return this.#call();
      case 'define':
      case 'block':
        this.#index++;
        return this.#define(word);
      default: {
        const pipe = this.#pipe('command');
        this.#close('command');
        return { type: 'action', pipe };
      }
    }
  }

  #control(type: 'if' | 'with' | 'range'): TemplateNode {
    const outer = this.#variables;
    this.#variables = [...outer];
    const pipe = this.#pipe(type);
    this.#close(type);
    const [body, otherwise]: [TemplateNode[], TemplateNode[]] = [[], []];
    if (type === 'range') this.#loops++;
    const ended = this.#list(body);
    if (type === 'range') this.#loops--;
    if (ended === 'else') this.#otherwise(type, otherwise);
    else if (ended === undefined) throw this.#error('unexpected EOF');
    this.#variables = outer;
    return { type, pipe, body, otherwise };
  }

  /** `{{else}}`, or `{{else if ...}}`, which shares the `{{end}}` of what it belongs to. */
  #otherwise(type: 'if' | 'with' | 'range', nodes: TemplateNode[]): void {
    this.#space();
    const next = this.#peek();
    if (next?.type === 'word' && next.text === type && type !== 'range') {
      this.#index++;
      nodes.push(this.#control(type));
      return;
    }
    this.#close('else');
    const ended = this.#list(nodes);
    if (ended === 'else') throw this.#error('expected end; found {{else}}');
    if (ended === undefined) throw this.#error('unexpected EOF');
  }

  #call(): TemplateNode {
    this.#space();
    const at = this.#position();
    const name = this.#name('template clause');
    this.#space();
    const pipe = this.#peek()?.type === 'close' ? undefined : this.#pipe('template clause');
    this.#close('template clause');
    return { type: 'template', name, pipe, at };
  }

  #define(word: 'define' | 'block'): TemplateNode | undefined {
    this.#space();
    const at = this.#position();
    const name = this.#name(`${word} clause`);
    this.#space();
    const pipe = word === 'block' ? this.#pipe('block clause') : undefined;
    this.#close(`${word} clause`);
    const [outer, body]: [string[], TemplateNode[]] = [this.#variables, []];
    this.#variables = ['$'];
    if (this.#list(body) !== 'end') throw this.#error('unexpected EOF');
    this.#variables = outer;
    this.#named.set(name, body);
    return pipe && { type: 'template', name, pipe, at };
  }

  #name(where: string): string {
    this.#space();
    const token = this.#tokens[this.#index++];
    if (token?.type !== 'string') throw this.#error(`unexpected ${shown(token)} in ${where}`);
    return String(literal(token));
  }

  #pipe(where: string): Pipe {
    this.#space();
    const [at, from] = [this.#position(), this.#index];
    const { variables, assigns } = this.#declarations(where);
    const commands: Command[] = [];
    for (;;) {
      this.#space();
      commands.push(this.#command(where, commands.length === 0));
      this.#space();
      if (this.#peek()?.text !== '|' || this.#peek()?.type !== 'mark') break;
      this.#index++;
    }
    if (!assigns) this.#variables.push(...variables);
    return { variables, assigns, commands, source: this.#source(from), at };
  }

  #declarations(where: string): { variables: string[]; assigns: boolean } {
    const rest = this.#tokens.slice(this.#index).filter(({ type }) => type !== 'space');
    const words = rest.slice(0, 4).map(({ text }) => text);
    if (rest[0]?.type !== 'variable') return { variables: [], assigns: false };
    const isPair = where === 'range' && words[1] === ',' && rest[2]?.type === 'variable';
    const operator = isPair ? words[3] : words[1];
    if (operator !== ':=' && operator !== '=') return { variables: [], assigns: false };
    const variables = isPair ? [words[0]!, words[2]!] : [words[0]!];
    for (let taken = 0; taken < variables.length * 2; this.#index++) {
      if (this.#peek()!.type !== 'space') taken++;
    }
    if (operator === '=') for (const name of variables) this.#known(name);
    return { variables, assigns: operator === '=' };
  }

  #command(where: string, isFirst: boolean): Command {
    const [at, from] = [this.#position(), this.#index];
    const operands: Operand[] = [];
    for (;;) {
      this.#space();
      const operand = this.#operand(where);
      if (!operand) break;
      operands.push(operand);
      const next = this.#peek();
      if (next && !['space', 'close'].includes(next.type) && !['|', ')'].includes(next.text)) {
        throw this.#error(`unexpected ${shown(next)} in operand`);
      }
    }
    if (operands.length === 0) throw this.#error(isFirst ? `missing value for ${where}` : 'empty command');
    return { operands, source: this.#source(from), at };
  }

  #operand(where: string): Operand | undefined {
    const token = this.#peek();
    if (!token) throw this.#error('unclosed action');
    const at = this.#position();
    const base = { source: token.text, at };
    switch (token.type) {
      case 'string':
      case 'number':
        this.#index++;
        return { type: 'literal', value: literal(token), ...base };
      case 'field': {
        const from = this.#index;
        const path = this.#fields();
        // Go points at the second field of a chain.
        return {
          type: 'field',
          path,
          at: this.#position(Math.min(from + 1, this.#index - 1)),
          source: `.${path.join('.')}`,
        };
      }
      case 'variable': {
        this.#index++;
        this.#known(token.text);
        const path = this.#fields();
        return { type: 'variable', name: token.text, path, ...base, source: [token.text, ...path].join('.') };
      }
      case 'word':
        this.#index++;
        return this.#word(token.text, base);
      case 'mark':
        if (token.text === '.') {
          this.#index++;
          return { type: 'dot', ...base };
        }
        if (token.text === '(') return this.#group(at);
    }
    if (token.type === 'close' || token.text === '|' || token.text === ')') return undefined;
    throw this.#error(`unexpected ${shown(token)} in ${where}`);
  }

  #group(at: string): Operand {
    const from = this.#index++;
    const pipe = this.#pipe('parenthesized pipeline');
    this.#space();
    if (this.#peek()?.text !== ')') throw this.#error('unclosed left paren');
    this.#index++;
    return { type: 'pipe', pipe, path: this.#fields(), source: this.#source(from), at };
  }

  #word(text: string, base: { source: string; at: string }): Operand {
    if (text === 'true' || text === 'false') return { type: 'literal', value: text === 'true', ...base };
    if (text === 'nil') return { type: 'nil', ...base };
    if (!Object.hasOwn(this.#functions, text)) throw this.#error(`function "${text}" not defined`);
    return { type: 'function', name: text, ...base };
  }

  #fields(): string[] {
    const path: string[] = [];
    while (this.#peek()?.type === 'field') path.push(this.#tokens[this.#index++]!.text.slice(1));
    return path;
  }

  #known(name: string): void {
    if (!this.#variables.includes(name)) throw this.#error(`undefined variable "${name}"`);
  }

  #peek(): Token | undefined {
    const token = this.#tokens[this.#index];
    if (token?.type === 'error') throw this.#error(token.text);
    return token;
  }

  #space(): void {
    while (this.#peek()?.type === 'space') this.#index++;
  }

  #close(where: string): void {
    this.#space();
    const token = this.#tokens[this.#index++];
    if (token?.text === ')' && token.type === 'mark') throw this.#error('unexpected right paren');
    if (token?.type !== 'close') throw this.#error(`unexpected ${shown(token)} in ${where}`);
  }

  #source(from: number): string {
    const [first, next] = [this.#tokens[from], this.#peek()];
    return this.#template.slice(first?.at ?? 0, next?.at).trim();
  }

  /** Line and column, the column counted from 0 as Go does. */
  #position(index = this.#index): string {
    const lines = this.#template.slice(0, this.#tokens[index]?.at ?? this.#template.length).split('\n');
    return `${lines.length}:${lines.at(-1)!.length}`;
  }

  #error(message: string): Error {
    const token = this.#tokens[Math.min(this.#index, this.#tokens.length - 1)];
    return lexError(this.#template, token?.at ?? 0, message);
  }
}

function shown(token: Token | undefined): string {
  return token ? (token.type === 'string' ? token.text : `"${token.text}"`) : 'EOF';
}

function literal({ type, text }: Token): unknown {
  if (type === 'number') return Number(text);
  if (text.startsWith('`')) return text.slice(1, -1);
  const inner = text.slice(1, -1);
  const value = unescaped(inner);
  return text.startsWith("'") ? value.codePointAt(0) : value;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' };

function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/g, (_all, code: string) => {
    if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
    return escapes[code] ?? code;
  });
}

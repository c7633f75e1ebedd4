import { goQuoted } from '../go-value.ts';
import { type TemplateFunctions, templateFunctions } from './functions.ts';
import { Lexer, shownToken, type Token } from './lex.ts';
import { numberLiteral, stringLiteral } from './literals.ts';
import {
  type Command,
  nodeText,
  type Operand,
  type Pipe,
  TemplateError,
  type TemplateNode,
  type Variable,
} from './nodes.ts';

export interface ParsedTemplate {
  text: string;
  main: TemplateNode[];
  /** By name: what `define` and `block` made. */
  named: Map<string, TemplateNode[]>;
}

/** The words that end a list of nodes. */
type ListEnd = { word: 'end' | 'else'; at: number };

const OPERAND_STARTS = new Set<string>([
  ...['bool', 'rune', 'dot', 'field', 'identifier', 'number', 'raw string', 'string', 'variable', '('],
]);

/** @throws TemplateError in Go's words */
export function parseTemplate(text: string, functions: TemplateFunctions = templateFunctions): ParsedTemplate {
  const parsed: ParsedTemplate = { text, main: [], named: new Map() };
  new TreeParser({ text, lexer: new Lexer(text), functions, named: parsed.named }).parse(parsed.main);
  return parsed;
}

interface Source {
  text: string;
  lexer: Lexer;
  functions: TemplateFunctions;
  named: Map<string, TemplateNode[]>;
}

/** One tree: that of the whole text, or of a definition in it, which has variables of its own. */
class TreeParser {
  readonly #source: Source;
  /** Tokens that were looked at and not taken, the next one last; the newest is kept for the lines of messages. */
  #ahead: Token[] = [];
  #newest: Token = { type: 'text', text: '', at: 0 };
  #variables: string[] = ['$'];
  #ranges = 0;
  #actionLine = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  parse(main: TemplateNode[]): void {
    for (;;) {
      const token = this.#peek();
      if (token.type === 'end of text') return;
      if (token.type === 'open') {
        this.#next();
        const first = this.#nextNonSpace();
        if (first.type === 'keyword' && first.text === 'define') {
          new TreeParser(this.#source).#definition();
          continue;
        }
        this.#ahead.push(first, token);
      }
      const node = this.#textOrAction();
      if ('word' in node) throw this.#error(`unexpected {{${node.word}}}`);
      main.push(node);
    }
  }

  #definition(): void {
    const context = 'define clause';
    const name = this.#nextNonSpace();
    if (name.type !== 'string' && name.type !== 'raw string') throw this.#unexpected(name, context);
    this.#define(this.#stringOf(name), context);
  }

  /** The body up to its `{{end}}`, under a name. */
  #define(name: string, context: string): void {
    if (context === 'define clause') this.#expect('close', context);
    const body: TemplateNode[] = [];
    const end = this.#list(body);
    if (end.word !== 'end') throw this.#error(`unexpected {{${end.word}}} in ${context}`);
    const before = this.#source.named.get(name);
    if (before === undefined || isEmpty(before)) this.#source.named.set(name, body);
    else if (!isEmpty(body)) throw this.#error(`template: multiple definition of template ${goQuoted(name)}`);
  }

  #list(nodes: TemplateNode[]): ListEnd {
    while (this.#peekNonSpace().type !== 'end of text') {
      const node = this.#textOrAction();
      if ('word' in node) return node;
      nodes.push(node);
    }
    throw this.#error('unexpected EOF');
  }

  #textOrAction(): TemplateNode | ListEnd {
    const token = this.#nextNonSpace();
    if (token.type === 'text') return { type: 'text', text: token.text, at: token.at };
    if (token.type !== 'open') throw this.#unexpected(token, 'input');
    this.#actionLine = this.#line(token);
    const node = this.#action();
    this.#actionLine = 0;
    return node;
  }

  #action(): TemplateNode | ListEnd {
    const token = this.#nextNonSpace();
    if (token.type === 'keyword') {
      switch (token.text) {
        case 'block':
          return this.#block();
        case 'break':
        case 'continue':
          return this.#jump(token.text, token.at);
        case 'else':
          return this.#else();
        case 'end':
          return { word: 'end', at: this.#expect('close', 'end').at };
        case 'if':
        case 'range':
        case 'with':
          return this.#control(token.text);
        case 'template':
          return this.#call();
      }
    }
    this.#ahead.push(token);
    return { type: 'action', pipe: this.#pipe('command', 'close'), at: token.at };
  }

  #jump(word: 'break' | 'continue', at: number): TemplateNode {
    const token = this.#nextNonSpace();
    if (token.type !== 'close') throw this.#unexpected(token, `{{${word}}}`);
    if (this.#ranges === 0) throw this.#error(`{{${word}}} outside {{range}}`);
    return { type: word, at };
  }

  #else(): ListEnd {
    const next = this.#peekNonSpace();
    if (next.type === 'keyword' && (next.text === 'if' || next.text === 'with')) return { word: 'else', at: next.at };
    return { word: 'else', at: this.#expect('close', 'else').at };
  }

  #control(word: 'if' | 'range' | 'with'): TemplateNode {
    const height = this.#variables.length;
    const pipe = this.#pipe(word, 'close');
    const body: TemplateNode[] = [];
    if (word === 'range') this.#ranges++;
    const end = this.#list(body);
    if (word === 'range') this.#ranges--;
    let otherwise: TemplateNode[] | undefined;
    if (end.word === 'else') {
      const next = this.#peek();
      if (word !== 'range' && next.type === 'keyword' && next.text === word) {
        this.#next();
        otherwise = [this.#control(word)];
      } else {
        otherwise = [];
        const last = this.#list(otherwise);
        if (last.word !== 'end') throw this.#error(`expected end; found {{${last.word}}}`);
      }
    }
    this.#variables.length = height;
    return { type: word, pipe, body, otherwise, at: pipe.at };
  }

  #block(): TemplateNode {
    const context = 'block clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipe(context, 'close');
    new TreeParser(this.#source).#define(name, context);
    return { type: 'template', name, pipe, at: token.at };
  }

  #call(): TemplateNode {
    const context = 'template clause';
    const token = this.#nextNonSpace();
    const name = this.#templateName(token, context);
    const next = this.#nextNonSpace();
    if (next.type === 'close') return { type: 'template', name, pipe: undefined, at: token.at };
    this.#ahead.push(next);
    return { type: 'template', name, pipe: this.#pipe(context, 'close'), at: token.at };
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'raw string') throw this.#unexpected(token, context);
    return this.#stringOf(token);
  }

  #pipe(context: string, end: 'close' | ')'): Pipe {
    const pipe: Pipe = {
      type: 'pipe',
      variables: [],
      assigns: false,
      commands: [],
      at: this.#peekNonSpace().at,
    };
    this.#declarations(pipe, context);
    for (;;) {
      const token = this.#nextNonSpace();
      if (token.type === end) break;
      const isOperand = OPERAND_STARTS.has(token.type) || (token.type === 'keyword' && token.text === 'nil');
      if (!isOperand) throw this.#unexpected(token, context);
      this.#ahead.push(token);
      pipe.commands.push(this.#command());
    }
    if (pipe.commands.length === 0) throw this.#error(`missing value for ${context}`);
    for (const [index, { operands }] of pipe.commands.entries()) {
      const isValue = ['bool', 'dot', 'nil', 'number', 'string'].includes(operands[0]?.type ?? '');
      if (index > 0 && isValue) throw this.#error(`non executable command in pipeline stage ${index + 1}`);
    }
    return pipe;
  }

  #declarations(pipe: Pipe, context: string): void {
    for (;;) {
      const variable = this.#peekNonSpace();
      if (variable.type !== 'variable') return;
      this.#next();
      const following = this.#peek();
      const next = this.#peekNonSpace();
      const isComma = next.type === 'char' && next.text === ',';
      if (!isComma && next.type !== 'assign' && next.type !== 'declare') {
        if (following.type === 'space') this.#ahead.push(following);
        this.#ahead.push(variable);
        return;
      }
      this.#nextNonSpace();
      pipe.variables.push({ type: 'variable', path: variable.text.split('.'), at: variable.at });
      this.#variables.push(variable.text);
      if (!isComma) {
        pipe.assigns = next.type === 'assign';
        return;
      }
      if (context !== 'range' || pipe.variables.length >= 2) throw this.#error(`too many declarations in ${context}`);
      if (!['variable', 'close', ')'].includes(this.#peekNonSpace().type)) {
        throw this.#error('range can only initialize variables');
      }
    }
  }

  #command(): Command {
    const command: Command = { type: 'command', operands: [], at: this.#peekNonSpace().at };
    for (;;) {
      this.#peekNonSpace();
      const operand = this.#operand();
      if (operand) command.operands.push(operand);
      const token = this.#next();
      if (token.type === 'space') continue;
      if (token.type === 'close' || token.type === ')') this.#ahead.push(token);
      else if (token.type !== '|') throw this.#unexpected(token, 'operand');
      break;
    }
    if (command.operands.length === 0) throw this.#error('empty command');
    return command;
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    const first = term && this.#peek();
    if (!term || first?.type !== 'field') return term;
    const path: string[] = [];
    while (this.#peek().type === 'field') path.push(this.#next().text.slice(1));
    const { at } = first;
    if (term.type === 'field') return { type: 'field', path: [...term.path, ...path], at };
    if (term.type === 'variable') return { type: 'variable', path: [...term.path, ...path], at };
    if (['bool', 'string', 'number', 'nil', 'dot'].includes(term.type)) {
      throw this.#error(`unexpected . after term ${goQuoted(nodeText(term))}`);
    }
    return { type: 'chain', operand: term, path, at };
  }

  #term(): Operand | undefined {
    const token = this.#nextNonSpace();
    const { at, text } = token;
    switch (token.type) {
      case 'identifier':
        if (!Object.hasOwn(this.#source.functions, text)) throw this.#error(`function ${goQuoted(text)} not defined`);
        return { type: 'function', name: text, at };
      case 'dot':
        return { type: 'dot', at };
      case 'variable':
        return this.#known({ type: 'variable', path: text.split('.'), at });
      case 'field':
        return { type: 'field', path: text.slice(1).split('.'), at };
      case 'bool':
        return { type: 'bool', value: text === 'true', at };
      case 'rune':
      case 'number': {
        const value = numberLiteral(text);
        if (typeof value === 'string') throw this.#error(value);
        return { type: 'number', value, text, at };
      }
      case '(':
        return this.#pipe('parenthesized pipeline', ')');
      case 'string':
      case 'raw string':
        return { type: 'string', text: this.#stringOf(token), quoted: text, at };
    }
    if (token.type === 'keyword' && text === 'nil') return { type: 'nil', at };
    this.#ahead.push(token);
    return undefined;
  }

  #stringOf({ text }: Token): string {
    const value = stringLiteral(text);
    if (value === undefined) throw this.#error('invalid syntax');
    return value;
  }

  #known(variable: Variable): Variable {
    const name = variable.path[0] as string;
    if (!this.#variables.includes(name)) throw this.#error(`undefined variable ${goQuoted(name)}`);
    return variable;
  }

  #next(): Token {
    const token = this.#ahead.pop();
    if (token) return token;
    this.#newest = this.#source.lexer.next();
    return this.#newest;
  }

  #peek(): Token {
    if (this.#ahead.length === 0) this.#ahead.push(this.#next());
    return this.#ahead.at(-1) as Token;
  }

  #nextNonSpace(): Token {
    let token = this.#next();
    while (token.type === 'space') token = this.#next();
    return token;
  }

  #peekNonSpace(): Token {
    const token = this.#nextNonSpace();
    this.#ahead.push(token);
    return token;
  }

  #expect(type: Token['type'], context: string): Token {
    const token = this.#nextNonSpace();
    if (token.type !== type) throw this.#unexpected(token, context);
    return token;
  }

  #unexpected(token: Token, context: string): TemplateError {
    if (token.type !== 'error') return this.#error(`unexpected ${shownToken(token)} in ${context}`);
    const isElsewhere = this.#actionLine !== 0 && this.#actionLine !== this.#line(token);
    const began = ` started at output:${this.#actionLine}`;
    const extra = token.text.endsWith(' action') ? began : ` in action${began}`;
    return this.#error(token.text + (isElsewhere ? extra : ''));
  }

  #line({ at }: Token): number {
    return this.#source.text.slice(0, at).split('\n').length;
  }

  /** Go names the line of the token that was read last. */
  #error(message: string): TemplateError {
    return new TemplateError(`template: output:${this.#line(this.#newest)}: ${message}`);
  }
}

/** True where there is nothing but blanks, so that another definition may come. */
function isEmpty(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.type === 'text' && node.text.trim() === '');
}

import { type Token, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';
import type { Expr, MapEntry, Problem, StructField } from './syntax.ts';

/** What cannot stand as a name (cel-spec, doc/langdef.md#syntax). */
const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);
const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const RELATIONS = new Set(['==', '!=', '<', '<=', '>', '>=', 'in']);
const STARTS = `{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`;
const MAX_DEPTH = 250;
const MAX_LENGTH = 100_000;

class Stop extends Error {}

/**
 * Parses an expression; undefined with its `problems` where it is none.
 * @param names reserved words that may be names all the same
 */
export function parse(
  source: string,
  problems: Problem[],
  hasBindings = false,
  names?: ReadonlySet<string>,
): Expr | undefined {
  if (source.length > MAX_LENGTH) {
    problems.push({
      pos: 0,
      message: `expression code point size exceeds limit: size: ${source.length}, limit ${MAX_LENGTH}`,
    });
    return undefined;
  }
  const tokens = tokenize(source, problems);
  try {
    const parser = new Parser(tokens, problems, hasBindings, names);
    const expr = parser.expression();
    parser.end();
    return problems.length ? undefined : expr;
  } catch (error) {
    if (error instanceof Stop) return undefined;
    throw error;
  }
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #problems: Problem[];
  readonly #hasBindings: boolean;
  readonly #names: ReadonlySet<string> | undefined;
  #at = 0;
  #depth = 0;

  constructor(
    tokens: readonly Token[],
    problems: Problem[],
    hasBindings: boolean,
    names: ReadonlySet<string> | undefined,
  ) {
    this.#names = names;
    this.#tokens = tokens;
    this.#problems = problems;
    this.#hasBindings = hasBindings;
  }

  get #next(): Token {
    return this.#tokens[this.#at]!;
  }

  #is(text: string): boolean {
    return this.#next.kind !== 'literal' && this.#next.text === text;
  }

  #take(): Token {
    return this.#tokens[this.#at++]!;
  }

  #accept(text: string): Token | undefined {
    return this.#is(text) ? this.#take() : undefined;
  }

  #fail(message: string, pos = this.#next.pos): never {
    this.#problems.push({ pos, message });
    throw new Stop();
  }

  /** @param mayContinue whether a comma could stand there as well */
  #expect(text: string, mayContinue = false, isTernary = false): Token {
    if (this.#is(text)) return this.#take();
    const { text: found } = this.#next;
    if (this.#tokens[this.#at + 1]?.text === text) {
      return this.#fail(`Syntax error: extraneous input '${found}' expecting '${text}'`);
    }
    const isOpen = text === ':' && (isTernary || this.#next.kind === 'end');
    if (isOpen) return this.#fail(`Syntax error: mismatched input '${found}' expecting ':'`);
    if (!mayContinue) return this.#fail(`Syntax error: missing '${text}' at '${found}'`);
    return this.#fail(`Syntax error: mismatched input '${found}' expecting {'${text}', ','}`);
  }

  end(): void {
    if (this.#next.kind === 'end') return;
    const isLast = this.#tokens[this.#at + 1]?.kind === 'end';
    this.#fail(`Syntax error: ${isLast ? 'extraneous' : 'mismatched'} input '${this.#next.text}' expecting <EOF>`);
  }

  expression(): Expr {
    if (++this.#depth > MAX_DEPTH) {
      this.#fail(`expression recursion limit exceeded: ${MAX_DEPTH}`, 0);
    }
    const condition = this.#logical('||');
    const question = this.#accept('?');
    let whole = condition;
    if (question) {
      const yes = this.#logical('||');
      this.#expect(':', false, true);
      whole = { kind: 'call', pos: question.pos, name: '_?_:_', args: [condition, yes, this.expression()] };
    }
    this.#depth--;
    return whole;
  }

  /** Chains are kept as balanced trees, so that their depth stays small. */
  #logical(operator: '||' | '&&'): Expr {
    const operand = (): Expr => (operator === '||' ? this.#logical('&&') : this.#relation());
    const terms = [operand()];
    const operators: Token[] = [];
    for (let token = this.#accept(operator); token; token = this.#accept(operator)) {
      operators.push(token);
      terms.push(operand());
    }
    const balance = (low: number, high: number): Expr => {
      const middle = (low + high + 1) >> 1;
      const left = middle === low ? terms[middle]! : balance(low, middle - 1);
      const right = middle === high ? terms[middle + 1]! : balance(middle + 1, high);
      return { kind: 'call', pos: operators[middle]!.pos, name: `_${operator}_`, args: [left, right] };
    };
    return operators.length ? balance(0, operators.length - 1) : terms[0]!;
  }

  #binary(operand: () => Expr, isOperator: (text: string) => boolean): Expr {
    let left = operand();
    while (this.#next.kind !== 'literal' && isOperator(this.#next.text)) {
      const { text, pos } = this.#take();
      left = { kind: 'call', pos, name: text === 'in' ? '@in' : `_${text}_`, args: [left, operand()] };
    }
    return left;
  }

  #relation(): Expr {
    return this.#binary(
      () => this.#sum(),
      (text) => RELATIONS.has(text),
    );
  }

  #sum(): Expr {
    return this.#binary(
      () => this.#product(),
      (text) => text === '+' || text === '-',
    );
  }

  #product(): Expr {
    return this.#binary(
      () => this.#unary(),
      (text) => text === '*' || text === '/' || text === '%',
    );
  }

  #unary(): Expr {
    const sign = this.#accept('!') ?? this.#accept('-');
    if (!sign) return this.#member(this.#primary());
    const { value, pos } = this.#next;
    if (sign.text === '-' && (typeof value === 'bigint' || typeof value === 'number')) {
      this.#take();
      this.#checkInt(-value, pos);
      return this.#member({ kind: 'literal', pos: sign.pos, value: -value });
    }
    // Pairs of the same sign cancel each other.
    let count = 1;
    while (this.#accept(sign.text)) count++;
    const operand = this.#is('!') || this.#is('-') ? this.#unary() : this.#member(this.#primary());
    return count % 2 === 0 ? operand : { kind: 'call', pos: sign.pos, name: `${sign.text}_`, args: [operand] };
  }

  #checkInt(value: unknown, pos: number): void {
    if (typeof value !== 'bigint' || (value >= -(2n ** 63n) && value < 2n ** 63n)) return;
    this.#problems.push({ pos, message: 'invalid int literal' });
  }

  #member(start: Expr): Expr {
    let expr = start;
    for (;;) {
      const dot = this.#accept('.');
      if (dot) {
        const optional = this.#accept('?');
        const name = this.#name();
        const open = optional ? undefined : this.#accept('(');
        if (open) expr = this.#call(name.text, open, expr);
        else if (optional) {
          const field: Expr = { kind: 'literal', pos: name.pos, value: name.text };
          expr = { kind: 'call', pos: dot.pos, name: '_?._', args: [expr, field] };
        } else expr = { kind: 'select', pos: dot.pos, operand: expr, field: name.text };
        continue;
      }
      const bracket = this.#accept('[');
      if (bracket) {
        const name = this.#accept('?') ? '_[?_]' : '_[_]';
        const index = this.expression();
        this.#expect(']');
        expr = { kind: 'call', pos: bracket.pos, name, args: [expr, index] };
        continue;
      }
      const name = this.#is('{') ? qualifiedName(expr) : undefined;
      if (name === undefined) return expr;
      expr = this.#struct(name);
    }
  }

  #name(): Token {
    const token = this.#next;
    if (token.kind !== 'ident' || token.text in LITERALS || token.text === 'in') {
      this.#fail(`Syntax error: no viable alternative at input '.${token.kind === 'end' ? '' : token.text}'`);
    }
    return this.#take();
  }

  #primary(): Expr {
    const token = this.#next;
    const { pos, text } = token;
    if (token.kind === 'literal') {
      this.#take();
      this.#checkInt(token.value, pos);
      return { kind: 'literal', pos, value: token.value! };
    }
    if (token.kind === 'ident' && text in LITERALS) {
      this.#take();
      return { kind: 'literal', pos, value: LITERALS[text]! };
    }
    if (token.kind === 'ident' && text !== 'in') return this.#identifier(this.#take());
    if (this.#accept('(')) {
      const inner = this.expression();
      this.#expect(')');
      return inner;
    }
    if (this.#accept('[')) return this.#list(pos);
    if (this.#accept('{')) return this.#map(pos);
    if (text === '.' && this.#tokens[this.#at + 1]?.kind === 'ident') {
      this.#take();
      return this.#identifier(this.#take());
    }
    const followed = token.kind !== 'end' && this.#startsAt(this.#at + 1);
    return this.#fail(`Syntax error: ${followed ? 'extraneous' : 'mismatched'} input '${text}' expecting ${STARTS}`);
  }

  #startsAt(at: number): boolean {
    const { kind, text } = this.#tokens[at]!;
    return kind === 'literal' || (kind === 'ident' && text !== 'in') || (kind === 'symbol' && '[{(.-!'.includes(text));
  }

  #identifier({ text, pos }: Token): Expr {
    const open = this.#accept('(');
    if (open) return this.#call(text, open, undefined);
    if (RESERVED.has(text) && !this.#names?.has(text))
      this.#problems.push({ pos, message: `reserved identifier: ${text}` });
    return { kind: 'ident', pos, name: text };
  }

  #call(name: string, { pos }: Token, target: Expr | undefined): Expr {
    const args = this.#sequence(')', () => this.expression(), false);
    this.#expect(')');
    const call: Expr = { kind: 'call', pos, name, args, ...(target ? { target } : {}) };
    return expandMacro(call, this.#problems, this.#hasBindings) ?? call;
  }

  #sequence<T>(close: string, one: () => T, mayTrail: boolean): T[] {
    const found: T[] = [];
    if (this.#is(close)) return found;
    found.push(one());
    while (this.#accept(',')) {
      if (mayTrail && this.#is(close)) break;
      found.push(one());
    }
    return found;
  }

  #list(pos: number): Expr {
    const optional = new Set<number>();
    let count = 0;
    const items = this.#sequence(
      ']',
      () => {
        if (this.#accept('?')) optional.add(count);
        count++;
        return this.expression();
      },
      true,
    );
    this.#expect(']', true);
    return { kind: 'list', pos, items, optional };
  }

  #map(pos: number): Expr {
    const entries = this.#sequence(
      '}',
      (): MapEntry => {
        const optional = this.#accept('?') !== undefined;
        const key = this.expression();
        const colon = this.#expect(':');
        return { key, value: this.expression(), optional, pos: colon.pos };
      },
      true,
    );
    this.#expect('}', true);
    return { kind: 'map', pos, entries };
  }

  #struct(name: string): Expr {
    const { pos } = this.#expect('{');
    const fields = this.#sequence(
      '}',
      (): StructField => {
        const optional = this.#accept('?') !== undefined;
        const field = this.#name();
        const colon = this.#expect(':');
        return { name: field.text, value: this.expression(), optional, pos: colon.pos };
      },
      true,
    );
    this.#expect('}', true);
    return { kind: 'struct', pos, name, fields };
  }
}

/** `a.b.c` as one name; undefined for other expressions. */
export function qualifiedName(expr: Expr): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.testOnly) return undefined;
  const operand = qualifiedName(expr.operand);
  return operand === undefined ? undefined : `${operand}.${expr.field}`;
}

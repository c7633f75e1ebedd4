import { UsageFailure } from '../options.ts';
import { type Token, tokenize } from './tokens.ts';
import type { Expression, Pattern, Place, Program, Rule, Statement } from './tree.ts';

const COMPARISONS = new Set(['<', '<=', '==', '!=', '>', '>=']);
const ASSIGNING = new Set(['=', '+=', '-=', '*=', '/=', '%=', '^=']);
/** As deep as expressions may stand in one another. */
const DEEPEST = 200;

/**
 * Reads an awk program by recursive descent (the grammar of POSIX awk).
 * @throws UsageFailure
 */
export function parseProgram(source: string, isBuiltin: (name: string) => boolean): Program {
  const tokens = tokenize(source, isBuiltin);
  let at = 0;
  let depth = 0;
  /** In `print a > b` the sign is no comparison, in `for (x in y)` the word no test. */
  let noGreater = false;
  let noIn = false;

  const peek = (offset = 0): Token => tokens[Math.min(at + offset, tokens.length - 1)]!;
  const is = (text: string): boolean => {
    const token = peek();
    return (token.kind === 'op' || token.kind === 'keyword') && token.text === text;
  };
  const fail = (): never => {
    const { text, line, kind } = peek();
    throw new UsageFailure(
      `syntax error at source line ${line}${kind === 'end' || text === '\n' ? ': unexpected end' : `: unexpected ${JSON.stringify(text)}`}`,
      2,
    );
  };
  const take = (text: string): boolean => {
    if (!is(text)) return false;
    at++;
    return true;
  };
  const expect = (text: string): void => {
    if (!take(text)) fail();
  };
  const skipLines = (): void => {
    while (peek().kind === 'newline') at++;
  };
  const skipEnds = (): void => {
    while (peek().kind === 'newline' || is(';')) at++;
  };
  const name = (): string => {
    const token = peek();
    if (token.kind !== 'name' && token.kind !== 'call') fail();
    at++;
    return token.text;
  };
  function inside<T>(read: () => T): T {
    const outer = { noGreater, noIn };
    noGreater = false;
    noIn = false;
    const value = read();
    ({ noGreater, noIn } = outer);
    return value;
  }

  function list(end: string): Expression[] {
    const items: Expression[] = [];
    skipLines();
    if (take(end)) return items;
    do {
      skipLines();
      items.push(expression());
      skipLines();
    } while (take(','));
    expect(end);
    return items;
  }

  function expression(): Expression {
    if (++depth > DEEPEST) throw new UsageFailure('program is nested too deeply', 2);
    const left = choice();
    depth--;
    const { text, kind } = peek();
    if (kind !== 'op' || !ASSIGNING.has(text)) return left;
    if (left.is !== 'variable' && left.is !== 'field' && left.is !== 'element') return fail();
    at++;
    skipLines();
    return { is: 'assign', op: text.slice(0, -1), to: left, value: expression() };
  }

  function choice(): Expression {
    const test = logical('or');
    if (!take('?')) return test;
    skipLines();
    const yes = expression();
    skipLines();
    expect(':');
    skipLines();
    return { is: 'choice', test, yes, no: expression() };
  }

  function logical(kind: 'or' | 'and'): Expression {
    const next = () => (kind === 'or' ? logical('and') : membership());
    let left = next();
    while (take(kind === 'or' ? '||' : '&&')) {
      skipLines();
      left = { is: kind, left, right: next() };
    }
    return left;
  }

  function membership(): Expression {
    let left = matching();
    while (!noIn && is('in')) {
      at++;
      left = { is: 'in', name: name(), keys: left.is === 'list' ? left.items : [left] };
    }
    return left;
  }

  function matching(): Expression {
    let left = comparison();
    while (is('~') || is('!~')) {
      const isNegated = peek().text === '!~';
      at++;
      left = { is: 'match', isNegated, left, right: comparison() };
    }
    return left;
  }

  function comparison(): Expression {
    const left = concatenation();
    const { text, kind } = peek();
    if (kind !== 'op' || !COMPARISONS.has(text) || (text === '>' && noGreater)) return left;
    at++;
    return { is: 'binary', op: text, left, right: concatenation() };
  }

  const beginsOperand = (): boolean => {
    const { kind, text } = peek();
    if (['number', 'string', 'regex', 'name', 'call', 'builtin'].includes(kind)) return true;
    return kind === 'op' && ['$', '!', '(', '-', '+', '++', '--'].includes(text);
  };

  function concatenation(): Expression {
    let left = additive();
    while (beginsOperand() && !is('in')) left = { is: 'binary', op: ' ', left, right: additive() };
    while (is('|') && peek(1).text === 'getline') {
      at += 2;
      left = { is: 'getline', to: place(), file: undefined, command: left };
    }
    return left;
  }

  function chain(operators: readonly string[], next: () => Expression): Expression {
    let left = next();
    for (let op = operators.find(is); op !== undefined; op = operators.find(is)) {
      at++;
      left = { is: 'binary', op, left, right: next() };
    }
    return left;
  }
  const additive = (): Expression => chain(['+', '-'], () => chain(['*', '/', '%'], unary));

  function unary(): Expression {
    for (const op of ['!', '-', '+'] as const) if (take(op)) return { is: 'unary', op, of: unary() };
    return power();
  }

  function power(): Expression {
    const left = postfix();
    if (!take('^')) return left;
    const sign = (['-', '+', '!'] as const).find(take);
    const right = sign ? ({ is: 'unary', op: sign, of: power() } as const) : power();
    return { is: 'binary', op: '^', left, right };
  }

  function postfix(): Expression {
    const to = primary();
    if (to.is !== 'variable' && to.is !== 'field' && to.is !== 'element') return to;
    if (take('++')) return { is: 'step', by: 1, isPrefix: false, to };
    if (take('--')) return { is: 'step', by: -1, isPrefix: false, to };
    return to;
  }

  /** What `getline` reads into. */
  function place(): Place | undefined {
    if (peek().kind !== 'name' && !is('$')) return undefined;
    const to = primary();
    return to.is === 'variable' || to.is === 'field' || to.is === 'element' ? to : fail();
  }

  function primary(): Expression {
    const { kind, text } = peek();
    if (kind === 'number') {
      at++;
      return { is: 'number', value: Number(text) };
    }
    if (kind === 'string' || kind === 'regex') {
      at++;
      return { is: kind, value: text };
    }
    if (take('$')) {
      const step = is('++') || is('--');
      return { is: 'field', of: step || is('-') || is('+') || is('!') ? unary() : primary() };
    }
    for (const [op, by] of [
      ['++', 1],
      ['--', -1],
    ] as const) {
      if (!take(op)) continue;
      const to = primary();
      if (to.is !== 'variable' && to.is !== 'field' && to.is !== 'element') return fail();
      return { is: 'step', by, isPrefix: true, to };
    }
    if (is('-') || is('+') || is('!')) return unary();
    if (take('(')) {
      const items = inside(() => list(')'));
      if (items.length === 0) return fail();
      return items.length === 1 ? items[0]! : { is: 'list', items };
    }
    if (take('getline')) {
      const to = place();
      return { is: 'getline', to, file: take('<') ? primary() : undefined, command: undefined };
    }
    if (kind === 'builtin') {
      at++;
      return { is: 'builtin', name: text, args: take('(') ? inside(() => list(')')) : [] };
    }
    if (kind === 'call') {
      at++;
      expect('(');
      return { is: 'call', name: text, args: inside(() => list(')')) };
    }
    if (kind !== 'name') return fail();
    at++;
    if (!take('[')) return { is: 'variable', name: text };
    return { is: 'element', name: text, keys: inside(() => list(']')) };
  }

  function simple(): Statement {
    if (is('print') || is('printf')) return printing();
    if (take('delete')) {
      const array = name();
      return { is: 'delete', name: array, keys: take('[') ? inside(() => list(']')) : undefined };
    }
    return { is: 'expression', value: expression() };
  }

  function printing(): Statement {
    const format = peek().text === 'printf';
    at++;
    noGreater = true;
    const args: Expression[] = [];
    const isDone = () => peek().kind === 'newline' || ['>', '>>', '|', ';', '}'].some(is);
    if (!isDone()) {
      do {
        skipLines();
        args.push(expression());
      } while (take(','));
    }
    noGreater = false;
    const only = args.length === 1 ? args[0]! : undefined;
    const items = only?.is === 'list' ? only.items : args;
    const op = (['>>', '>', '|'] as const).find(take);
    return { is: 'print', format, args: items, to: op && { op, target: concatenation() } };
  }

  function end(): void {
    if (peek().kind === 'newline' || is(';')) skipEnds();
    else if (!is('}')) fail();
  }

  function test(): Expression {
    expect('(');
    const value = inside(expression);
    expect(')');
    return value;
  }

  function body(): Statement {
    skipLines();
    if (take(';')) return { is: 'block', body: [] };
    return statement();
  }

  function statement(): Statement {
    if (take('{')) {
      const block: Statement[] = [];
      skipEnds();
      while (!take('}')) {
        block.push(statement());
        skipEnds();
      }
      return { is: 'block', body: block };
    }
    if (take('if')) {
      const condition = test();
      const yes = body();
      const before = at;
      skipEnds();
      if (take('else')) return { is: 'if', test: condition, yes, no: body() };
      at = before;
      return { is: 'if', test: condition, yes, no: undefined };
    }
    if (take('while')) return { is: 'while', test: test(), body: body() };
    if (take('do')) {
      const inner = body();
      skipEnds();
      expect('while');
      const condition = test();
      end();
      return { is: 'do', test: condition, body: inner };
    }
    if (take('for')) return loop();
    for (const word of ['break', 'continue', 'next', 'nextfile'] as const) {
      if (!take(word)) continue;
      end();
      return { is: word };
    }
    for (const word of ['exit', 'return'] as const) {
      if (!take(word)) continue;
      const hasValue = peek().kind !== 'newline' && !is(';') && !is('}');
      const value = hasValue ? expression() : undefined;
      end();
      return { is: word, value };
    }
    const one = simple();
    end();
    return one;
  }

  function loop(): Statement {
    expect('(');
    if (peek().kind === 'name' && peek(1).text === 'in' && peek(3).text === ')') {
      const variable = name();
      expect('in');
      const array = name();
      expect(')');
      return { is: 'each', name: variable, array, body: body() };
    }
    const begin = is(';') ? undefined : simple();
    expect(';');
    skipLines();
    const condition = is(';') ? undefined : expression();
    expect(';');
    skipLines();
    const step = is(')') ? undefined : simple();
    expect(')');
    return { is: 'for', begin, test: condition, step, body: body() };
  }

  function pattern(): Pattern {
    if (take('BEGIN')) return { is: 'begin' };
    if (take('END')) return { is: 'end' };
    if (is('{')) return { is: 'always' };
    const from = expression();
    if (!take(',')) return { is: 'expression', test: from };
    skipLines();
    return { is: 'range', from, to: expression() };
  }

  const rules: Rule[] = [];
  const functions: Program['functions'] = new Map();
  skipEnds();
  while (peek().kind !== 'end') {
    if (take('function') || take('func')) {
      const title = name();
      expect('(');
      const params = list(')').map((one) => (one.is === 'variable' ? one.name : fail()));
      skipLines();
      functions.set(title, { params, body: statement() });
    } else {
      const when = pattern();
      if (!is('{') && (when.is === 'begin' || when.is === 'end')) fail();
      rules.push({ pattern: when, body: is('{') ? statement() : undefined });
    }
    skipEnds();
  }
  return { rules, functions };
}

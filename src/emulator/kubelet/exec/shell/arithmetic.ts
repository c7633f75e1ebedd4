/** Names of variables as the arithmetic sees them. */
export interface ArithmeticScope {
  get(name: string, key?: string): string | undefined;
  set(name: string, value: string, key?: string): void;
  /** `name[…]` is an element; else it is nothing. */
  hasArrays?: boolean;
  /** What stands in the brackets is the key as it is. */
  isMap?: (name: string) => boolean;
}

/** What the shell says when an expression is none. */
export class ArithmeticFailure extends Error {}

type Token =
  | { kind: 'number'; value: bigint }
  | { kind: 'name'; name: string; index?: string }
  | { kind: 'op'; op: string };

const OPERATORS = [
  '<<=',
  '>>=',
  '**',
  '++',
  '--',
  '<<',
  '>>',
  '<=',
  '>=',
  '==',
  '!=',
  '&&',
  '||',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '&=',
  '^=',
  '|=',
  '+',
  '-',
  '*',
  '/',
  '%',
  '<',
  '>',
  '=',
  '!',
  '~',
  '&',
  '^',
  '|',
  '?',
  ':',
  '(',
  ')',
  ',',
]; // prettier-ignore

/** Left-associative binary operators by how tightly they bind. */
const BINARY: Readonly<Record<string, number>> = {
  '||': 1,
  '&&': 2,
  '|': 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '<<': 8,
  '>>': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
  '**': 11,
};

const ASSIGNING = new Set(['=', '+=', '-=', '*=', '/=', '%=', '&=', '^=', '|=', '<<=', '>>=']);
const DEEPEST = 64;
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);

function tokens(text: string, hasArrays = false): Token[] {
  const found: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^\s+/.exec(rest);
    const number = /^(?:0[xX][0-9a-fA-F]+|(\d+)#([0-9a-zA-Z]+)|\d+)/.exec(rest);
    const name = /^[A-Za-z_]\w*/.exec(rest);
    if (space) at += space[0].length;
    else if (number) {
      found.push({ kind: 'number', value: readNumber(number[0]) });
      at += number[0].length;
    } else if (name) {
      at += name[0].length;
      const end = hasArrays && text[at] === '[' ? closing(text, at) : -1;
      found.push({ kind: 'name', name: name[0], ...(end < 0 ? {} : { index: text.slice(at + 1, end) }) });
      if (end >= 0) at = end + 1;
    } else {
      const op = OPERATORS.find((one) => rest.startsWith(one));
      if (!op) throw new ArithmeticFailure('arithmetic syntax error');
      found.push({ kind: 'op', op });
      at += op.length;
    }
  }
  return found;
}

/** Where the bracket that opens at `start` closes; -1: nowhere. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '[') depth++;
    else if (text[at] === ']' && --depth === 0) return at;
  }
  return -1;
}

function readNumber(text: string): bigint {
  if (/^0[xX]/.test(text)) return wrap(BigInt(text));
  const [base, digits] = text.includes('#') ? text.split('#') : [undefined, text];
  if (base === undefined) {
    if (!/^0\d/.test(text)) return wrap(BigInt(text));
    if (/[89]/.test(text)) throw new ArithmeticFailure('arithmetic syntax error');
    return wrap(BigInt(`0o${text.slice(1)}`));
  }
  const radix = BigInt(base);
  let value = 0n;
  for (const digit of digits!.toLowerCase()) {
    const worth = BigInt(Number.parseInt(digit, 36));
    if (worth >= radix) throw new ArithmeticFailure('value too great for base');
    value = value * radix + worth;
  }
  return wrap(value);
}

function binary(op: string, a: bigint, b: bigint): bigint {
  if ((op === '/' || op === '%') && b === 0n) throw new ArithmeticFailure('division by zero');
  const results: Readonly<Record<string, () => bigint>> = {
    '|': () => a | b,
    '^': () => a ^ b,
    '&': () => a & b,
    '==': () => truth(a === b),
    '!=': () => truth(a !== b),
    '<': () => truth(a < b),
    '>': () => truth(a > b),
    '<=': () => truth(a <= b),
    '>=': () => truth(a >= b),
    '<<': () => a << (b & 63n),
    '>>': () => a >> (b & 63n),
    '+': () => a + b,
    '-': () => a - b,
    '*': () => a * b,
    '/': () => a / b,
    '%': () => a % b,
    '**': () => power(a, b),
  };
  return wrap(results[op]!());
}

function power(a: bigint, b: bigint): bigint {
  if (b < 0n) throw new ArithmeticFailure('exponent less than 0');
  let result = 1n;
  for (let base = a, left = b; left > 0n; left >>= 1n, base = wrap(base * base)) {
    if (left & 1n) result = wrap(result * base);
  }
  return result;
}

/**
 * The value of an expression (POSIX XCU 2.6.4, with the C operators and `**`), in 64 bits. Variables
 * may hold expressions themselves.
 * @throws ArithmeticFailure
 */
export function evaluateArithmetic(text: string, scope: ArithmeticScope, depth = 0): bigint {
  if (depth > DEEPEST) throw new ArithmeticFailure('expression recursion level exceeded');
  const list = tokens(text, scope.hasArrays);
  if (list.length === 0) return 0n;
  let at = 0;
  let nesting = 0;
  const peek = (): string | undefined => {
    const token = list[at];
    return token?.kind === 'op' ? token.op : undefined;
  };
  const expect = (op: string): void => {
    if (peek() !== op) throw new ArithmeticFailure('arithmetic syntax error');
    at++;
  };
  type Name = Extract<Token, { kind: 'name' }>;
  const keyOf = ({ name, index }: Name): string | undefined =>
    index === undefined || scope.isMap?.(name) ? index : String(evaluateArithmetic(index, scope, depth + 1));
  const read = (token: Name): bigint => {
    const value = scope.get(token.name, keyOf(token))?.trim();
    if (!value) return 0n;
    return evaluateArithmetic(value, scope, depth + 1);
  };
  const store = (token: Name, value: bigint, runs: boolean): bigint => {
    if (runs) scope.set(token.name, String(value), keyOf(token));
    return value;
  };

  /** `runs` is false where the operators that stop early skip what has effects. */
  function assignment(runs: boolean): bigint {
    const first = list[at];
    const second = list[at + 1];
    if (first?.kind === 'name' && second?.kind === 'op' && ASSIGNING.has(second.op)) {
      at += 2;
      const right = assignment(runs);
      const op = second.op.slice(0, -1);
      return store(first, !runs ? 0n : op ? binary(op, read(first), right) : right, runs);
    }
    return conditional(runs);
  }

  function conditional(runs: boolean): bigint {
    const test = level(1, runs);
    if (peek() !== '?') return test;
    at++;
    const yes = assignment(runs && test !== 0n);
    expect(':');
    const no = assignment(runs && test === 0n);
    return test !== 0n ? yes : no;
  }

  function level(least: number, runs: boolean): bigint {
    let left = unary(runs);
    for (;;) {
      const op = peek();
      const tightness = op === undefined ? undefined : BINARY[op];
      if (op === undefined || tightness === undefined || tightness < least) return left;
      at++;
      const goesOn = runs && !(op === '&&' && left === 0n) && !(op === '||' && left !== 0n);
      const right = level(op === '**' ? tightness : tightness + 1, goesOn);
      if (op === '&&') left = truth(left !== 0n && right !== 0n);
      else if (op === '||') left = truth(left !== 0n || right !== 0n);
      else left = goesOn ? binary(op, left, right) : 0n;
    }
  }

  function unary(runs: boolean): bigint {
    if (++nesting > 400) throw new ArithmeticFailure('expression recursion level exceeded');
    try {
      const token = list[at];
      if (token === undefined) throw new ArithmeticFailure('arithmetic syntax error');
      at++;
      if (token.kind === 'number') return token.value;
      if (token.kind === 'name') {
        const step = peek();
        if (step !== '++' && step !== '--') return runs ? read(token) : 0n;
        at++;
        const old = runs ? read(token) : 0n;
        store(token, wrap(old + (step === '++' ? 1n : -1n)), runs);
        return old;
      }
      if (token.op === '(') {
        const value = sequence(runs);
        expect(')');
        return value;
      }
      if (token.op === '++' || token.op === '--') {
        const name = list[at];
        if (name?.kind === 'name') {
          at++;
          return store(name, wrap((runs ? read(name) : 0n) + (token.op === '++' ? 1n : -1n)), runs);
        }
        const value = unary(runs);
        return value;
      }
      if (token.op === '-') return wrap(-unary(runs));
      if (token.op === '+') return unary(runs);
      if (token.op === '!') return truth(unary(runs) === 0n);
      if (token.op === '~') return wrap(~unary(runs));
      throw new ArithmeticFailure('arithmetic syntax error');
    } finally {
      nesting--;
    }
  }

  function sequence(runs: boolean): bigint {
    let value = assignment(runs);
    while (peek() === ',') {
      at++;
      value = assignment(runs);
    }
    return value;
  }

  const value = sequence(true);
  if (at < list.length) throw new ArithmeticFailure('arithmetic syntax error');
  return value;
}

import type { Process } from '../process/process.ts';

/** What `test` says about an expression that is none. */
export class TestFailure extends Error {}

type Unary = (process: Process, operand: string) => boolean;

const unary: Readonly<Record<string, Unary>> = {
  '-z': (_process, text) => text === '',
  '-n': (_process, text) => text !== '',
  '-e': ({ files }, path) => files.find(path) !== undefined,
  '-a': ({ files }, path) => files.find(path) !== undefined,
  '-f': ({ files }, path) => files.find(path)?.type === 'file',
  '-d': ({ files }, path) => files.find(path)?.type === 'directory',
  '-h': isLink,
  '-L': isLink,
  '-c': ({ files }, path) => files.find(path)?.type === 'device',
  '-b': () => false,
  '-p': () => false,
  '-S': () => false,
  '-s': ({ files }, path) => {
    const node = files.find(path);
    return node?.type === 'directory' || (node?.type === 'file' && (node.generate?.().length ?? node.size) > 0);
  },
  '-r': (process, path) => access(process, path, 4),
  '-w': (process, path) => access(process, path, 2),
  '-x': (process, path) => access(process, path, 1),
  '-u': ({ files }, path) => ((files.find(path)?.mode ?? 0) & 0o4000) !== 0,
  '-g': ({ files }, path) => ((files.find(path)?.mode ?? 0) & 0o2000) !== 0,
  '-k': ({ files }, path) => ((files.find(path)?.mode ?? 0) & 0o1000) !== 0,
  '-O': ({ files }, path) => files.find(path)?.uid === files.who.uid,
  '-G': ({ files }, path) => files.find(path)?.gid === files.who.gid,
  '-t': ({ handles }, number) => handles.get(Number(number))?.isTty === true,
};

function isLink({ files }: Process, path: string): boolean {
  try {
    return files.lstat(path).type === 'link';
  } catch {
    return false;
  }
}

function access({ files }: Process, path: string, bits: number): boolean {
  try {
    return files.mayAccess(path, bits);
  } catch {
    return false;
  }
}

function whole(text: string): bigint {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestFailure(`${text}: bad number`);
  return BigInt(text.trim().replace(/^\+/, ''));
}

const mtime = ({ files }: Process, path: string): number => files.find(path)?.mtime ?? Number.NEGATIVE_INFINITY;

const binary: Readonly<Record<string, (process: Process, a: string, b: string) => boolean>> = {
  '=': (_process, a, b) => a === b,
  '==': (_process, a, b) => a === b,
  '!=': (_process, a, b) => a !== b,
  '<': (_process, a, b) => a < b,
  '>': (_process, a, b) => a > b,
  '-eq': (_process, a, b) => whole(a) === whole(b),
  '-ne': (_process, a, b) => whole(a) !== whole(b),
  '-lt': (_process, a, b) => whole(a) < whole(b),
  '-le': (_process, a, b) => whole(a) <= whole(b),
  '-gt': (_process, a, b) => whole(a) > whole(b),
  '-ge': (_process, a, b) => whole(a) >= whole(b),
  '-nt': (process, a, b) => mtime(process, a) > mtime(process, b),
  '-ot': (process, a, b) => mtime(process, a) < mtime(process, b),
  '-ef': ({ files }, a, b) => files.find(a) !== undefined && files.find(a) === files.find(b),
};

export const unaryTest = (process: Process, operator: string, operand: string): boolean => {
  const test = unary[operator];
  if (!test) throw new TestFailure(`${operator}: unknown operand`);
  return test(process, operand);
};

export const binaryTest = (process: Process, operator: string, a: string, b: string): boolean | undefined =>
  binary[operator]?.(process, a, b);

/**
 * test(1), by the number of arguments as POSIX says, and with `-a`, `-o` and parentheses beyond that.
 * @throws TestFailure
 */
export function evaluateTest(process: Process, args: readonly string[]): boolean {
  const simple = byCount(process, args);
  if (simple !== undefined) return simple;
  let at = 0;
  const or = (): boolean => {
    let value = and();
    while (args[at] === '-o') {
      at++;
      const right = and();
      value = value || right;
    }
    return value;
  };
  const and = (): boolean => {
    let value = not();
    while (args[at] === '-a') {
      at++;
      const right = not();
      value = value && right;
    }
    return value;
  };
  const not = (): boolean => {
    if (args[at] !== '!') return primary();
    at++;
    return !not();
  };
  const primary = (): boolean => {
    const first = args[at];
    if (first === undefined) throw new TestFailure('argument expected');
    const operator = args[at + 1];
    if (operator !== undefined && operator in binary && args[at + 2] !== undefined) {
      at += 3;
      return binary[operator]!(process, first, args[at - 1]!);
    }
    if (first === '(') {
      at++;
      const value = or();
      if (args[at] !== ')') throw new TestFailure('closing paren expected');
      at++;
      return value;
    }
    if (first in unary && operator !== undefined) {
      at += 2;
      return unary[first]!(process, operator);
    }
    at++;
    return first !== '';
  };
  const value = or();
  if (at < args.length) throw new TestFailure(`${args[at]}: unexpected operator`);
  return value;
}

function byCount(process: Process, args: readonly string[]): boolean | undefined {
  const [a = '', b = '', c = ''] = args;
  if (args.length === 0) return false;
  if (args.length === 1) return a !== '';
  if (args.length === 2) {
    if (a === '!') return b === '';
    if (a in unary) return unary[a]!(process, b);
    throw new TestFailure(`${a}: unknown operand`);
  }
  if (args.length === 3) {
    if (b in binary) return binary[b]!(process, a, c);
    if (b === '-a') return a !== '' && c !== '';
    if (b === '-o') return a !== '' || c !== '';
    if (a === '!') return !byCount(process, [b, c])!;
    if (a === '(' && c === ')') return b !== '';
    throw new TestFailure(`${b}: unknown operand`);
  }
  if (args.length === 4 && a === '!') return !byCount(process, args.slice(1))!;
  return undefined;
}

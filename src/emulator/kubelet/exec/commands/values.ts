import type { Program } from '../process/process.ts';
import { formatPrintf, toBytes } from '../shell/printf.ts';
import { evaluateTest, TestFailure } from '../shell/test-expression.ts';
import { parseOptions, UsageFailure } from './options.ts';
import { compileRegex } from './regex.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
export const two = (value: number): string => String(value).padStart(2, '0');

/** strftime(3) in UTC. */
export function formatDate(format: string, ms: number): string {
  const t = new Date(ms);
  const yearStart = Date.UTC(t.getUTCFullYear(), 0, 1);
  const dayOfYear = Math.floor(
    (Date.UTC(t.getUTCFullYear(), t.getUTCMonth(), t.getUTCDate()) - yearStart) / 86_400_000,
  );
  const hour12 = t.getUTCHours() % 12 || 12;
  const parts: Readonly<Record<string, () => string>> = {
    Y: () => String(t.getUTCFullYear()),
    y: () => two(t.getUTCFullYear() % 100),
    C: () => two(Math.floor(t.getUTCFullYear() / 100)),
    m: () => two(t.getUTCMonth() + 1),
    d: () => two(t.getUTCDate()),
    e: () => String(t.getUTCDate()).padStart(2),
    H: () => two(t.getUTCHours()),
    k: () => String(t.getUTCHours()).padStart(2),
    I: () => two(hour12),
    l: () => String(hour12).padStart(2),
    M: () => two(t.getUTCMinutes()),
    S: () => two(t.getUTCSeconds()),
    N: () => `${String(t.getUTCMilliseconds()).padStart(3, '0')}000000`,
    s: () => String(Math.floor(ms / 1000)),
    p: () => (t.getUTCHours() < 12 ? 'AM' : 'PM'),
    P: () => (t.getUTCHours() < 12 ? 'am' : 'pm'),
    j: () => String(dayOfYear + 1).padStart(3, '0'),
    u: () => String(t.getUTCDay() || 7),
    w: () => String(t.getUTCDay()),
    A: () => DAYS[t.getUTCDay()]!,
    a: () => DAYS[t.getUTCDay()]!.slice(0, 3),
    B: () => MONTHS[t.getUTCMonth()]!,
    b: () => MONTHS[t.getUTCMonth()]!.slice(0, 3),
    h: () => MONTHS[t.getUTCMonth()]!.slice(0, 3),
    F: () => formatDate('%Y-%m-%d', ms),
    T: () => formatDate('%H:%M:%S', ms),
    R: () => formatDate('%H:%M', ms),
    D: () => formatDate('%m/%d/%y', ms),
    r: () => formatDate('%I:%M:%S %p', ms),
    c: () => formatDate('%a %b %e %H:%M:%S %Y', ms),
    x: () => formatDate('%m/%d/%y', ms),
    X: () => formatDate('%H:%M:%S', ms),
    Z: () => 'UTC',
    z: () => '+0000',
    n: () => '\n',
    t: () => '\t',
    '%': () => '%',
  };
  return format.replace(/%(-?)(\d?)([a-zA-Z%])/g, (whole, bare: string, width: string, letter: string) => {
    if (!Object.hasOwn(parts, letter)) return whole;
    const text = parts[letter]!();
    if (letter === 'N' && width) return text.slice(0, Number(width));
    return bare ? text.replace(/^[0 ]+(?=\d)/, '') : text;
  });
}

const RFC = { seconds: '%Y-%m-%dT%H:%M:%S+00:00', date: '%Y-%m-%d' };

const date: Program = async (process, args) => {
  const options = parseOptions(args, 'ud:r:I:R', {
    utc: 'u',
    date: 'd',
    reference: 'r',
    'iso-8601': 'I',
    'rfc-email': 'R',
  });
  let ms = process.host.clock.now();
  const given = options.value('d');
  if (given !== undefined) {
    const relative = /^(?:now\s*)?([+-]?\s*\d+)\s*(second|sec|minute|min|hour|day|week)s?( ago)?$/.exec(given);
    const units: Readonly<Record<string, number>> = {
      second: 1,
      sec: 1,
      minute: 60,
      min: 60,
      hour: 3600,
      day: 86_400,
      week: 604_800,
    };
    if (relative) ms += Number(relative[1]!.replace(/\s/g, '')) * units[relative[2]!]! * 1000 * (relative[3] ? -1 : 1);
    else if (given === 'yesterday') ms -= 86_400_000;
    else if (given === 'tomorrow') ms += 86_400_000;
    else if (given !== 'now' && given !== 'today') {
      ms = given.startsWith('@')
        ? Number(given.slice(1)) * 1000
        : Date.parse(
            /[zZ]$|[+-]\d\d:?\d\d$/.test(given)
              ? given
              : `${given.trim().replace(' ', 'T')}${given.includes(':') ? 'Z' : ''}`,
          );
      if (Number.isNaN(ms)) throw new UsageFailure(`invalid date '${given}'`);
    }
  }
  if (options.value('r') !== undefined) ms = process.files.stat(options.value('r')!).mtime;
  const format = options.operands[0];
  if (format !== undefined && !format.startsWith('+')) throw new UsageFailure(`invalid date '${format}'`);
  const usual = process.host.flavour === 'gnu' ? '%a %b %e %H:%M:%S UTC %Y' : '%a %b %e %H:%M:%S UTC %Y';
  const shown = options.has('I')
    ? (RFC[options.value('I') as 'seconds'] ?? RFC.date)
    : options.has('R')
      ? '%a, %d %b %Y %H:%M:%S +0000'
      : (format?.slice(1) ?? usual);
  await process.print(`${formatDate(shown, ms)}\n`);
  return 0;
};

const basename: Program = async (process, args) => {
  const [path, suffix = ''] = args[0] === '--' ? args.slice(1) : args;
  if (path === undefined) throw new UsageFailure('missing operand');
  const name =
    path
      .replace(/(?<=.)\/+$/, '')
      .split('/')
      .at(-1) || '/';
  await process.print(`${suffix && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`);
  return 0;
};

const dirname: Program = async (process, args) => {
  for (const path of args) {
    const trimmed = path.replace(/(?<=.)\/+$/, '');
    const at = trimmed.lastIndexOf('/');
    await process.print(`${at < 0 ? '.' : trimmed.slice(0, at).replace(/\/+$/, '') || '/'}\n`);
  }
  return 0;
};

const expr: Program = async (process, args) => {
  let at = 0;
  const whole = (text: string): bigint => {
    if (!/^-?\d+$/.test(text)) throw new UsageFailure('non-integer argument', 2);
    return BigInt(text);
  };
  const truth = (value: boolean) => (value ? '1' : '0');
  const levels: readonly Readonly<Record<string, (a: string, b: string) => string>>[] = [
    { '|': (a, b) => (a !== '' && a !== '0' ? a : b) },
    { '&': (a, b) => (a !== '' && a !== '0' && b !== '' && b !== '0' ? a : '0') },
    Object.fromEntries(
      (['=', '!=', '<', '>', '<=', '>='] as const).map((op) => [
        op,
        (a: string, b: string) => {
          const areNumbers = /^-?\d+$/.test(a) && /^-?\d+$/.test(b);
          const order = areNumbers ? Number(whole(a) - whole(b)) : a < b ? -1 : a > b ? 1 : 0;
          return truth(
            { '=': order === 0, '!=': order !== 0, '<': order < 0, '>': order > 0, '<=': order <= 0, '>=': order >= 0 }[
              op
            ],
          );
        },
      ]),
    ),
    { '+': (a, b) => String(whole(a) + whole(b)), '-': (a, b) => String(whole(a) - whole(b)) },
    {
      '*': (a, b) => String(whole(a) * whole(b)),
      '/': (a, b) => String(whole(a) / divisor(whole(b))),
      '%': (a, b) => String(whole(a) % divisor(whole(b))),
    },
    { ':': match },
  ];
  const level = (depth: number): string => {
    const operators = levels[depth];
    if (!operators) return primary();
    let left = level(depth + 1);
    while (args[at] !== undefined && Object.hasOwn(operators, args[at]!)) {
      const operator = operators[args[at++]!]!;
      left = operator(left, level(depth + 1));
    }
    return left;
  };
  const primary = (): string => {
    const word = args[at++];
    if (word === undefined) throw new UsageFailure('syntax error', 2);
    if (word === '(') {
      const value = level(0);
      if (args[at++] !== ')') throw new UsageFailure('syntax error', 2);
      return value;
    }
    if (word === 'length' && args[at] !== undefined) return String([...primary()].length);
    if (word === 'substr' && args.length - at >= 3) {
      const [text, from, count] = [primary(), primary(), primary()];
      return text.slice(Number(from) - 1, Number(from) - 1 + Number(count));
    }
    if (word === 'match' && args.length - at >= 2) return match(primary(), primary());
    return word;
  };
  const value = level(0);
  if (at < args.length) throw new UsageFailure('syntax error', 2);
  await process.print(`${value}\n`);
  return value === '' || value === '0' ? 1 : 0;
};

function divisor(value: bigint): bigint {
  if (value === 0n) throw new UsageFailure('division by zero', 2);
  return value;
}

function match(text: string, pattern: string): string {
  const found = compileRegex(pattern).exec(text);
  const hasGroup = /\\\(/.test(pattern);
  if (found?.start !== 0) return hasGroup ? '' : '0';
  return hasGroup ? (found.groups[1] ?? '') : String(found.end);
}

const test =
  (name: string): Program =>
  async (process, args) => {
    const words = [...args];
    if (name === '[' && words.pop() !== ']') return process.fail('missing ]', 2);
    try {
      return evaluateTest(process, words) ? 0 : 1;
    } catch (error) {
      if (!(error instanceof TestFailure)) throw error;
      return process.fail(error.message, 2);
    }
  };

const echo: Program = async (process, args) => {
  const hasEnd = args[0] !== '-n';
  await process.print(`${(hasEnd ? args : args.slice(1)).join(' ')}${hasEnd ? '\n' : ''}`);
  return 0;
};

const printf: Program = async (process, [format = '', ...args]) => {
  const { text, complaints } = formatPrintf(format, args);
  await process.print(toBytes(text));
  for (const complaint of complaints) await process.fail(complaint);
  return complaints.length > 0 ? 1 : 0;
};

export const valueCommands: Readonly<Record<string, Program>> = {
  date,
  basename,
  dirname,
  expr,
  test: test('test'),
  '[': test('['),
  echo,
  printf,
  true: () => 0,
  false: () => 1,
};

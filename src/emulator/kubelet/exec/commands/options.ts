import { SystemError } from '../fs/errors.ts';
import type { Handle } from '../process/handle.ts';
import { openFile } from '../process/open-file.ts';
import type { Process } from '../process/process.ts';

/** A command line that the program does not understand; the text follows the program's name. */
export class UsageFailure extends Error {
  readonly status: number;

  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

export interface Parsed {
  has(flag: string): boolean;
  /** The last value of a flag. */
  value(flag: string): string | undefined;
  values(flag: string): readonly string[];
  operands: string[];
}

/**
 * getopt(3): `spec` lists letters, with `:` after those that take a value; `long` maps long names to
 * letters. Options may stand among the operands unless `spec` begins with `+`.
 * @throws UsageFailure
 */
export function parseOptions(
  args: readonly string[],
  spec: string,
  long: Readonly<Record<string, string>> = {},
): Parsed {
  const found = new Map<string, string[]>();
  const operands: string[] = [];
  const stopsEarly = spec.startsWith('+');
  const add = (letter: string, value = '') => found.set(letter, [...(found.get(letter) ?? []), value]);
  const takesValue = (letter: string) => spec[spec.indexOf(letter) + 1] === ':';
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const [name = '', ...rest] = arg.slice(2).split('=');
      const letter = long[name];
      if (letter === undefined) throw new UsageFailure(`unrecognized option '--${name}'`);
      if (!takesValue(letter)) add(letter, rest.join('='));
      else {
        const value = rest.length > 0 ? rest.join('=') : args[++at];
        if (value === undefined) throw new UsageFailure(`option '--${name}' requires an argument`);
        add(letter, value);
      }
    } else if (arg.length > 1 && arg.startsWith('-')) {
      for (let index = 1; index < arg.length; index++) {
        const letter = arg[index]!;
        if (letter === ':' || letter === '+' || !spec.includes(letter))
          throw new UsageFailure(`invalid option -- '${letter}'`);
        if (!takesValue(letter)) {
          add(letter);
          continue;
        }
        const value = arg.slice(index + 1) || args[++at];
        if (value === undefined) throw new UsageFailure(`option requires an argument -- '${letter}'`);
        add(letter, value);
        break;
      }
    } else {
      if (stopsEarly) {
        operands.push(...args.slice(at));
        break;
      }
      operands.push(arg);
    }
  }
  return {
    has: (flag) => found.has(flag),
    value: (flag) => found.get(flag)?.at(-1),
    values: (flag) => found.get(flag) ?? [],
    operands,
  };
}

/** `can't open 'x': …` as busybox says it, `x: …` as GNU tools do. */
export function cannotOpen(process: Process, path: string, error: SystemError): string {
  if (process.host.flavour === 'busybox' && error.code !== 'EISDIR') return `can't open '${path}': ${error.message}`;
  if (process.host.flavour === 'busybox') return `read error: ${error.message}`;
  return `${path}: ${error.message}`;
}

/**
 * Hands each input to `use`: the files named, `-` and nothing at all meaning standard input. What
 * cannot be opened is said, and makes the answer 1.
 */
export async function eachInput(
  process: Process,
  names: readonly string[],
  use: (handle: Handle, name: string) => Promise<boolean | undefined>,
): Promise<number> {
  let status = 0;
  for (const name of names.length > 0 ? names : ['-']) {
    try {
      const handle = name === '-' ? process.handle(0).share() : openFile(process, name, 'read');
      try {
        if ((await use(handle, name)) === false) return status;
      } finally {
        handle.release();
      }
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      await process.fail(cannotOpen(process, name, error));
      status = 1;
    }
  }
  return status;
}

/** Runs `act` for each path; failures are said as `name: words 'path': why` and make the answer 1. */
export async function eachPath(
  process: Process,
  paths: readonly string[],
  words: string,
  act: (path: string) => unknown,
): Promise<number> {
  let status = 0;
  for (const path of paths) {
    try {
      await act(path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const shown = error.path || path;
      await process.fail(
        process.host.flavour === 'gnu' && words
          ? `${words} '${shown}': ${error.message}`
          : words
            ? `${words.replace(/^cannot /, "can't ")} '${shown}': ${error.message}`
            : `${shown}: ${error.message}`,
      );
      status = 1;
    }
  }
  return status;
}

/** A whole number with a suffix k, M or G (1024). @throws UsageFailure */
export function size(text: string, what = 'number'): number {
  const found = /^([+-]?\d+)([kKmMgGb]?)$/.exec(text);
  if (!found) throw new UsageFailure(`invalid ${what} '${text}'`);
  const scale = { '': 1, b: 512, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[found[2]!.toLowerCase()]!;
  return Number(found[1]) * scale;
}

/** `1.5M`, as `ls -h` and `du -h` show sizes. */
export function human(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  const units = 'KMGTP';
  let value = bytes;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)}${units[unit]}`;
}

import { isSystemError } from '../fs/errors.ts';
import { absolute } from '../fs/files.ts';
import { signalName, signalNumber } from '../process/signals.ts';
import { type Builtin, NAME, quote } from './builtin.ts';
import type { Shell } from './context.ts';
import { arithmetic } from './expand.ts';
import { getopts } from './getopts.ts';
import { fg, kill, listJobs, wait } from './jobs.ts';
import { formatPrintf, readEscapes, toBytes } from './printf.ts';
import { read } from './read.ts';
import { exporting, set } from './settings.ts';
import { ExitJump, LoopJump, ReturnJump } from './state.ts';
import { evaluateTest, TestFailure } from './test-expression.ts';

/** Assignments before them stay, and errors in them end the shell (POSIX XCU 2.14). */
export const specialBuiltins: ReadonlySet<string> = new Set(
  [
    '.',
    ':',
    'break',
    'continue',
    'eval',
    'exec',
    'exit',
    'export',
    'readonly',
    'return',
    'set',
    'shift',
    'times',
    'trap',
    'unset',
  ], // prettier-ignore
);

async function echo(shell: Shell, args: string[]): Promise<number> {
  const words = [...args];
  let hasEnd = true;
  let escapes = shell.state.dialect === 'dash';
  const flags = shell.state.dialect === 'dash' ? /^-n$/ : /^-[neE]+$/;
  while (words[0] !== undefined && flags.test(words[0])) {
    for (const flag of words.shift()!.slice(1)) {
      if (flag === 'n') hasEnd = false;
      else escapes = flag === 'e';
    }
  }
  const text = words.join(' ');
  const { bytes, stops } = escapes ? readEscapes(text, false) : { bytes: text, stops: false };
  await shell.process.print(toBytes(bytes + (hasEnd && !stops ? '\n' : '')));
  return 0;
}

async function cd(shell: Shell, args: string[], pos: number): Promise<number> {
  const { state, process } = shell;
  const isPhysical = args[0] === '-P';
  const words = args.filter((arg) => !['-P', '-L', '--'].includes(arg));
  const wanted = words[0] === '-' ? state.get('OLDPWD') : (words[0] ?? state.get('HOME'));
  if (wanted === undefined) {
    await shell.complain(`cd: ${words[0] === '-' ? 'OLDPWD' : 'HOME'} not set`, pos);
    return 1;
  }
  const path = absolute(process.files.cwd, wanted || '.');
  try {
    const node = process.files.stat(path);
    if (node.type !== 'directory') return await cannotCd(shell, wanted, 'Not a directory', pos);
    if (!process.files.mayAccess(path, 1)) return await cannotCd(shell, wanted, 'Permission denied', pos);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return cannotCd(shell, wanted, error.message, pos);
  }
  shell.assign('OLDPWD', process.files.cwd);
  process.files.cwd = isPhysical ? process.files.real(path) : path;
  shell.assign('PWD', process.files.cwd);
  if (words[0] === '-') await process.print(`${process.files.cwd}\n`);
  return 0;
}

async function cannotCd(shell: Shell, path: string, why: string, pos: number): Promise<number> {
  const { dialect } = shell.state;
  const text = { ash: `cd: can't cd to ${path}: ${why}`, dash: `cd: can't cd to ${path}`, bash: `cd: ${path}: ${why}` }[
    dialect
  ];
  await shell.complain(text, pos);
  return dialect === 'dash' ? 2 : 1;
}

/** One argument of `break`, `exit`, `shift` and their like. */
async function count(
  shell: Shell,
  name: string,
  text: string | undefined,
  otherwise: number,
  pos: number,
): Promise<number> {
  if (text === undefined) return otherwise;
  if (/^\d+$/.test(text) || (name !== 'shift' && /^-?\d+$/.test(text))) return Number(text);
  await shell.complain(
    shell.state.dialect === 'bash' ? `${name}: ${text}: numeric argument required` : `${name}: Illegal number: ${text}`,
    pos,
  );
  throw shell.fatal(2);
}

function loopJump(kind: 'break' | 'continue'): Builtin {
  return async (shell, [levels], pos) => {
    if (shell.state.loops === 0) return 0;
    throw new LoopJump(kind, Math.max(await count(shell, kind, levels, 1, pos), 1));
  };
}

async function trap(shell: Shell, args: string[], pos: number): Promise<number> {
  const { traps } = shell.state;
  const words = args[0] === '--' ? args.slice(1) : args;
  if (words.length === 0 || words[0] === '-p') {
    for (const [number, command] of traps)
      await shell.process.print(`trap -- ${quote(command)} ${number === 0 ? 'EXIT' : signalName(number)}\n`);
    return 0;
  }
  if (words[0] === '-l') return kill(shell, ['-l'], pos);
  const resets = words.length === 1 || words[0] === '-' || /^\d+$/.test(words[0]!);
  const names = words.length === 1 || /^\d+$/.test(words[0]!) ? words : words.slice(1);
  for (const name of names) {
    const number = name === 'EXIT' ? 0 : signalNumber(name);
    if (number === undefined) {
      await shell.complain(
        `trap: ${name}: ${shell.state.dialect === 'bash' ? 'invalid signal specification' : 'bad trap'}`,
        pos,
      );
      return 1;
    }
    if (resets) traps.delete(number);
    else traps.set(number, words[0]!);
  }
  return 0;
}

async function source(shell: Shell, [name, ...args]: string[], pos: number): Promise<number> {
  if (name === undefined) return 2;
  const { files } = shell.process;
  const folders = name.includes('/')
    ? ['']
    : [
        ...(shell.state.get('PATH') ?? '').split(':').map((one) => `${one}/`),
        ...(shell.state.dialect === 'bash' ? [''] : []),
      ];
  const path = folders.map((folder) => folder + name).find((one) => files.find(one)?.type === 'file');
  if (!path) {
    const text = {
      ash: `.: can't open '${name}': No such file or directory`,
      dash: `.: ${name.includes('/') ? `cannot open ${name}: No such file` : `${name}: not found`}`,
      bash: `${name}: No such file or directory`,
    };
    await shell.complain(text[shell.state.dialect], pos);
    if (shell.state.dialect === 'bash') return 1;
    throw shell.fatal(2);
  }
  const outer = shell.state.args;
  if (args.length > 0) shell.state.args = args;
  try {
    return await shell.execute(Buffer.from(files.readFile(path)).toString());
  } catch (error) {
    if (!(error instanceof ReturnJump)) throw error;
    return error.status;
  } finally {
    if (args.length > 0) shell.state.args = outer;
  }
}

async function describe(shell: Shell, names: string[], isShort: boolean): Promise<number> {
  const { state, process } = shell;
  let status = 0;
  for (const name of names) {
    const found = process.host.which(process, name, state.get('PATH'));
    const words = reserved.has(name)
      ? ['a shell keyword', name]
      : state.aliases.has(name)
        ? [
            state.dialect === 'bash'
              ? `aliased to \`${state.aliases.get(name)}'`
              : `an alias for ${state.aliases.get(name)}`,
            `alias ${name}=${quote(state.aliases.get(name)!)}`,
          ]
        : state.functions.has(name)
          ? ['a function', name]
          : Object.hasOwn(builtins, name) || name === 'exec'
            ? [
                specialBuiltins.has(name) && state.dialect !== 'bash' ? 'a special shell builtin' : 'a shell builtin',
                name,
              ]
            : found.startsWith('/')
              ? [found, found]
              : undefined;
    if (!words) {
      status = state.dialect === 'bash' ? 1 : 127;
      if (!isShort)
        await (state.dialect === 'bash'
          ? shell.complain(`type: ${name}: not found`)
          : process.print(`${name}: not found\n`));
    } else await process.print(isShort ? `${words[1]}\n` : `${name} is ${words[0]}\n`);
  }
  return status;
}

const reserved = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'do',
  'done',
  'case',
  'esac',
  'while',
  'until',
  'for',
  '{',
  '}',
  '!',
  'in',
]);

async function test(shell: Shell, args: string[], name: string, pos: number): Promise<number> {
  const words = [...args];
  if (name === '[' && words.pop() !== ']') {
    await shell.complain(`[: missing ${shell.state.dialect === 'bash' ? "`]'" : ']'}`, pos);
    return 2;
  }
  try {
    return evaluateTest(shell.process, words) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestFailure)) throw error;
    await shell.complain(`${name}: ${testWords(shell, error.message)}`, pos);
    return 2;
  }
}

function testWords(shell: Shell, text: string): string {
  const number = /^(.*): bad number$/s.exec(text);
  if (!number)
    return shell.state.dialect === 'bash' ? text.replace(/: unknown operand$/, ': unary operator expected') : text;
  return { ash: text, dash: `Illegal number: ${number[1]}`, bash: `${number[1]}: integer expression expected` }[
    shell.state.dialect
  ];
}

export const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  echo,
  cd,
  test: (shell, args, pos) => test(shell, args, 'test', pos),
  '[': (shell, args, pos) => test(shell, args, '[', pos),
  read,
  set,
  trap,
  kill,
  wait,
  fg,
  bg: () => 0,
  jobs: (shell) => listJobs(shell),
  getopts,
  source,
  '.': source,
  break: loopJump('break'),
  continue: loopJump('continue'),
  export: (shell, args, pos) => exporting(shell, args, pos, 'isExported', 'export'),
  readonly: (shell, args, pos) => exporting(shell, args, pos, 'isReadOnly', 'readonly'),
  async exit(shell, [status], pos) {
    throw new ExitJump((await count(shell, 'exit', status, shell.state.status, pos)) & 255);
  },
  async return(shell, [status], pos) {
    throw new ReturnJump((await count(shell, 'return', status, shell.state.status, pos)) & 255);
  },
  async printf(shell, [format, ...args], pos) {
    if (format === undefined) {
      await shell.complain('printf: usage: printf format [arguments]', pos);
      return 2;
    }
    const words = format === '--' ? args : [format, ...args];
    const { text, complaints } = formatPrintf(words[0] ?? '', words.slice(1));
    await shell.process.print(toBytes(text));
    for (const complaint of complaints) await shell.complain(`printf: ${complaint}`, pos);
    return complaints.length > 0 ? 1 : 0;
  },
  async pwd(shell, args) {
    const { files } = shell.process;
    await shell.process.print(`${args.includes('-P') ? files.real('.') : files.cwd}\n`);
    return 0;
  },
  async eval(shell, args) {
    if (args.join('').trim() === '') return 0;
    return shell.execute(args.join(' '));
  },
  async shift(shell, [by], pos) {
    const number = await count(shell, 'shift', by, 1, pos);
    if (number > shell.state.args.length) {
      if (shell.state.dialect === 'bash') return 1;
      await shell.complain("shift: can't shift that many", pos);
      throw shell.fatal(2);
    }
    shell.state.args.splice(0, number);
    return 0;
  },
  async unset(shell, args, pos) {
    const { variables, functions } = shell.state;
    const isFunction = args[0] === '-f';
    for (const name of args.filter((arg) => !/^-[fv]$/.test(arg))) {
      if (isFunction || (!variables.has(name) && functions.has(name))) functions.delete(name);
      else if (variables.get(name)?.isReadOnly) {
        await shell.complain(
          `unset: ${name}: ${shell.state.dialect === 'bash' ? 'cannot unset: readonly variable' : 'is read only'}`,
          pos,
        );
        return shell.state.dialect === 'bash' ? 1 : 2;
      } else variables.delete(name);
    }
    return 0;
  },
  async local(shell, args, pos) {
    const scope = shell.state.locals.at(-1);
    if (!scope) {
      await shell.complain(
        shell.state.dialect === 'bash' ? 'local: can only be used in a function' : 'local: not in a function',
        pos,
      );
      return 1;
    }
    for (const arg of args) {
      const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(arg)!;
      if (!NAME.test(name)) continue;
      const known = shell.state.variables.get(name);
      if (!scope.has(name)) scope.set(name, known && { ...known });
      if (value !== undefined) shell.assign(name, value);
      else if (shell.state.dialect === 'bash') shell.state.variables.delete(name);
    }
    return 0;
  },
  async let(shell, args) {
    let value = 0n;
    for (const arg of args) value = await arithmetic(shell, arg);
    return value === 0n ? 1 : 0;
  },
  async umask(shell, [mode]) {
    const { files } = shell.process;
    if (mode === undefined) await shell.process.print(`${files.umask.toString(8).padStart(4, '0')}\n`);
    else files.umask = Number.parseInt(mode, 8) & 0o777;
    return 0;
  },
  async alias(shell, args) {
    const { aliases } = shell.state;
    const prefix = shell.state.dialect === 'bash' ? 'alias ' : '';
    if (args.length === 0)
      for (const [name, value] of aliases) await shell.process.print(`${prefix}${name}=${quote(value)}\n`);
    let status = 0;
    for (const arg of args) {
      const [, name = '', value] = /^([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? [];
      if (value !== undefined) aliases.set(name, value);
      else if (aliases.has(name)) await shell.process.print(`${prefix}${name}=${quote(aliases.get(name)!)}\n`);
      else {
        await shell.complain(`alias: ${name}: not found`);
        status = 1;
      }
    }
    return status;
  },
  unalias(shell, args) {
    for (const arg of args) {
      if (arg === '-a') shell.state.aliases.clear();
      else shell.state.aliases.delete(arg);
    }
    return 0;
  },
  async command(shell, args, pos) {
    const [first, ...rest] = args;
    if (first === '-v') return describe(shell, rest, true);
    if (first === '-V') return describe(shell, rest, false);
    const words = first === '-p' || first === '--' ? rest : args;
    return words.length > 0 ? shell.invoke(words, pos, { skipsFunctions: true }) : 0;
  },
  type: (shell, args) =>
    describe(
      shell,
      args.filter((arg) => arg !== '-a'),
      false,
    ),
  hash: () => 0,
  async times(shell) {
    await shell.process.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
    return 0;
  },
  async ulimit(shell, args) {
    await shell.process.print(args.includes('-n') ? '1048576\n' : 'unlimited\n');
    return 0;
  },
};

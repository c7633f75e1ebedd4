import { isSystemError } from '../fs/errors.ts';
import type { Process, Program } from '../process/process.ts';
import { Killed, signalName, signalNumber, signals } from '../process/signals.ts';
import { userName } from './names.ts';
import { parseOptions, UsageFailure } from './options.ts';

interface Row {
  pid: number;
  ppid: number;
  user: string;
  command: string;
  startedAt: number;
  tty: string;
}

/** Everything that runs in the container: its own processes, and what was started by exec. */
function rows({ host, files }: Process): Row[] {
  const main = host.main.map((one) => ({ ...one, startedAt: host.startedAt, tty: '?' }));
  const ours = host.processes.all().map((one) => ({
    pid: one.pid,
    ppid: one.parent?.pid ?? 0,
    user: userName(files, one.files.who.uid) ?? String(one.files.who.uid),
    command: one.argv.join(' '),
    startedAt: one.startedAt,
    tty: [...one.handles.values()].some(({ isTty }) => isTty) ? 'pts/0' : '?',
  }));
  return [...main, ...ours].sort((a, b) => a.pid - b.pid);
}

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

const ps: Program = async (process, args) => {
  const all = rows(process);
  const flags = args.join('').replaceAll('-', '');
  if (process.host.flavour === 'busybox') {
    const lines = all.map(({ pid, user, command }) => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${command}`);
    await process.print(`PID   USER     TIME  COMMAND\n${lines.map((line) => `${line}\n`).join('')}`);
    return 0;
  }
  if (flags.includes('u') && flags.includes('a')) {
    const lines = all.map(
      ({ pid, user, command, tty, startedAt }) =>
        `${user.padEnd(8)} ${String(pid).padStart(7)}  0.0  0.0   4332  3532 ${tty.padEnd(8)} ${pid === 1 ? 'Ss  ' : 'S   '} ${clock(startedAt)}   0:00 ${command}`,
    );
    await process.print(
      `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n${lines.map((line) => `${line}\n`).join('')}`,
    );
    return 0;
  }
  if (flags.includes('e') && flags.includes('f')) {
    const lines = all.map(
      ({ pid, ppid, user, command, tty, startedAt }) =>
        `${user.padEnd(8)} ${String(pid).padStart(7)} ${String(ppid).padStart(7)}  0 ${clock(startedAt)} ${tty.padEnd(8)} 00:00:00 ${command}`,
    );
    await process.print(
      `UID          PID    PPID  C STIME TTY          TIME CMD\n${lines.map((line) => `${line}\n`).join('')}`,
    );
    return 0;
  }
  const shown = /[eAax]/.test(flags) ? all : all.filter(({ tty }) => tty !== '?' && process.handles.get(0)?.isTty);
  const lines = shown.map(
    ({ pid, tty, command }) =>
      `${String(pid).padStart(7)} ${tty.padEnd(8)} 00:00:00 ${command.split(' ')[0]!.split('/').at(-1)}`,
  );
  await process.print(`    PID TTY          TIME CMD\n${lines.map((line) => `${line}\n`).join('')}`);
  return 0;
};

const top: Program = async (process, args) => {
  const options = parseOptions(
    args.map((arg) => (/^b?n\d*$/.test(arg) ? `-${arg}` : arg)),
    'bn:d:p:Hm',
    {},
  );
  const rounds =
    options.value('n') === undefined
      ? options.has('b')
        ? Number.POSITIVE_INFINITY
        : Number.POSITIVE_INFINITY
      : Number(options.value('n'));
  const delay = Number(options.value('d') ?? 5) * 1000;
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await process.sleep(delay);
    if (process.handle(1).isTty && !options.has('b')) await process.print('\x1b[H\x1b[2J');
    const all = rows(process);
    const up = process.host.clock.now() - process.host.startedAt;
    const lines = all.map(
      ({ pid, ppid, user, command }) =>
        `${String(pid).padStart(5)} ${String(ppid).padStart(5)} ${user.padEnd(8)} S     4360   0%   0%  ${command}`,
    );
    await process.print(
      `Mem: 1048576K used, 3145728K free, 0K shrd, 65536K buff, 524288K cached\nCPU:   1% usr   0% sys   0% nic  98% idle   0% io   0% irq   0% sirq\nLoad average: 0.08 0.03 0.01 1/${all.length} ${process.pid}\n  PID  PPID USER     STAT   VSZ %VSZ %CPU COMMAND\n${lines.map((line) => `${line}\n`).join('')}`,
    );
    if (up < 0) break;
  }
  return 0;
};

/** kill(1); `complain` says what is wrong in the caller's way. */
export async function killCommand(
  process: Process,
  args: readonly string[],
  complain: (text: string) => Promise<unknown>,
): Promise<number> {
  const words = [...args];
  if (words[0] === '-l') {
    const number = Number(words[1]);
    if (words[1] !== undefined) await process.print(`${signalName(number > 128 ? number - 128 : number)}\n`);
    else await process.print(`${Object.keys(signals).join(' ')}\n`);
    return 0;
  }
  let signal: number | undefined = signals.TERM;
  if (words[0] === '-s' || words[0] === '-n') {
    signal = signalNumber(words[1] ?? '');
    words.splice(0, 2);
  } else if (words[0] !== '--' && /^-./.test(words[0] ?? '')) signal = signalNumber(words.shift()!.slice(1));
  if (words[0] === '--') words.shift();
  if (signal === undefined) {
    await complain('bad signal name');
    return 1;
  }
  if (words.length === 0) {
    await complain('you need to specify whom to kill');
    return 1;
  }
  let status = 0;
  for (const word of words) {
    const pid = Number(word);
    const { host } = process;
    const target = host.processes.get(pid);
    if (!Number.isInteger(pid)) {
      await complain(`invalid number '${word}'`);
      status = 1;
    } else if (target) {
      if (process.files.who.uid !== 0 && target.files.who.uid !== process.files.who.uid) {
        await complain(`can't kill pid ${pid}: Operation not permitted`);
        status = 1;
      } else if (signal !== 0) target.kill(signal);
    } else if (host.main.some((one) => one.pid === pid)) {
      if (signal !== 0 && pid === 1) host.endMain?.(signal);
    } else {
      await complain(`can't kill pid ${pid}: No such process`);
      status = 1;
    }
  }
  return status;
}

const killProgram: Program = (process, args) => killCommand(process, args, (text) => process.fail(text));

const named = (process: Process, pattern: string, isFull: boolean): Row[] =>
  rows(process).filter(
    ({ command, pid }) =>
      pid !== process.pid &&
      (isFull ? command.includes(pattern) : command.split(' ')[0]!.split('/').at(-1)!.includes(pattern)),
  );

const pgrep: Program = async (process, args) => {
  const options = parseOptions(args, 'fxlao');
  const found = named(process, options.operands[0] ?? '', options.has('f'));
  await process.print(
    found.map(({ pid, command }) => `${pid}${options.has('l') || options.has('a') ? ` ${command}` : ''}\n`).join(''),
  );
  return found.length > 0 ? 0 : 1;
};

const pkill: Program = (process, args) => {
  const words = args.filter((arg) => !/^-[A-Z0-9]+$/.test(arg));
  const signal = args.find((arg) => /^-[A-Z0-9]+$/.test(arg));
  const options = parseOptions(words, 'fx');
  const found = named(process, options.operands[0] ?? '', options.has('f'));
  if (found.length === 0)
    return process.name === 'killall' ? process.fail(`${options.operands[0]}: no process killed`) : 1;
  return killCommand(process, [...(signal ? [signal] : []), ...found.map(({ pid }) => String(pid))], (text) =>
    process.fail(text),
  );
};

const UNITS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** `1.5m` in milliseconds; undefined for what is no time. */
function duration(text: string): number | undefined {
  if (/^inf(inity)?$/.test(text)) return Number.POSITIVE_INFINITY;
  const found = /^(\d*\.?\d+)([smhd]?)$/.exec(text);
  return found ? Number(found[1]) * UNITS[found[2]!]! * 1000 : undefined;
}

const sleep: Program = async (process, args) => {
  if (args.length === 0) throw new UsageFailure('missing operand');
  let total = 0;
  for (const arg of args) {
    const ms = duration(arg);
    if (ms === undefined)
      throw new UsageFailure(
        process.host.flavour === 'gnu' ? `invalid time interval '${arg}'` : `invalid number '${arg}'`,
      );
    total += ms;
  }
  await process.sleep(total);
  return 0;
};

const timeout: Program = async (process, args) => {
  const options = parseOptions(args, '+s:k:t:', { signal: 's', 'kill-after': 'k' });
  const [first = '', ...rest] =
    options.value('t') === undefined ? options.operands : [options.value('t')!, ...options.operands];
  const ms = duration(first);
  if (ms === undefined || rest.length === 0) throw new UsageFailure(`invalid time interval '${first}'`, 125);
  const signal = signalNumber(options.value('s') ?? 'TERM') ?? signals.TERM;
  let isLate = false;
  let timer: { cancel(): void } | undefined;
  try {
    const status = await process.host.start(process, rest, {
      onStart: (child) => {
        if (ms > 0) {
          timer = process.host.clock.after(ms, () => {
            isLate = true;
            child.kill(signal);
          });
        }
      },
    });
    return isLate ? (process.host.flavour === 'gnu' ? 124 : 143) : status;
  } finally {
    timer?.cancel();
  }
};

/** Runs another program in this process's place. */
const launch = (process: Process, argv: readonly string[]) => {
  const found = process.host.which(process, argv[0] ?? '');
  if (!found.startsWith('/'))
    return process.fail(
      `${process.host.flavour === 'gnu' ? `'${argv[0]}'` : `can't execute '${argv[0]}'`}: ${found === 'ENOENT' ? 'No such file or directory' : 'Permission denied'}`,
      found === 'ENOENT' ? 127 : 126,
    );
  return process.host.replace(process, argv);
};

const env: Program = async (process, args) => {
  const options = parseOptions(
    args.map((arg) => (arg === '-' ? '-i' : arg)),
    '+iu:0',
    { 'ignore-environment': 'i', unset: 'u' },
  );
  if (options.has('i')) process.env.clear();
  for (const name of options.values('u')) process.env.delete(name);
  const words = [...options.operands];
  while (/^[^=]+=/.test(words[0] ?? '')) {
    const [name = '', ...value] = words.shift()!.split('=');
    process.env.set(name, value.join('='));
  }
  if (words.length > 0) return launch(process, words);
  await process.print(
    [...process.env].map(([name, value]) => `${name}=${value}${options.has('0') ? '\0' : '\n'}`).join(''),
  );
  return 0;
};

const printenv: Program = async (process, args) => {
  if (args.length === 0) return env(process, []);
  let status = 0;
  for (const name of args) {
    const value = process.env.get(name);
    if (value === undefined) status = 1;
    else await process.print(`${value}\n`);
  }
  return status;
};

const nohup: Program = (process, args) => launch(process, args);
const nice: Program = (process, args) => launch(process, parseOptions(args, '+n:').operands);

const watch: Program = async (process, args) => {
  const options = parseOptions(args, '+n:tdc');
  const ms = Number(options.value('n') ?? 2) * 1000;
  for (;;) {
    await process.print(`\x1b[H\x1b[2JEvery ${(ms / 1000).toFixed(1)}s: ${options.operands.join(' ')}\n\n`);
    try {
      await process.host.start(process, ['sh', '-c', options.operands.join(' ')]);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      return process.fail(`sh: ${error.message}`);
    }
    await process.sleep(ms);
  }
};

const pause: Program = async (process) => {
  await process.sleep(Number.POSITIVE_INFINITY);
  throw new Killed(signals.TERM);
};

export const processCommands: Readonly<Record<string, Program>> = {
  ps,
  top,
  kill: killProgram,
  killall: pkill,
  pkill,
  pgrep,
  pidof: pgrep,
  sleep,
  timeout,
  env,
  printenv,
  nohup,
  nice,
  setsid: nohup,
  watch,
  pause,
};

import type { Dialect } from '../syntax.ts';
import { alias, unalias } from './alias.ts';
import type { Builtin } from './builtin.ts';
import { cd, pwd } from './cd.ts';
import { declare } from './declare.ts';
import { describe } from './describe.ts';
import { echo, printf } from './echo.ts';
import { dirs, popd, pushd } from './folders.ts';
import { getopts } from './getopts.ts';
import { fg, kill, listJobs, wait } from './jobs.ts';
import { exit, loopJump, returns, shift } from './jumps.ts';
import { times, ulimit, umask } from './limits.ts';
import { mapfile } from './mapfile.ts';
import { read } from './read.ts';
import { exporting, set } from './settings.ts';
import { shopt } from './shopt.ts';
import { evaluate, source } from './source.ts';
import { test } from './test.ts';
import { trap } from './trap.ts';
import { letCommand, local, unset } from './variables.ts';

/** Those that not every shell has. */
const OF_SOME: Readonly<Record<string, readonly Dialect[]>> = {
  source: ['ash', 'bash'],
  let: ['ash', 'bash'],
  ...Object.fromEntries(
    ['declare', 'typeset', 'mapfile', 'readarray', 'shopt', 'pushd', 'popd', 'dirs', 'builtin', 'disown'].map(
      (name) => [name, ['bash'] as const],
    ),
  ),
};

/** True for what a shell runs itself. */
export const knows = (dialect: Dialect, name: string): boolean =>
  Object.hasOwn(builtins, name) && (OF_SOME[name]?.includes(dialect) ?? true);

/** Every command that runs in the shell's own process, by its name. */
export const builtins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  true: () => 0,
  false: () => 1,
  echo,
  printf,
  read,
  cd,
  pwd,
  test: (shell, args, pos) => test(shell, args, 'test', pos),
  '[': (shell, args, pos) => test(shell, args, '[', pos),
  set,
  unset,
  local,
  let: letCommand,
  export: (shell, args, pos) => exporting(shell, args, pos, 'isExported', 'export'),
  readonly: (shell, args, pos) => exporting(shell, args, pos, 'isReadOnly', 'readonly'),
  shift,
  getopts,
  eval: evaluate,
  source,
  '.': source,
  exit,
  return: returns,
  break: loopJump('break'),
  continue: loopJump('continue'),
  trap,
  kill,
  wait,
  jobs: (shell) => listJobs(shell),
  fg,
  bg: () => 0,
  alias,
  unalias,
  async command(shell, args, pos) {
    const [first, ...rest] = args;
    if (first === '-v' || first === '-V')
      return describe(shell, rest, first === '-v' ? 'name' : 'sentence', (name) => knows(shell.state.dialect, name));
    const words = first === '-p' || first === '--' ? rest : args;
    return words.length > 0 ? shell.invoke(words, pos, { skipsFunctions: true }) : 0;
  },
  type(shell, args) {
    const names = args.filter((arg) => !/^-[atpP]$/.test(arg));
    const form = shell.state.dialect === 'bash' && args[0] === '-t' ? 'kind' : args[0] === '-p' ? 'name' : 'sentence';
    return describe(shell, names, form, (name) => knows(shell.state.dialect, name));
  },
  hash: () => 0,
  declare,
  typeset: declare,
  mapfile,
  readarray: mapfile,
  shopt,
  pushd,
  popd,
  dirs,
  disown: () => 0,
  builtin: (shell, [name = '', ...args], pos) => {
    if (name && knows(shell.state.dialect, name)) return builtins[name]!(shell, args, pos);
    return shell.complain(`builtin: ${name}: not a shell builtin`, pos).then(() => 1);
  },
  umask,
  ulimit,
  times,
};

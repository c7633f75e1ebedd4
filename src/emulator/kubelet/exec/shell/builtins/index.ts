import { alias, unalias } from './alias.ts';
import type { Builtin } from './builtin.ts';
import { cd, pwd } from './cd.ts';
import { describe } from './describe.ts';
import { echo, printf } from './echo.ts';
import { getopts } from './getopts.ts';
import { fg, kill, listJobs, wait } from './jobs.ts';
import { exit, loopJump, returns, shift } from './jumps.ts';
import { times, ulimit, umask } from './limits.ts';
import { read } from './read.ts';
import { exporting, set } from './settings.ts';
import { evaluate, source } from './source.ts';
import { test } from './test.ts';
import { trap } from './trap.ts';
import { letCommand, local, unset } from './variables.ts';

const isBuiltin = (name: string): boolean => Object.hasOwn(builtins, name);

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
    if (first === '-v' || first === '-V') return describe(shell, rest, first === '-v', isBuiltin);
    const words = first === '-p' || first === '--' ? rest : args;
    return words.length > 0 ? shell.invoke(words, pos, { skipsFunctions: true }) : 0;
  },
  type(shell, args) {
    const names = args.filter((arg) => arg !== '-a');
    return describe(shell, names, false, isBuiltin);
  },
  hash: () => 0,
  umask,
  ulimit,
  times,
};

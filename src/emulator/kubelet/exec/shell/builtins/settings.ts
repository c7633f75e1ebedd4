import type { Shell } from '../context.ts';
import { NAME, quote } from './builtin.ts';

export async function exporting(
  shell: Shell,
  args: string[],
  pos: number,
  mark: 'isExported' | 'isReadOnly',
  word: string,
): Promise<number> {
  const { variables } = shell.state;
  const names = args.filter((arg) => arg !== '-p' && arg !== '--');
  if (names[0] === '-n' && mark === 'isExported') {
    for (const name of names.slice(1)) if (variables.has(name)) variables.get(name)!.isExported = false;
    return 0;
  }
  if (names.length === 0) {
    const prefix = shell.state.dialect === 'bash' ? `declare -${mark === 'isExported' ? 'x' : 'r'}` : word;
    for (const [name, one] of [...variables].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!one[mark]) continue;
      const shown =
        one.value === undefined
          ? ''
          : shell.state.dialect === 'bash'
            ? `="${one.value.replace(/["\\$`]/g, '\\$&')}"`
            : `=${quote(one.value)}`;
      await shell.process.print(`${prefix} ${name}${shown}\n`);
    }
    return 0;
  }
  for (const arg of names) {
    const [, name = '', append, value] = /^([^=+]*)(\+?)(?:=([\s\S]*))?$/.exec(arg) ?? [];
    if (!NAME.test(name)) {
      await shell.complain(
        shell.state.dialect === 'bash'
          ? `${word}: \`${arg}': not a valid identifier`
          : `${word}: ${name || arg}: bad variable name`,
        pos,
      );
      if (shell.state.dialect === 'bash') return 1;
      throw shell.fatal(2);
    }
    if (value !== undefined) {
      if (variables.get(name)?.isReadOnly) {
        await shell.complain(
          shell.state.dialect === 'bash' ? `${name}: readonly variable` : `${word}: ${name}: is read only`,
          pos,
        );
        if (shell.state.dialect === 'bash') return 1;
        throw shell.fatal(2);
      }
      shell.assign(name, append ? (shell.state.get(name) ?? '') + value : value);
    } else if (!variables.has(name)) variables.set(name, { value: undefined, isExported: false, isReadOnly: false });
    variables.get(name)![mark] = true;
  }
  return 0;
}

const OPTION_NAMES: Readonly<Record<string, string>> = {
  errexit: 'e',
  nounset: 'u',
  xtrace: 'x',
  noglob: 'f',
  allexport: 'a',
  noclobber: 'C',
  verbose: 'v',
  noexec: 'n',
  pipefail: 'pipefail',
  monitor: 'm',
  notify: 'b',
  ignoreeof: 'I',
  vi: 'V',
  emacs: 'M',
  errtrace: 'E',
  posix: 'P',
  braceexpand: 'B',
  hashall: 'h',
}; // prettier-ignore

export async function set(shell: Shell, args: string[], pos: number): Promise<number> {
  const { state, process } = shell;
  if (args.length === 0) {
    for (const [name, { value }] of [...state.variables].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (value !== undefined) await process.print(`${name}=${quote(value)}\n`);
    }
    return 0;
  }
  const turn = (option: string, on: boolean) => (on ? state.options.add(option) : state.options.delete(option));
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--' || arg === '-') {
      if (arg === '--' || at + 1 < args.length) state.args = args.slice(at + 1);
      return 0;
    }
    if (!/^[-+]./.test(arg)) {
      state.args = args.slice(at);
      return 0;
    }
    const on = arg[0] === '-';
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        const name = args[++at];
        if (name === undefined) {
          for (const [long, short] of Object.entries(OPTION_NAMES))
            await process.print(`${long.padEnd(16)}${state.options.has(short) ? 'on' : 'off'}\n`);
          return 0;
        }
        const option = state.dialect === 'dash' && name === 'pipefail' ? undefined : OPTION_NAMES[name];
        if (!option) {
          const words = { ash: 'illegal option -o ', dash: 'Illegal option -o ', bash: '' }[state.dialect];
          await shell.complain(`set: ${words}${name}${words ? '' : ': invalid option name'}`, pos);
          throw shell.fatal(2);
        }
        turn(option, on);
      } else if ('aCefhmnuvxbIE'.includes(letter)) turn(letter, on);
      else {
        await shell.complain(
          shell.state.dialect === 'bash'
            ? `set: -${letter}: invalid option`
            : `set: ${shell.state.dialect === 'dash' ? 'I' : 'i'}llegal option -${letter}`,
          pos,
        );
        throw shell.fatal(2);
      }
    }
  }
  return 0;
}

import { REFERENCE, unsetElement } from '../arrays.ts';
import type { Shell } from '../context.ts';
import { arithmetic, keyOf, wordOf } from '../expand.ts';
import { copyOf } from '../state.ts';
import { NAME } from './builtin.ts';
import { declare } from './declare.ts';

export async function unset(shell: Shell, args: string[], pos: number): Promise<number> {
  const { variables, functions } = shell.state;
  const isFunction = args[0] === '-f';
  for (const name of args.filter((arg) => !/^-[fv]$/.test(arg))) {
    const [, array, index = ''] = (shell.state.dialect === 'bash' && REFERENCE.exec(name)) || [];
    if (array && /^[@*]$/.test(index)) variables.delete(array);
    else if (array) unsetElement(shell.state, array, await keyOf(shell, array, wordOf(index)));
    else if (isFunction || (!variables.has(name) && functions.has(name))) functions.delete(name);
    else if (variables.get(name)?.isReadOnly) {
      await shell.complain(
        `unset: ${name}: ${shell.state.dialect === 'bash' ? 'cannot unset: readonly variable' : 'is read only'}`,
        pos,
      );
      return shell.state.dialect === 'bash' ? 1 : 2;
    } else variables.delete(name);
  }
  return 0;
}

export async function local(shell: Shell, args: string[], pos: number): Promise<number> {
  const scope = shell.state.locals.at(-1);
  if (!scope) {
    await shell.complain(
      shell.state.dialect === 'bash' ? 'local: can only be used in a function' : 'local: not in a function',
      pos,
    );
    return 1;
  }
  if (shell.state.dialect === 'bash') return declare(shell, args, pos);
  for (const arg of args) {
    const [, name = '', value] = /^([^=]*)(?:=([\s\S]*))?$/.exec(arg)!;
    if (!NAME.test(name)) continue;
    const known = shell.state.variables.get(name);
    if (!scope.has(name)) scope.set(name, known && copyOf(known));
    if (value !== undefined) shell.assign(name, value);
  }
  return 0;
}

export async function letCommand(shell: Shell, args: string[]): Promise<number> {
  let value = 0n;
  for (const arg of args) value = await arithmetic(shell, arg);
  return value === 0n ? 1 : 0;
}

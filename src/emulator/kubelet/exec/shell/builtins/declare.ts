import { declareArray, elementsOf } from '../arrays.ts';
import type { Shell } from '../context.ts';
import { arithmetic } from '../expand.ts';
import { copyOf, type Variable } from '../state.ts';
import { doubleQuoted } from '../transform.ts';
import { NAME } from './builtin.ts';

/** As `declare -p` shows it, and reads it back. */
function declaration(shell: Shell, name: string, one: Variable): string {
  const letters = [
    one.isMap ? 'A' : one.elements ? 'a' : '',
    one.isInteger ? 'i' : '',
    one.isReadOnly ? 'r' : '',
    one.isExported ? 'x' : '',
  ].join('');
  const items = elementsOf(shell.state, name).map(([key, value]) => `[${key}]=${doubleQuoted(value)}`);
  const value = one.elements
    ? `=(${items.join(' ')}${one.isMap && items.length > 0 ? ' ' : ''})`
    : one.value === undefined
      ? ''
      : `=${doubleQuoted(one.value)}`;
  return `declare -${letters || '-'} ${name}${value}\n`;
}

/** `declare` and `typeset` of bash; within a function they are `local`. */
export async function declare(shell: Shell, args: string[], pos: number): Promise<number> {
  const { state, process } = shell;
  const flags = new Set<string>();
  const words = [...args];
  while (/^[-+][a-zA-Z]+$/.test(words[0] ?? '')) {
    const word = words.shift()!;
    for (const letter of word.slice(1)) flags.add(word[0] === '+' ? `+${letter}` : letter);
  }
  const sorted = [...state.variables].sort(([a], [b]) => (a < b ? -1 : 1));
  if (words.length === 0) {
    for (const [name, one] of flags.has('f') || flags.has('F') ? [] : sorted)
      await process.print(declaration(shell, name, one));
    if (flags.has('F')) for (const name of state.functions.keys()) await process.print(`declare -f ${name}\n`);
    return 0;
  }
  let status = 0;
  for (const word of words) {
    const [, name = '', append, value] = /^([^=+]*)(\+?)(?:=([\s\S]*))?$/.exec(word) ?? [];
    if (flags.has('p')) {
      const known = state.variables.get(name);
      if (known) await process.print(declaration(shell, name, known));
      else {
        await shell.complain(`declare: ${name}: not found`, pos);
        status = 1;
      }
      continue;
    }
    if (flags.has('f') || flags.has('F')) {
      if (!state.functions.has(name)) status = 1;
      else if (flags.has('F')) await process.print(`${name}\n`);
      continue;
    }
    if (!NAME.test(name)) {
      await shell.complain(`declare: \`${word}': not a valid identifier`, pos);
      status = 1;
      continue;
    }
    const scope = flags.has('g') ? undefined : state.locals.at(-1);
    if (scope && !scope.has(name)) {
      const known = state.variables.get(name);
      scope.set(name, known && copyOf(known));
      state.variables.delete(name);
    }
    const known = state.variables.get(name);
    if (known?.isReadOnly && value !== undefined) {
      await shell.complain(`declare: ${name}: readonly variable`, pos);
      status = 1;
      continue;
    }
    if (!known) state.variables.set(name, { value: undefined, isExported: false, isReadOnly: false });
    if (flags.has('a') || flags.has('A')) declareArray(state, name, flags.has('A'));
    if (flags.has('i')) state.variables.get(name)!.isInteger = true;
    if (value !== undefined) {
      const before = append ? (state.get(name) ?? '') : '';
      const isInteger = state.variables.get(name)!.isInteger;
      shell.assign(
        name,
        isInteger ? String(await arithmetic(shell, append ? `${before || 0}+(${value})` : value)) : before + value,
      );
    }
    const variable = state.variables.get(name)!;
    if (flags.has('r')) variable.isReadOnly = true;
    if (flags.has('x')) variable.isExported = true;
    if (flags.has('+x')) variable.isExported = false;
  }
  return status;
}

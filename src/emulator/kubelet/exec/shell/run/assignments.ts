import type { ArrayValue, Assignment } from 'unbash';
import { elementOf, isMap, setElement, setElements } from '../arrays.ts';
import type { Shell } from '../context.ts';
import { arithmetic, expandAssignment, expandText, expandWords, keyOf, wordOf } from '../expand.ts';

/** `name=value`, `name[index]=value` and `name=(words)` as a command of its own. */
export async function assign(shell: Shell, { name, value, append = false, index, pos }: Assignment): Promise<void> {
  const { state } = shell;
  const known = state.variables.get(name);
  if (known?.isReadOnly) {
    await shell.complain(state.dialect === 'bash' ? `${name}: readonly variable` : `${name}: is read only`, pos);
    throw shell.fatal(state.dialect === 'bash' ? 1 : 2);
  }
  if (value.type !== 'Word') {
    setElements(state, name, await itemsOf(shell, name, value), append);
    return;
  }
  const key = index && (await keyOf(shell, name, index));
  const text = await expandAssignment(shell, value);
  const before = key === undefined ? (state.get(name) ?? '') : (elementOf(state, name, key) ?? '');
  const whole = known?.isInteger
    ? String(await arithmetic(shell, append ? `${before || 0}+(${text})` : text))
    : append
      ? before + text
      : text;
  if (key === undefined) shell.assign(name, whole);
  else setElement(state, name, key, whole);
}

const KEYED = /^\[((?:[^[\]]|\[[^\]]*\])*)\](\+?)=([\s\S]*)$/;

/** The words of `(…)`: `[key]=value` names its place. */
async function itemsOf(
  shell: Shell,
  name: string,
  { elements }: ArrayValue,
): Promise<{ key?: string; value: string; adds?: boolean }[]> {
  const items: { key?: string; value: string; adds?: boolean }[] = [];
  let pending: string | undefined;
  for (const word of elements) {
    const [, index, plus, value = ''] = KEYED.exec(word.text) ?? [];
    if (index !== undefined) {
      const key = await keyOf(shell, name, wordOf(index));
      const text = value === '' ? '' : await expandText(shell, wordOf(value));
      items.push({ key, value: text, adds: plus === '+' });
      continue;
    }
    for (const text of await expandWords(shell, [word])) {
      // `declare -A m=(key value key value)`
      if (!isMap(shell.state, name)) items.push({ value: text });
      else if (pending === undefined) pending = text;
      else {
        items.push({ key: pending, value: text });
        pending = undefined;
      }
    }
  }
  return items;
}

/** `A=1 command`: for the command alone, except where it is a special one. */
export async function withAssignments(
  shell: Shell,
  assignments: readonly Assignment[],
  stay: boolean,
  run: () => Promise<number>,
): Promise<number> {
  if (assignments.length === 0) return run();
  const { variables } = shell.state;
  const saved = assignments.map(({ name }) => [name, variables.get(name)] as const);
  for (const one of assignments) {
    await assign(shell, one);
    if (!stay) variables.set(one.name, { ...variables.get(one.name)!, isExported: true });
  }
  try {
    return await run();
  } finally {
    if (!stay) {
      for (const [name, one] of saved) {
        if (one) variables.set(name, one);
        else variables.delete(name);
      }
    }
  }
}

/** `name=value` as an argument: of `export`, `local` and their like. What is in parentheses is not a word: only the name is. */
export async function assignmentWord(shell: Shell, { name, value, append }: Assignment): Promise<string> {
  if (value.type !== 'Word') return name;
  return `${name}${append ? '+' : ''}=${await expandAssignment(shell, value)}`;
}

/** After `declare name`: the arrays that its arguments had. */
export async function assignArrays(shell: Shell, words: readonly Assignment[]): Promise<void> {
  for (const { name, value, append } of words) {
    if (value.type !== 'Word') setElements(shell.state, name, await itemsOf(shell, name, value), append);
  }
}

import type { Assignment } from 'unbash';
import type { Shell } from '../context.ts';
import { expandAssignment } from '../expand.ts';

const NO_ARRAYS = 'arrays are not supported in this simulated shell';

/** `name=value` as a command of its own. */
export async function assign(shell: Shell, { name, value, append, index, pos }: Assignment): Promise<void> {
  const { state } = shell;
  if (value.type !== 'Word' || index) {
    await shell.complain(NO_ARRAYS, pos);
    throw shell.fatal(2);
  }
  const text = await expandAssignment(shell, value);
  if (state.variables.get(name)?.isReadOnly) {
    await shell.complain(state.dialect === 'bash' ? `${name}: readonly variable` : `${name}: is read only`, pos);
    throw shell.fatal(2);
  }
  shell.assign(name, append ? (state.get(name) ?? '') + text : text);
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

/** `name=value` as an argument: of `export`, `local` and their like. */
export async function assignmentWord(shell: Shell, { name, value, append }: Assignment): Promise<string> {
  if (value.type !== 'Word') {
    await shell.complain(NO_ARRAYS);
    throw shell.fatal(2);
  }
  return `${name}${append ? '+' : ''}=${await expandAssignment(shell, value)}`;
}

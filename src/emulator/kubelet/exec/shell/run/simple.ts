import type { Assignment, Command } from 'unbash';
import { specialBuiltins } from '../builtins/special.ts';
import type { Shell } from '../context.ts';
import { expandWords } from '../expand.ts';
import { assign, assignArrays, assignmentWord, withAssignments } from './assignments.ts';
import { runExec } from './exec.ts';
import { redirected } from './redirected.ts';
import { ended } from './status.ts';
import { trace, wordFor } from './trace.ts';

/** `A=1 name words >file`; with `isLast` a program takes the place of the shell. */
export async function runSimple(shell: Shell, node: Command, isLast = false): Promise<number> {
  const { state } = shell;
  const before = state.status;
  const assignments = node.prefix.filter((one): one is Assignment => one.type === 'Assignment');
  const argv: string[] = [];
  for (const one of node.name ? [node.name, ...node.args] : []) {
    if (one.type === 'Word') argv.push(...(await expandWords(shell, [one])));
    else argv.push(await assignmentWord(shell, one));
  }
  const arrays = node.args.filter((one) => one.type === 'Assignment' && one.value.type !== 'Word') as Assignment[];
  const [name] = argv;
  if (name === undefined) return onlyAssignments(shell, node, assignments);
  state.status = before;
  const alias = state.aliases.get(name);
  if (alias !== undefined && node.name!.text === name && /\S/.test(alias)) return runAlias(shell, node, name, alias);
  if (name === 'exec') return runExec(shell, argv.slice(1), node, assignments);
  return redirected(shell, node.redirects, async () => {
    await trace(shell, [...assignments.map(({ text }) => text), ...argv]);
    const invoke = () => shell.invoke(argv, node.pos, { isLast });
    const status = await withAssignments(shell, assignments, specialBuiltins.has(name), invoke);
    await assignArrays(shell, arrays);
    return ended(shell, status);
  });
}

/** No command is left after expansion: the status is that of the last substitution. */
function onlyAssignments(shell: Shell, node: Command, assignments: readonly Assignment[]): Promise<number> {
  shell.state.status = 0;
  return redirected(shell, node.redirects, async () => {
    for (const one of assignments) {
      await assign(shell, one);
      if (!node.name) await trace(shell, [one.value.type === 'Word' ? tracedAssignment(shell, one) : one.text]);
    }
    return ended(shell, shell.state.status);
  });
}

/** `name=value` with the value that it got. */
function tracedAssignment({ state }: Shell, { name, index, append, text }: Assignment): string {
  return index || append ? text : `${name}=${wordFor(state.get(name) ?? '')}`;
}

/** Its text takes the place of the name; the name in it is not an alias again. */
async function runAlias(shell: Shell, node: Command, name: string, alias: string): Promise<number> {
  const { aliases, source } = shell.state;
  const rest = source.slice(node.name!.end, node.end);
  aliases.delete(name);
  try {
    return await shell.execute(alias + rest);
  } finally {
    aliases.set(name, alias);
  }
}

// Commands and flags as data, for the bundle that completes command lines: loading a verb to ask for its flags
// costs more than all else that a TAB needs.
import { withBuiltins } from '../src/cli/builtins.ts';
import type { CommandEntry, Completer, FlagSpec } from '../src/commands/command.ts';
import { commandTable } from '../src/commands/registry.ts';

/** @returns a module that exports what src/commands/registry.ts and src/cli/builtins.ts do, without any verb's code */
export async function completionTable(): Promise<string> {
  const entries = await Promise.all(withBuiltins(commandTable).map((entry) => literal(entry, [])));
  return `const own = (...at) => async (context, flags) => (await import('./own-words.ts')).ownWords(at, context, flags);
export const commandTable = [${entries.join(',\n')}];
export const withBuiltins = (table) => table;
`;
}

/** Help and dispatch are not asked here: no examples, no usage. */
async function literal(entry: CommandEntry, above: readonly string[]): Promise<string> {
  const { name, aliases, group, summary, hidden, complete, load, subcommands } = entry;
  const path = [...above, name];
  const fields = Object.entries({ name, aliases, group, summary, hidden }).map(field);
  if (complete) fields.push(`complete: ${completer(complete, path)}`);
  if (load) {
    const flags = (await load()).flags.map((flag) => flagLiteral(flag, path));
    // In a function: read only where it is this command's turn.
    fields.push(`load: async () => ({ flags: [${flags.join(',')}] }),`);
  }
  if (subcommands) {
    fields.push(`subcommands: [${(await Promise.all(subcommands.map((sub) => literal(sub, path)))).join(',')}]`);
  }
  return `{${fields.join('')}}`;
}

function flagLiteral({ complete, ...data }: FlagSpec, path: readonly string[]): string {
  const fields = Object.entries(data).map(field);
  if (complete) fields.push(`complete: ${completer(complete, path, data.name)}`);
  return `{${fields.join('')}}`;
}

const field = ([name, value]: [string, unknown]): string =>
  value === undefined ? '' : `${JSON.stringify(name)}: ${JSON.stringify(value)},`;

/** What a command finds out by code of its own is asked of that code, by the place where it stands in the table. */
function completer(what: Completer, path: readonly string[], flag?: string): string {
  if (what.from !== 'own') return `${JSON.stringify(what)},`;
  const place = JSON.stringify([path, ...(flag === undefined ? [] : [flag])]).slice(1, -1);
  return `{ from: 'own', ${what.repeat ? 'repeat: true, ' : ''}list: own(${place}) },`;
}

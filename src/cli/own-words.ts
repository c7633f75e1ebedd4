import type { CommandContext, CommandEntry, FlagValues } from '../commands/command.ts';
import { commandTable } from '../commands/registry.ts';
import { withBuiltins } from './builtins.ts';
import { createContext } from './context.ts';

/**
 * What a command itself offers in one place. The bundle that completes has commands as data
 * (scripts/completion-table.ts) and asks here for what only their code knows.
 * @param place the words that name the command, and the flag whose value is typed; without, it is an argument
 */
export async function ownWords(
  [path, flag]: readonly [path: readonly string[], flag?: string],
  context: CommandContext,
  flags: FlagValues,
): Promise<readonly string[]> {
  let candidates: readonly CommandEntry[] | undefined = withBuiltins(commandTable);
  let entry: CommandEntry | undefined;
  for (const word of path) {
    entry = candidates?.find(({ name }) => name === word);
    candidates = entry?.subcommands;
  }
  const completer =
    flag === undefined ? entry?.complete : (await entry?.load?.())?.flags.find(({ name }) => name === flag)?.complete;
  if (completer?.from !== 'own') return [];
  // The bundle that asks has no emulator in it.
  return completer.list({ ...context, snapshots: createContext(context).snapshots }, flags);
}

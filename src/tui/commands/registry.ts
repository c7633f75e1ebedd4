import type { ActionHost } from '../actions/action.ts';
import { expandAlias } from '../settings/expand-alias.ts';
import { isAddress } from '../state/address.ts';
import type { CompletionFacts } from '../state/known-names.ts';
import type { Remembered } from '../state/memory.ts';
import { bookmarkCommands } from './bookmarks.ts';
import { changeCommands } from './changes.ts';
import type { DashboardCommand } from './command.ts';
import { forwardsCommand } from './forwards.ts';
import { generalCommands } from './general.ts';
import { historyCommand } from './history.ts';
import { layersCommand } from './images.ts';
import { kctlCommand } from './kctl.ts';
import { logsCommand } from './logs.ts';
import { notifyCommand } from './notify.ts';
import { objectCommands } from './one-object.ts';
import { openAddress } from './open-address.ts';
import { parseLine } from './parse-line.ts';
import { placeCommands } from './places.ts';
import { recordCommands } from './record.ts';
import { rolloutCommands } from './rollout.ts';
import { settingsCommands } from './settings.ts';
import { snapshotCommand } from './snapshot.ts';
import { openKind } from './table.ts';
import { wideCommands } from './wide.ts';
import { workspaceCommands } from './workspaces.ts';

/** Every word of the command line that is no kind. */
export const dashboardCommands: readonly DashboardCommand[] = [
  ...placeCommands,
  ...wideCommands,
  ...objectCommands,
  ...changeCommands,
  kctlCommand,
  ...bookmarkCommands,
  ...workspaceCommands,
  ...generalCommands,
  ...settingsCommands,
  ...rolloutCommands,
  forwardsCommand,
  layersCommand,
  logsCommand,
  snapshotCommand,
  historyCommand,
  ...recordCommands,
  notifyCommand,
];

const byName: ReadonlyMap<string, DashboardCommand> = new Map(
  dashboardCommands.flatMap((command) => command.names.map((name) => [name, command] as const)),
);

/** Does what a line says. @throws whatever the command throws */
export async function runLine(host: ActionHost, text: string): Promise<void> {
  if (isAddress(text)) return openAddress(host, text);
  const line = parseLine(expandAlias(text, host.userFiles.aliases).replace(/^\s*@(?=\S)/, 'at '));
  if (!line) return;
  const command = byName.get(line.word.toLowerCase());
  await (command ? command.run(host, line) : openKind(host, line));
}

const limit = 30;

/**
 * Lines that `text` may become, best first: whole words before longer ones, kinds that can be listed only.
 * @param aliases words of the user's own
 */
export function completeLine(
  text: string,
  facts: CompletionFacts,
  remembered: Remembered,
  aliases: readonly string[] = [],
): string[] {
  const line = text.replace(/^\s+/, '');
  const space = line.lastIndexOf(' ');
  const head = line.slice(0, space + 1);
  const last = line.slice(space + 1).toLowerCase();
  const candidates = space < 0 ? firstWords(facts, aliases) : nextWords(head, facts, remembered);
  const matching = candidates.filter((word) => word.toLowerCase().startsWith(last));
  return [...new Set(matching)].slice(0, limit).map((word) => head + word);
}

function firstWords({ resources }: CompletionFacts, aliases: readonly string[]): string[] {
  const names = new Set([...aliases, ...dashboardCommands.map((command) => command.names[0]!)]);
  for (const resource of resources) {
    if (!resource.verbs.includes('list')) continue;
    names.add(resource.plural);
    for (const short of resource.shortNames) names.add(short);
  }
  return [...names].sort((a, b) => a.localeCompare(b));
}

function nextWords(head: string, facts: CompletionFacts, remembered: Remembered): readonly string[] {
  const line = parseLine(head);
  if (!line) return [];
  const command = byName.get(line.word.toLowerCase());
  if (command) return command.complete?.(facts, line.args, remembered) ?? [];
  const contexts = facts.contexts.map((name) => `@${name}`);
  return line.args.length === 0 ? [...facts.namespaces, 'all', ...contexts] : contexts;
}

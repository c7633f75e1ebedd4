import type { HotKey } from '../../settings/user-files.ts';
import { everyView } from '../actions/action.ts';
import type { OwnAction } from './key-map.ts';
import { allVariablesOf, fillIn } from './variables.ts';

/** Keys that run a line of the command line, as actions. */
export function hotKeyActions(hotKeys: Readonly<Record<string, HotKey>>): OwnAction[] {
  return Object.entries(hotKeys).map(([name, { shortCut, command, description, override = false }]) => ({
    key: shortCut,
    override,
    from: `hotkeys.yaml hotKeys.${name}`,
    action: {
      id: `hotkey/${name}`,
      label: description || `:${command}`,
      group: 'Yours',
      views: everyView,
      apply: async (context) =>
        context.host.command(fillIn(command.replace(/^:/, ''), await allVariablesOf(context, [command]))),
    },
  }));
}

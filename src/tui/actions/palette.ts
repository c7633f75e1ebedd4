import { dashboardCommands } from '../commands/registry.ts';
import { keyLabel } from '../keys.ts';
import type { PickerItem } from '../state/picker.ts';
import { say } from '../words/say.ts';
import { type Action, type ActionContext, everyView } from './action.ts';
import { reasonDisabled } from './disabled.ts';

/** Everything that can be done or gone to from here, each with what it is. */
function paletteItems(context: ActionContext): PickerItem[] {
  const { known, memory } = context.host;
  const done = context.host
    .bindings()
    .filter(({ action }) => action.id !== 'palette' && action.group !== 'Move' && !reasonDisabled(action, context))
    .map(({ binding, action }) => ({
      id: `action ${action.id}`,
      label: say(action.label),
      detail: keyLabel(binding.keys[0]!),
    }));
  const bookmarks = Object.entries(memory.known.bookmarks).map(([name, line]) => ({
    id: `line open ${line}`,
    label: name,
    detail: say('bookmark'),
  }));
  const commands = dashboardCommands.map(({ names, about }) => ({
    id: `prompt ${names[0]}`,
    label: `:${names[0]}`,
    detail: say(about),
  }));
  const kinds = known.resources
    .filter(({ verbs }) => verbs.includes('list'))
    .map(({ plural, group, shortNames }) => ({
      id: `line ${group ? `${plural}.${group}` : plural}`,
      label: group ? `${plural}.${group}` : plural,
      detail: [...shortNames, say('kind')].join(' '),
    }));
  const namespaces = known.namespaces.map((name) => ({
    id: `line ns ${name}`,
    label: name,
    detail: say('namespace'),
  }));
  const contexts = known.contexts.map((name) => ({ id: `line ctx ${name}`, label: name, detail: say('context') }));
  return [...done, ...bookmarks, ...kinds, ...namespaces, ...contexts, ...commands];
}

/** What an item of the palette does, by the first word of its id. */
const taken: Readonly<Record<string, (context: ActionContext, rest: string) => void>> = {
  action: ({ host }, id) => host.perform(id),
  line: ({ host }, line) => host.command(line),
  prompt: ({ host }, word) => host.prompt('command', `${word} `),
};

export const paletteAction: Action = {
  id: 'palette',
  label: 'Everything',
  group: 'General',
  views: everyView,
  async apply(context) {
    const picked = await context.host.pick({ title: say('Do or go to'), items: paletteItems(context) });
    const id = picked?.items[0]?.id;
    if (id === undefined) return;
    const space = id.indexOf(' ');
    taken[id.slice(0, space)]!(context, id.slice(space + 1));
  },
};

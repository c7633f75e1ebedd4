import { aliasesResource } from '../views/local/aliases.ts';
import { type Action, type ActionContext, everyView } from './action.ts';

const base = { group: 'General', views: everyView } as const;

export const generalActions: readonly Action[] = [
  { ...base, id: 'command', label: 'Go to', hint: true, apply: ({ host }) => host.prompt('command') },
  {
    ...base,
    id: 'filter',
    label: 'Filter',
    hint: true,
    apply: ({ host, model }) => host.prompt('filter', model.filter()),
  },
  {
    ...base,
    id: 'help',
    label: 'Help',
    hint: true,
    disabled: ({ model }) => (isHelp(model) ? 'this is the help' : undefined),
    apply: (context) => context.host.openHelp(),
  },
  { ...base, id: 'back', label: 'Back', hint: ['document', 'logs'], apply: back },
  {
    ...base,
    id: 'back-or-quit',
    label: 'Back or quit',
    apply: ({ host }) => {
      if (!host.back()) host.quit();
    },
  },
  { ...base, id: 'view-before', label: 'View before', apply: ({ host }) => host.visit('before') },
  { ...base, id: 'view-after', label: 'View after', apply: ({ host }) => host.visit('after') },
  { ...base, id: 'view-last', label: 'There and back', apply: ({ host }) => host.visit('last') },
  { ...base, id: 'quit', label: 'Quit', apply: ({ host }) => host.quit() },
  { ...base, id: 'refresh', label: 'Refresh', apply: ({ model }) => model.refresh() },
  { ...base, id: 'header', label: 'Header on/off', apply: ({ host }) => host.toggle('header') },
  { ...base, id: 'crumbs', label: 'Trail on/off', apply: ({ host }) => host.toggle('crumbs') },
  { ...base, id: 'aliases', label: 'All kinds', apply: ({ host }) => host.openTable({ resource: aliasesResource }) },
];

function isHelp(model: ActionContext['model']): boolean {
  return model.view.type === 'document' && model.view.content === 'help';
}

/** Esc takes back the nearest thing: the filter, then the marks, then the view. */
function back({ host, model }: ActionContext): void {
  if (model.filter() !== '') model.setFilter('');
  else if (!host.back()) host.toast('info', 'This is the first view. q quits.');
}

import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import { type Action, everyView } from './action.ts';

const favouriteKeys = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** Going to namespaces by a key. */
export const placeActions: readonly Action[] = [
  {
    id: 'all-namespaces',
    label: 'All namespaces',
    group: 'Show',
    views: ['table'],
    disabled: ({ model }) =>
      model instanceof TableModel && !model.view.resource.namespaced ? 'this kind is not in namespaces' : undefined,
    apply: ({ host }) => host.setNamespace(undefined),
  },
  ...favouriteKeys.map(
    (key): Action => ({
      id: `namespace-${key}`,
      label: `Namespace ${key}`,
      group: 'Show',
      views: ['table'],
      optional: true,
      disabled: ({ host }) =>
        host.memory.known.favourites[key - 1] === undefined ? 'no namespace has this key yet' : undefined,
      apply: ({ host }) => host.setNamespace(host.memory.known.favourites[key - 1]),
    }),
  ),
  {
    id: 'use-namespace',
    label: 'Use',
    group: 'Show',
    kinds: ['namespaces'],
    views: ['table'],
    optional: true,
    hint: true,
    disabled: ({ target }) => (target ? undefined : 'no row is selected'),
    apply({ host, model, target }) {
      const { name } = target!;
      if (!(model instanceof TableModel)) return;
      const { resource, filter, sort } = model.view;
      host.switchTable({ resource, filter, ...(sort && { sort }) }, { namespace: name });
      host.toast('info', say('Views that open now are of namespace {name}', { name }));
    },
  },
  { id: 'namespaces', label: 'Namespaces', group: 'Show', views: everyView, apply: ({ host }) => host.command('ns') },
  {
    id: 'warp',
    label: "Row's namespace",
    group: 'Show',
    views: ['table'],
    disabled: ({ target }) => (target?.namespace ? undefined : 'this row is in no namespace'),
    apply: ({ host, target }) => host.setNamespace(target!.namespace),
  },
];

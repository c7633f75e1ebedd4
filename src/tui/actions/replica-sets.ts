import type { Action } from './action.ts';

/** A deployment's replica sets: what it can be rolled back to. */
export const replicaSetsAction: Action = {
  id: 'replica-sets',
  label: 'Replica sets',
  group: 'Show',
  views: ['table'],
  verb: 'get',
  kinds: ['deployments.apps'],
  optional: true,
  disabled: ({ target }) => (target ? undefined : 'no row is selected'),
  async apply({ host, model, target }) {
    const { namespace, name, uid } = target!;
    const resource = await host.resolveKind('replicasets.apps');
    const owner = uid ?? (await host.services.get(target!.resource, namespace, name)).metadata.uid;
    // The user may have gone on while the kind was looked up.
    if (host.current() !== model) return;
    host.openTable({
      resource,
      scope: namespace === undefined ? {} : { namespace },
      ...(owner && { owner }),
      of: `deploy/${name}`,
    });
  },
};

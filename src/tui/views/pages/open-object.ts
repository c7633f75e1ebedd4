import type { ActionHost } from '../../actions/action.ts';
import type { ObjectRef } from '../view.ts';

/** Goes to one object: its kind's table, with it alone in it. */
export function openObject(host: ActionHost, { resource, namespace, name }: ObjectRef): void {
  host.openTable({
    resource,
    scope: { ...(namespace !== undefined && { namespace }), name },
    of: `${resource.singular || resource.plural}/${name}`,
  });
}

import { groupResource } from '../../api/resource.ts';
import type { Action, ActionContext } from './action.ts';

/** The kind that actions work on: of the object under the cursor, else of the table. */
export function kindAt({ model, target }: Pick<ActionContext, 'model' | 'target'>): string | undefined {
  if (target) return groupResource(target.resource);
  return model.view.type === 'table' ? groupResource(model.view.resource) : undefined;
}

/** Why `action` cannot be used now; undefined when it can. Kinds are checked before the action's own reasons. */
export function reasonDisabled(action: Action, context: ActionContext): string | undefined {
  const { view } = context.model;
  // Rows of some tables are of several kinds, and pages have a kind under their cursor at most.
  const resource = context.target?.resource ?? (view.type === 'table' ? view.resource : undefined);
  const isTold = view.type === 'table' || (view.type === 'page' && resource !== undefined);
  if (action.kinds && isTold && !action.kinds.includes(groupResource(resource!))) {
    return `not for ${resource!.plural}`;
  }
  if (changes(action) && context.host.userFiles.settings.readOnly) return 'the dashboard is read-only';
  return (action.danger ? context.model.disarmed?.() : undefined) ?? action.disabled?.(context);
}

const readingVerbs = ['get', 'list', 'watch'];

/** Whether an action may change something in the cluster. */
function changes({ danger, verb }: Action): boolean {
  return danger === true || (verb !== undefined && !readingVerbs.includes(verb));
}

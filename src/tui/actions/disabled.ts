import { groupResource } from '../../api/resource.ts';
import type { Action, ActionContext } from './action.ts';

/** Why `action` cannot be used now; undefined when it can. Kinds are checked before the action's own reasons. */
export function reasonDisabled(action: Action, context: ActionContext): string | undefined {
  const { view } = context.model;
  if (action.kinds && view.type === 'table' && !action.kinds.includes(groupResource(view.resource))) {
    return `not for ${view.resource.plural}`;
  }
  return action.disabled?.(context);
}

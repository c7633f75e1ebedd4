import { groupResource } from '../../api/resource.ts';
import { defaultKeys, type KeyBinding } from '../keys.ts';
import { isNamed, type View } from '../views/view.ts';
import type { Action, ActionContext } from './action.ts';
import { changeActions } from './change.ts';
import { generalActions } from './general.ts';
import { moveActions } from './move.ts';
import { paneActions } from './panes.ts';
import { showActions } from './show.ts';
import { tableActions } from './table.ts';
import { textActions } from './text.ts';

/** Every action of the dashboard by id. */
export const actions: ReadonlyMap<string, Action> = new Map(
  [
    ...generalActions,
    ...moveActions,
    ...showActions,
    ...changeActions,
    ...tableActions,
    ...textActions,
    ...paneActions,
  ].map((action) => [action.id, action]),
);

/** Whether a binding of `action` means something in `view`. */
function applies({ views }: KeyBinding, action: Action, view: View): boolean {
  return isNamed(view, action.views) && (views === undefined || isNamed(view, views));
}

/** The action that `key` means in `view`. */
export function actionForKey(key: string, view: View, bindings = defaultKeys): Action | undefined {
  for (const binding of bindings) {
    if (!binding.keys.includes(key)) continue;
    const action = actions.get(binding.action);
    if (action && applies(binding, action, view)) return action;
  }
  return undefined;
}

/** Why `action` cannot be used now; undefined when it can. Kinds are checked before the action's own reasons. */
export function reasonDisabled(action: Action, context: ActionContext): string | undefined {
  const { view } = context.model;
  if (action.kinds && view.type === 'table' && !action.kinds.includes(groupResource(view.resource))) {
    return `not for ${view.resource.plural}`;
  }
  return action.disabled?.(context);
}

/** Bindings that mean something in `view`, with their actions, in the order of the key map. */
export function bindingsFor(view: View, bindings = defaultKeys): { binding: KeyBinding; action: Action }[] {
  return bindings.flatMap((binding) => {
    const action = actions.get(binding.action);
    return action && applies(binding, action, view) ? [{ binding, action }] : [];
  });
}

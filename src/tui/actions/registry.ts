import { groupResource } from '../../api/resource.ts';
import { defaultKeys, type KeyBinding } from '../keys.ts';
import type { Action, ActionContext } from './action.ts';
import { changeActions } from './change.ts';
import { generalActions } from './general.ts';
import { moveActions } from './move.ts';
import { showActions } from './show.ts';
import { tableActions } from './table.ts';
import { textActions } from './text.ts';

/** Every action of the dashboard by id. */
const actions: ReadonlyMap<string, Action> = new Map(
  [...generalActions, ...moveActions, ...showActions, ...changeActions, ...tableActions, ...textActions].map(
    (action) => [action.id, action],
  ),
);

/** The action that `key` means in `view`. */
export function actionForKey(key: string, view: Action['views'][number], bindings = defaultKeys): Action | undefined {
  for (const binding of bindings) {
    if (!binding.keys.includes(key)) continue;
    const action = actions.get(binding.action);
    if (action && (binding.views ?? action.views).includes(view) && action.views.includes(view)) return action;
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
export function bindingsFor(
  view: Action['views'][number],
  bindings = defaultKeys,
): { binding: KeyBinding; action: Action }[] {
  return bindings.flatMap((binding) => {
    const action = actions.get(binding.action);
    if (!action?.views.includes(view) || !(binding.views ?? action.views).includes(view)) return [];
    return [{ binding, action }];
  });
}

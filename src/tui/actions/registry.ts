import { defaultKeys, type KeyBinding } from '../keys.ts';
import { isNamed, type View } from '../views/view.ts';
import type { Action, BoundAction, KeyMap } from './action.ts';
import { benchAction } from './bench.ts';
import { changeActions } from './change.ts';
import { forwardActions } from './forwards.ts';
import { generalActions } from './general.ts';
import { helmActions } from './helm.ts';
import { historyActions } from './history.ts';
import { imageActions, layerActions } from './images.ts';
import { logActions } from './logs.ts';
import { moveActions } from './move.ts';
import { objectActions } from './object.ts';
import { pageActions } from './pages.ts';
import { paletteAction } from './palette.ts';
import { paneActions } from './panes.ts';
import { placeActions } from './places.ts';
import { replicaSetsAction } from './replica-sets.ts';
import { rolloutActions } from './rollout.ts';
import { showActions } from './show.ts';
import { tableActions } from './table.ts';
import { textActions } from './text.ts';

/** Every action of the dashboard by id. */
export const actions: ReadonlyMap<string, Action> = new Map(
  [
    ...generalActions,
    ...moveActions,
    ...pageActions,
    ...helmActions,
    ...layerActions,
    ...imageActions,
    ...forwardActions,
    benchAction,
    ...showActions,
    ...objectActions,
    ...changeActions,
    replicaSetsAction,
    ...rolloutActions,
    ...tableActions,
    ...textActions,
    ...logActions,
    ...paneActions,
    ...historyActions,
    ...placeActions,
    paletteAction,
  ].map((action) => [action.id, action]),
);

/** What keys mean where the user has not said otherwise. */
export const usualKeyMap: KeyMap = { bindings: defaultKeys, actions };

/** Whether a binding of `action` means something in `view`. */
function applies({ views }: KeyBinding, action: Action, view: View): boolean {
  if (action.applies && !action.applies(view)) return false;
  const asTable = view.type === 'page' && view.objects === true && action.verb !== undefined;
  const isMeant = (names: readonly string[]) => isNamed(view, names) || (asTable && names.includes('table'));
  return isMeant(action.views) && (views === undefined || isMeant(views));
}

/**
 * The actions that `key` may mean in `view`: the one for the kind under the cursor where there is one, so that a key
 * may mean something else for each kind; else all those that are for other kinds, in the order of the key map.
 */
export function actionsForKey(key: string, view: View, kind?: string, map = usualKeyMap): Action[] {
  const others = new Set<Action>();
  for (const binding of map.bindings) {
    if (!binding.keys.includes(key)) continue;
    const action = map.actions.get(binding.action);
    if (!action || !applies(binding, action, view)) continue;
    if (!action.kinds || kind === undefined || action.kinds.includes(kind)) return [action];
    others.add(action);
  }
  return [...others];
}

/** Bindings that mean something in `view`, with their actions, in the order of the key map. */
export function bindingsFor(view: View, map = usualKeyMap): BoundAction[] {
  return map.bindings.flatMap((binding) => {
    const action = map.actions.get(binding.action);
    return action && applies(binding, action, view) ? [{ binding, action }] : [];
  });
}

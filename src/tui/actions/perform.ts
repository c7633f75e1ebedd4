import { keyLabel } from '../keys.ts';
import { say, sayAssembled } from '../words/say.ts';
import type { Action, ActionContext, KeyMap } from './action.ts';
import { kindAt, notForKind, reasonDisabled } from './disabled.ts';
import { actionsForKey } from './registry.ts';

/** Does what the key of that id means where the user is, as `performAction` does; a key without a meaning is let go. */
export async function performKey(id: string, context: ActionContext, map: KeyMap): Promise<void> {
  const meant = actionsForKey(id, context.model.view, kindAt(context), map);
  const [action] = meant;
  if (!action) return;
  const labels = [...new Set(meant.map(({ label }) => say(label)))];
  const kind = notForKind(action, context);
  // Which of several is missed here nobody can tell: no one of them is named as the one that was asked for.
  if (labels.length > 1 && kind !== undefined) {
    const words = { key: keyLabel(id), kind, actions: labels.join(', ') };
    context.host.toast('info', say('{key} does nothing for {kind} (for other kinds: {actions})', words));
    return;
  }
  return performAction(action, context, keyLabel(id));
}

/** Does what an action says: refuses with its reason, asks where it has a plan. What fails is thrown. */
export async function performAction(action: Action, context: ActionContext, key = ''): Promise<void> {
  const { host } = context;
  const reason = reasonDisabled(action, context);
  if (reason) {
    host.toast('info', `${key ? `${key} ` : ''}${say(action.label)}: ${sayAssembled(reason)}`);
    return;
  }
  const { plan } = action;
  if (!plan) return action.apply(context, {});
  const planned = plan.call(action, context);
  const request = planned instanceof Promise ? await planned : planned;
  if (!request) return action.apply(context, {});
  const values = await host.ask({ ...request, danger: action.danger ?? false });
  if (values) await action.apply(context, values);
}

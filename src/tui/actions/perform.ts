import { say, sayAssembled } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';
import { reasonDisabled } from './disabled.ts';

/** Does what an action says: refuses with its reason, asks where it has a plan. What fails is thrown. */
export async function performAction(action: Action, context: ActionContext, key: string): Promise<void> {
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

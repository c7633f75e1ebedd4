import { RolloutPage } from '../views/rollout/rollout-page.ts';
import type { Action, ActionContext } from './action.ts';
import { workloadActions } from './change/workloads.ts';
import { reasonDisabled } from './disabled.ts';
import { rolloutChanges } from './rollout-changes.ts';

const views = ['page/rollout'];

const byId = new Map([...workloadActions, ...rolloutChanges].map((action) => [action.id, action]));

/** On the page of a rollout the cursor stands on pods, and what is done is done to what owns them. */
function ofWorkload(id: string, of: string, label: string, hint = true): Action {
  const action = byId.get(of)!;
  const about = (context: ActionContext): ActionContext => ({
    ...context,
    target: context.model instanceof RolloutPage ? context.model.workload : context.target,
  });
  return {
    ...{ id, label, hint, views, group: 'Change', danger: true },
    ...(action.verb !== undefined && { verb: action.verb }),
    disabled: (context) => reasonDisabled(action, about(context)),
    apply: (context, values) => action.apply(about(context), values),
  };
}

const turning = (id: string, label: string, by: 1 | -1, hint: boolean): Action => ({
  ...{ id, label, hint, views, group: 'Show' },
  apply: ({ model }) => (model instanceof RolloutPage ? model.turn(by) : undefined),
});

export const rolloutActions: readonly Action[] = [
  ...rolloutChanges,
  turning('rollout-part', 'Next part', 1, true),
  turning('rollout-part-before', 'Part before', -1, false),
  ofWorkload('rollout-page-pause', 'rollout-pause', 'Pause, resume'),
  ofWorkload('rollout-page-undo', 'rollout-undo', 'Roll back'),
  ofWorkload('rollout-page-restart', 'restart', 'Restart'),
  ofWorkload('rollout-page-promote', 'rollout-promote', 'Promote'),
];

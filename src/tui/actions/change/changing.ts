import type { ObjectRef } from '../../views/view.ts';
import type { Action, ActionContext } from '../action.ts';
import type { Change } from './change.ts';
import { propose } from './propose.ts';
import { needsObject, ofKinds, targetsOf } from './targets.ts';

interface Changing extends Omit<Action, 'group' | 'apply' | 'views'> {
  verb: string;
  views?: readonly string[];
  /** The change of what is marked or under the cursor; undefined where the user thought better of it. */
  make(context: ActionContext, targets: readonly ObjectRef[]): Change | undefined | Promise<Change | undefined>;
}

/** An action that changes objects by command lines, after it has asked. */
export function changing({ make, ...rest }: Changing): Action {
  const right = rest.right ?? { verb: rest.verb };
  return {
    group: 'Change',
    views: ['table'],
    danger: true,
    optional: rest.kinds !== undefined,
    disabled: needsObject,
    ...rest,
    right,
    async apply(context) {
      const change = await make(context, ofKinds(targetsOf(context), rest.kinds));
      if (change) await propose(context, { access: right, ...change });
    },
  };
}

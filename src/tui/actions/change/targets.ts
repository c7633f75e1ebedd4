import { groupResource } from '../../../api/resource.ts';
import { localGroup } from '../../views/local/local-table.ts';
import { TableModel } from '../../views/table-model.ts';
import type { ObjectRef } from '../../views/view.ts';
import type { ActionContext } from '../action.ts';

/** Everything that a change is for: what is marked, else what is under the cursor. */
export function targetsOf({ model, target }: ActionContext): ObjectRef[] {
  return model.targets?.() ?? (target ? [target] : []);
}

export function needsObject(context: ActionContext): string | undefined {
  const [first] = targetsOf(context);
  if (!first) return 'no row is selected';
  return first.resource.group === localGroup ? 'these rows are no objects of the cluster' : undefined;
}

/** The objects of kinds that an action is for; pages have rows of several. */
export function ofKinds(targets: readonly ObjectRef[], kinds: readonly string[] | undefined): ObjectRef[] {
  return targets.filter(({ resource }) => !kinds || kinds.includes(groupResource(resource)));
}

/** How many of the marked rows the filter hides: who acts on them should know that they are there. */
export function hiddenTargets({ model }: ActionContext): number {
  return model instanceof TableModel ? model.hiddenMarkCount : 0;
}

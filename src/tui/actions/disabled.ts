import { groupResource } from '../../api/resource.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';

/** The kind that actions work on: of the object under the cursor, else of the table. */
export function kindAt({ model, target }: Pick<ActionContext, 'model' | 'target'>): string | undefined {
  if (target) return groupResource(target.resource);
  return model.view.type === 'table' ? groupResource(model.view.resource) : undefined;
}
/** What changes nothing: it may be asked of the past, too. */
const reading: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** Why `action` cannot be used now; undefined when it can. Kinds are checked before the action's own reasons. */
export function reasonDisabled(action: Action, context: ActionContext): string | undefined {
  const { view } = context.model;
  // Rows of some tables are of several kinds, and pages have a kind under their cursor at most.
  const resource = context.target?.resource ?? (view.type === 'table' ? view.resource : undefined);
  const isTold = view.type === 'table' || (view.type === 'page' && resource !== undefined);
  if (action.kinds && isTold && !action.kinds.includes(groupResource(resource!))) {
    return `not for ${resource!.plural}`;
  }
  if (context.host.past.at !== undefined && (action.danger || (action.verb && !reading.has(action.verb)))) {
    return say('the screen shows the past (= goes live)');
  }
  return action.disabled?.(context);
}

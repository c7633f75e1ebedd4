import { groupResource } from '../../api/resource.ts';
import { type AccessQuestion, accessOf, questionOf, questionText } from '../state/access.ts';
import { deniedBy } from '../state/guards.ts';
import { say } from '../words/say.ts';
import type { Action, ActionContext } from './action.ts';

/** The kind that actions work on: of the object under the cursor, else of the table. */
export function kindAt({ model, target }: Pick<ActionContext, 'model' | 'target'>): string | undefined {
  if (target) return groupResource(target.resource);
  return model.view.type === 'table' ? groupResource(model.view.resource) : undefined;
}

/** What the kind under the cursor is called, where `action` is for others; undefined where it is for it, or no kind is known. */
export function notForKind(action: Action, context: ActionContext): string | undefined {
  const { view } = context.model;
  // Rows of some tables are of several kinds, and pages have a kind under their cursor at most.
  const resource = context.target?.resource ?? (view.type === 'table' ? view.resource : undefined);
  const isTold = view.type === 'table' || (view.type === 'page' && resource !== undefined);
  return action.kinds && isTold && !action.kinds.includes(groupResource(resource!)) ? resource!.plural : undefined;
}

/** Why `action` cannot be used now; undefined when it can. Kinds are checked before the action's own reasons. */
export function reasonDisabled(action: Action, context: ActionContext): string | undefined {
  const otherKind = notForKind(action, context);
  if (otherKind !== undefined) return `not for ${otherKind}`;
  if (changes(action) && context.host.userFiles.settings.readOnly) return 'the dashboard is read-only';
  if (changes(action) && context.host.past.at !== undefined) return say('the screen shows the past (= goes live)');
  return (
    forbidden(action, context) ?? (action.danger ? context.model.disarmed?.() : undefined) ?? action.disabled?.(context)
  );
}

/** What the settings, or the cluster's rules as far as they are known, keep from being done. */
function forbidden(action: Action, { host, target }: ActionContext): string | undefined {
  if (!changes(action)) return undefined;
  if (host.past.at !== undefined) return say('the screen shows the past (= goes live)');
  const denied =
    deniedBy(host, action.id, target?.namespace) ??
    // Who forbids to delete forbids to kill and to uninstall too.
    (action.verb ? deniedBy(host, action.verb, target?.namespace) : undefined);
  if (denied || !target || !action.right) return denied;
  const question = questionOf(action.right, target);
  return accessOf(host.services).known(question) === false ? `you may not ${questionText(question)}` : undefined;
}

/** The questions that tell whether what can be done here may be done. */
export function accessQuestions({ host, target }: ActionContext, actions: readonly Action[]): AccessQuestion[] {
  if (!target) return [];
  const questions = actions
    .filter((action) => changes(action) && (!action.kinds || action.kinds.includes(groupResource(target.resource))))
    .flatMap(({ right }) => (right ? [questionOf(right, target)] : []));
  const access = accessOf(host.services);
  return [...new Map(questions.map((one) => [questionText(one), one])).values()].filter(
    (one) => access.known(one) === undefined,
  );
}

const readingVerbs = ['get', 'list', 'watch'];

/** Whether an action may change something in the cluster. */
function changes({ danger, verb }: Action): boolean {
  return danger === true || (verb !== undefined && !readingVerbs.includes(verb));
}

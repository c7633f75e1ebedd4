import { groupResource } from '../../api/resource.ts';
import type { SourceState } from '../../api/source.ts';
import { TableModel } from './table-model.ts';
import type { ViewModel, ViewTitle } from './view-model.ts';

/** The nearest view that is live: it knows how fresh what is on the screen is. */
export function liveModel(stack: readonly ViewModel[]): ViewModel {
  return stack.findLast((model) => model.connection() !== undefined) ?? stack.at(-1)!;
}

/** True where the object that a page is about has left the table it was opened from. */
function isGone(stack: readonly ViewModel[]): boolean {
  const target = stack.at(-1)!.target();
  const table = stack.findLast((model) => model instanceof TableModel);
  if (!target || !table || table === stack.at(-1)) return false;
  return groupResource(table.view.resource) === groupResource(target.resource) && !table.holds(target);
}

/** The title of what is seen in a pane, with what its surroundings know of it. */
export function shownTitle(
  stack: readonly ViewModel[],
  past: { at: number | undefined; notes(model: ViewModel): string[] },
): ViewTitle {
  const model = stack.at(-1)!;
  const title = model.title();
  const gone = past.at === undefined && isGone(stack) ? ['deleted meanwhile'] : [];
  return { ...title, notes: [...past.notes(model), ...gone, ...title.notes] };
}

/** Why what is on the screen is not fresh; where there is nothing on it, the view itself says so. */
export function troubleOf(connection: SourceState | undefined, model: ViewModel): string | undefined {
  if (!connection?.error || connection.phase === 'synced') return undefined;
  if (model instanceof TableModel && model.store.getSnapshot().total === 0) return undefined;
  return connection.error.message.split('\n')[0];
}

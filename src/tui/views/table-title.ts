import type { TableSnapshot } from '../../store/table-store.ts';
import { say } from '../words/say.ts';
import { kindName } from './local/local-table.ts';
import type { TableView } from './view.ts';
import type { ViewTitle } from './view-model.ts';

/** What a title says beside the view and the rows. */
interface TitleFacts {
  /** Why the filter is not used. */
  error: string | undefined;
  /** A selector is on its way to the server. */
  asking: boolean;
  /** What the rows' source says besides. */
  notes: readonly string[];
  hiddenColumns: number;
  marks: number;
  hiddenMarks: number;
}

/** The title of a table: which rows, how many of how many, and how it is set. */
export function tableTitle(
  view: TableView,
  { total, visible, counted, state }: TableSnapshot,
  facts: TitleFacts,
): ViewTitle {
  const { scope, resource, filter, faults, wide, of, owner } = view;
  const place = resource.namespaced ? (scope.namespace ?? 'all') : '';
  const known = total > 0 || state.phase === 'synced' || state.phase === 'stale';
  // Rows of other owners are no part of this table, so there is nothing to compare with.
  const count = visible === total || owner ? String(visible) : `${visible}/${total}`;
  const { error, asking, notes, hiddenColumns: hidden, marks, hiddenMarks } = facts;
  return {
    kind: kindName(resource),
    scope: [place, ...(of ? [of] : [scope.labelSelector, scope.fieldSelector])].filter(Boolean).join(' · '),
    count: known ? count : state.phase === 'connecting' ? '…' : '-',
    filter: filter ? `/${filter}` : '',
    notes: [
      ...(error ? [`${say('filter')}: ${error}`] : []),
      ...(asking ? [say('asking the server…')] : []),
      ...(counted > 0 && !owner ? [say('! {count} in trouble', { count: counted })] : []),
      ...notes,
      ...(faults ? [say('faults')] : []),
      ...(wide ? [say('wide')] : []),
      ...(hidden > 0
        ? [say(hidden === 1 ? '→ {count} more column' : '→ {count} more columns', { count: hidden })]
        : []),
      ...(marks > 0 ? [say('{count} marked', { count: marks })] : []),
      ...(hiddenMarks > 0 ? [say('{count} of them hidden', { count: hiddenMarks })] : []),
    ],
  };
}

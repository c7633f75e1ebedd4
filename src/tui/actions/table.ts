import { TableModel } from '../views/table-model.ts';
import type { Action, ActionContext } from './action.ts';

function tableAction(id: string, label: string, group: Action['group'], run: (model: TableModel) => void): Action {
  return {
    id,
    label,
    group,
    views: ['table'],
    apply: ({ model }) => {
      if (model instanceof TableModel) run(model);
    },
  };
}

/** Sorting by a column that the table may not have; `columns` in order of preference. */
function sortAction(id: string, label: string, columns: readonly string[]): Action {
  const find = ({ model }: ActionContext) =>
    model instanceof TableModel ? columns.find((column) => model.hasColumn(column)) : undefined;
  return {
    ...tableAction(id, label, 'Sort', () => undefined),
    disabled: (context) => (find(context) ? undefined : `no column ${columns[0]}`),
    apply: (context) => (context.model as TableModel).sortBy(find(context)!),
  };
}

export const tableActions: readonly Action[] = [
  tableAction('mark', 'Mark', 'Change', (model) => model.toggleMark()),
  tableAction('clear-marks', 'Clear marks', 'Change', (model) => model.clearMarks()),
  tableAction('faults', 'Faults only', 'Show', (model) => model.setFaults(!model.view.faults)),
  tableAction('wide', 'Wide', 'Show', (model) => model.setWide(!model.view.wide)),
  sortAction('sort-name', 'By name', ['Name']),
  sortAction('sort-age', 'By age', ['Age']),
  sortAction('sort-status', 'By status', ['Status', 'Phase', 'Ready']),
  sortAction('sort-namespace', 'By namespace', ['Namespace']),
  tableAction('sort-next', 'By next column', 'Sort', (model) => model.sortNeighbour(1)),
  tableAction('sort-previous', 'By previous column', 'Sort', (model) => model.sortNeighbour(-1)),
  tableAction('sort-turn', 'Turn order', 'Sort', (model) => model.sortBy(model.store.getSnapshot().sort.column)),
];

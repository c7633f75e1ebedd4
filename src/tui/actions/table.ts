import { KctlError } from '../../lib/errors.ts';
import { saveText } from '../state/save-text.ts';
import { kindName } from '../views/local/local-table.ts';
import { csvText } from '../views/table-csv.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
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

/** Copies a text of each object that is meant, each once and in lines. */
function copyAction(id: string, label: string, what: 'name' | 'namespace'): Action {
  const texts = ({ model, target }: ActionContext) => {
    const refs = model.targets?.() ?? (target ? [target] : []);
    return [...new Set(refs.flatMap((ref) => ref[what] || []))];
  };
  return {
    id,
    label,
    group: 'Show',
    views: ['table'],
    disabled: (context) =>
      texts(context).length > 0 ? undefined : what === 'name' ? 'no row is selected' : 'this row is in no namespace',
    apply(context) {
      const copied = texts(context);
      context.host.copy(copied.join('\n'));
      const [first = ''] = copied;
      const { length: count } = copied;
      context.host.toast(
        'info',
        count === 1 ? say('Copied {name}', { name: first }) : say('Copied {count} names', { count }),
      );
    },
  };
}

const saveAction: Action = {
  id: 'save-table',
  label: 'Save as CSV',
  group: 'Show',
  views: ['table'],
  apply({ host, model }) {
    if (!(model instanceof TableModel)) return;
    const { env, cluster, timing } = host.services;
    const { resource, scope } = model.view;
    const name = [kindName(resource), resource.namespaced && (scope.namespace ?? 'all')].filter(Boolean).join('-');
    const rows = model.texts();
    const place = { env, context: cluster.contextName, now: timing.now() };
    try {
      const path = saveText(place, name, '.csv', csvText(rows));
      host.toast('info', say('Saved {count} rows to {path}', { count: rows.length - 1, path }));
    } catch (error) {
      throw new KctlError('input', `the table cannot be saved: ${(error as Error).message}`, { cause: error });
    }
  },
};

const columnsAction: Action = {
  id: 'columns',
  label: 'Columns',
  group: 'Show',
  views: ['table'],
  async apply({ host, model }) {
    if (!(model instanceof TableModel)) return;
    const items = model.columnChoices().map(({ name, on }) => ({ id: name, label: name.toUpperCase(), on }));
    const picked = await host.pick({ title: say('Columns'), items, multiple: true });
    if (!picked) return;
    if (picked.items.length === 0) throw new KctlError('input', say('a table needs a column'));
    model.setColumns(picked.items.map(({ id }) => id));
  },
};

export const tableActions: readonly Action[] = [
  tableAction('mark', 'Mark', 'Change', (model) => model.toggleMark()),
  tableAction('mark-range', 'Mark up to here', 'Change', (model) => model.markRange()),
  tableAction('clear-marks', 'Clear marks', 'Change', (model) => model.clearMarks()),
  tableAction('faults', 'Faults only', 'Show', (model) => model.setFaults(!model.view.faults)),
  tableAction('wide', 'Wide', 'Show', (model) => model.setWide(!model.view.wide)),
  columnsAction,
  saveAction,
  copyAction('copy-name', 'Copy name', 'name'),
  copyAction('copy-namespace', 'Copy namespace', 'namespace'),
  sortAction('sort-name', 'By name', ['Name']),
  sortAction('sort-age', 'By age', ['Age']),
  sortAction('sort-status', 'By status', ['Status', 'Phase', 'Ready']),
  { ...sortAction('sort-cpu', 'By CPU', ['CPU', 'CPU(cores)']), optional: true },
  { ...sortAction('sort-memory', 'By memory', ['MEM', 'MEMORY(bytes)']), optional: true },
  sortAction('sort-namespace', 'By namespace', ['Namespace']),
  tableAction('column-next', 'Next column', 'Sort', (model) => model.moveColumn(1)),
  tableAction('column-previous', 'Previous column', 'Sort', (model) => model.moveColumn(-1)),
  tableAction('sort-column', 'By this column', 'Sort', (model) => model.sortByCursor()),
];

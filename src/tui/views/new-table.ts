import { groupResource } from '../../api/resource.ts';
import type { TableSort } from '../../store/compact-row.ts';
import type { DashboardServices } from '../services.ts';
import { localTables } from './local/registry.ts';
import { TableModel } from './table-model.ts';
import type { NewTable, TableView } from './view.ts';

/** Where the name says little: what happened last stands first. */
const newestFirst: TableSort = { column: 'Age', descending: false };
const sortOfKind: Readonly<Record<string, TableSort>> = {
  events: newestFirst,
  'events.events.k8s.io': newestFirst,
};

/** From this width on there is room for the columns that `-o wide` adds. */
export const wideFrom = 160;

/** A live table of `view`, whose unset parts are as usual: in the pane's namespace, sorted as its kind is read. */
export function newTableModel(
  view: NewTable,
  services: DashboardServices,
  usual: { namespace: string | undefined; wide: boolean },
): TableModel {
  const { namespace, wide } = usual;
  const scope = view.scope ?? (view.resource.namespaced && namespace !== undefined ? { namespace } : {});
  const kind = groupResource(view.resource);
  const sort = sortOfKind[kind];
  const whole: TableView = { filter: '', wide, faults: false, ...(sort && { sort }), ...view, type: 'table', scope };
  const local = localTables.get(kind);
  return new TableModel(
    whole,
    () => local?.open(services, whole) ?? { source: services.tableSource(whole.resource, whole.scope) },
    services.timing,
  );
}

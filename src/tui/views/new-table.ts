import type { TableRow } from '../../api/meta.ts';
import { groupResource } from '../../api/resource.ts';
import type { Source } from '../../api/source.ts';
import type { TableSort } from '../../store/compact-row.ts';
import type { DashboardServices } from '../services.ts';
import {
  aliasesResource,
  aliasesSource,
  containersResource,
  containersSource,
  contextsResource,
  contextsSource,
} from './local-tables.ts';
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

/** Tables whose rows no server has. */
const localSources: Readonly<
  Record<string, (services: DashboardServices, view: TableView) => Source<TableRow> | undefined>
> = {
  [groupResource(contextsResource)]: (services) => contextsSource(services),
  [groupResource(aliasesResource)]: (services) => aliasesSource(services),
  [groupResource(containersResource)]: (services, { parent }) =>
    parent && containersSource(services, parent.resource, parent.namespace ?? '', parent.name),
};

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
  const source = () => localSources[kind]?.(services, whole) ?? services.tableSource(whole.resource, whole.scope);
  return new TableModel(whole, source, services.timing);
}

import type { TableRow } from '../../../api/meta.ts';
import type { Source } from '../../../api/source.ts';
import type { DashboardServices } from '../../services.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

export const contextsResource = localResource('contexts', 'context', 'Context', ['ctx']);

function contextsSource(services: DashboardServices): Source<TableRow> {
  return loadedSource(['Name', 'Current', 'Cluster', 'User', 'Namespace'], async () => {
    const { current, contexts } = await services.contexts();
    return contexts.map(({ name, cluster, user, namespace }) =>
      localRow(name, [name, name === current ? '*' : '', cluster, user, namespace]),
    );
  });
}

export const contextsTable: LocalTable = {
  resource: contextsResource,
  open: (services) => ({ source: contextsSource(services) }),
};

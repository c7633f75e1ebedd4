import type { TableRow } from '../../../api/meta.ts';
import type { Source } from '../../../api/source.ts';
import type { DashboardServices } from '../../services.ts';
import { shortNamesOf } from '../../state/short-names.ts';
import { type LocalTable, loadedSource, localResource, localRow } from './local-table.ts';

export const aliasesResource = localResource('aliases', 'alias', 'Alias', ['a']);

/** Every resource with the names that a command may call it by. */
function aliasesSource(services: DashboardServices): Source<TableRow> {
  return loadedSource(['Name', 'Kind', 'Aliases', 'Version', 'Namespaced'], async () => {
    const resources = await services.cluster.discovery.resources();
    const seen = new Set<string>();
    return resources.flatMap((resource) => {
      const name = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
      if (seen.has(name) || !resource.verbs.includes('list')) return [];
      seen.add(name);
      const aliases = [...resource.shortNames, ...shortNamesOf(name), resource.singular].filter(Boolean).join(',');
      return [localRow(name, [name, resource.kind, aliases, resource.version, String(resource.namespaced)])];
    });
  });
}

export const aliasesTable: LocalTable = {
  resource: aliasesResource,
  open: (services) => ({ source: aliasesSource(services) }),
};

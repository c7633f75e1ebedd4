import { groupResource } from '../../../api/resource.ts';
import { aliasesTable } from './aliases.ts';
import { containersTable } from './containers.ts';
import { contextsTable } from './contexts.ts';
import type { LocalTable } from './local-table.ts';

/** Every table whose rows no server has, by what messages call its kind. */
export const localTables: ReadonlyMap<string, LocalTable> = new Map(
  [contextsTable, aliasesTable, containersTable].map((table) => [groupResource(table.resource), table]),
);

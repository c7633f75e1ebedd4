import { groupResource } from '../../../api/resource.ts';
import { aliasesTable } from './aliases.ts';
import { budgetTable } from './budget.ts';
import { containersTable } from './containers.ts';
import { contextsTable } from './contexts.ts';
import type { LocalTable } from './local-table.ts';
import { backendsTable } from './related.ts';
import { rulesTable } from './rules.ts';
import { usedByTable } from './used-by.ts';

/** Every table whose rows no server has, by what messages call its kind. */
export const localTables: ReadonlyMap<string, LocalTable> = new Map(
  [contextsTable, aliasesTable, budgetTable, containersTable, usedByTable, rulesTable, backendsTable].map((table) => [
    groupResource(table.resource),
    table,
  ]),
);

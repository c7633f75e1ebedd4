import { groupResource } from '../../../api/resource.ts';
import { accessTable } from './access.ts';
import { aliasesTable } from './aliases.ts';
import { budgetTable } from './budget.ts';
import { capacityTable } from './capacity.ts';
import { certificateDatesTable } from './certificate-dates.ts';
import { claimUseTable } from './claim-use.ts';
import { containersTable } from './containers.ts';
import { contextsTable } from './contexts.ts';
import { eventGroupsTable } from './event-groups.ts';
import { filesTable } from './files.ts';
import { findsTable } from './finds.ts';
import { helmHistoryTable, helmReleasesTable } from './helm.ts';
import { imagesTable } from './images.ts';
import { journalTable } from './journal.ts';
import type { LocalTable } from './local-table.ts';
import { namespaceLoadTable } from './namespace-load.ts';
import { nodeLoadTable } from './node-load.ts';
import { portForwardsTable } from './port-forwards.ts';
import { quotaBoardTable } from './quota-board.ts';
import { backendsTable } from './related.ts';
import { rolloutsTable } from './rollouts.ts';
import { rulesTable } from './rules.ts';
import { groupsTable, usersTable } from './subjects.ts';
import { usedByTable } from './used-by.ts';
import { whoCanTable } from './who-can.ts';
import { workloadsTable } from './workloads.ts';

/** Every table whose rows no server has, by what messages call its kind. */
export const localTables: ReadonlyMap<string, LocalTable> = new Map(
  [
    contextsTable,
    aliasesTable,
    budgetTable,
    containersTable,
    filesTable,
    journalTable,
    usedByTable,
    rulesTable,
    backendsTable,
    accessTable,
    capacityTable,
    claimUseTable,
    certificateDatesTable,
    eventGroupsTable,
    findsTable,
    helmHistoryTable,
    helmReleasesTable,
    imagesTable,
    namespaceLoadTable,
    nodeLoadTable,
    portForwardsTable,
    quotaBoardTable,
    rolloutsTable,
    groupsTable,
    usersTable,
    whoCanTable,
    workloadsTable,
  ].map((table) => [groupResource(table.resource), table]),
);

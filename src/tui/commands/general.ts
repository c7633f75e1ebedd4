import { budgetResource } from '../views/local/budget.ts';
import type { DashboardCommand } from './command.ts';

export const generalCommands: readonly DashboardCommand[] = [
  { names: ['quit', 'q', 'q!', 'qa', 'exit'], about: 'quit', run: (host) => host.quit() },
  {
    names: ['budget', 'api-budget'],
    about: 'what this dashboard asks of the API server',
    run: (host) => host.openTable({ resource: budgetResource, sort: { column: 'Last minute', descending: true } }),
  },
  { names: ['help', 'h', '?'], about: 'what keys do here', run: (host) => host.openHelp() },
];

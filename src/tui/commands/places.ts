import { aliasesResource } from '../views/local/aliases.ts';
import { contextsResource } from '../views/local/contexts.ts';
import type { DashboardCommand } from './command.ts';

/** Where to go: contexts, namespaces, the list of all kinds. */
export const placeCommands: readonly DashboardCommand[] = [
  {
    names: ['contexts', 'context', 'ctx'],
    usage: '[NAME]',
    about: 'contexts, or go to one',
    complete: ({ contexts }, args) => (args.length === 0 ? contexts : []),
    run: (host, { args: [name] }) =>
      name ? host.switchContext(name) : host.switchTable({ resource: contextsResource }),
  },
  {
    names: ['namespaces', 'namespace', 'ns'],
    usage: '[NAME]',
    about: 'namespaces, or go to one (or all)',
    complete: ({ namespaces }, args) => (args.length === 0 ? [...namespaces, 'all'] : []),
    async run(host, { args: [name] }) {
      if (!name) return host.switchTable({ resource: await host.resolveKind('namespaces') });
      await host.checkNamespace(name);
      host.setNamespace(name === 'all' ? undefined : name);
    },
  },
  {
    names: ['aliases', 'alias', 'a'],
    usage: '[TEXT]',
    about: 'every kind with its short names',
    run: (host, { rest }) => host.switchTable({ resource: aliasesResource, filter: rest.replace(/^\//, '') }),
  },
];

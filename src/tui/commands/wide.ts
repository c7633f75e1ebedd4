import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { accessResource, readSubject } from '../views/local/access.ts';
import { capacityResource } from '../views/local/capacity.ts';
import { certificateDatesResource } from '../views/local/certificate-dates.ts';
import { claimUseResource } from '../views/local/claim-use.ts';
import { eventGroupsResource } from '../views/local/event-groups.ts';
import { findsResource } from '../views/local/finds.ts';
import { helmResource } from '../views/local/helm.ts';
import { imagesResource } from '../views/local/images.ts';
import { namespaceLoadResource } from '../views/local/namespace-load.ts';
import { quotaBoardResource } from '../views/local/quota-board.ts';
import { groupsResource, usersResource } from '../views/local/subjects.ts';
import { whoCanResource } from '../views/local/who-can.ts';
import { workloadsResource } from '../views/local/workloads.ts';
import { openExplain } from '../views/pages/open-explain.ts';
import { PulsesPage } from '../views/pages/pulses-page.ts';
import { XrayPage } from '../views/pages/xray-page.ts';
import { xrayKinds } from '../views/pages/xray-tree.ts';
import type { NewTable } from '../views/view.ts';
import type { DashboardCommand } from './command.ts';
import { filterOf } from './table.ts';

/** The namespace that a word of a line means; without one, the pane's. */
async function placeOf(host: ActionHost, word: string | undefined): Promise<string | undefined> {
  if (word === undefined) return host.namespace;
  await host.checkNamespace(word);
  return word === 'all' ? undefined : word;
}

/** A word that opens a table of our own. */
function tableCommand(
  resource: ResourceInfo,
  names: readonly string[],
  about: string,
  look: Partial<NewTable> = {},
): DashboardCommand {
  return {
    names,
    ...(resource.namespaced && { usage: '[NAMESPACE]' }),
    about,
    complete: ({ namespaces }, args) => (resource.namespaced && args.length === 0 ? [...namespaces, 'all'] : []),
    async run(host, line) {
      if (line.context) await host.switchContext(line.context);
      if (!resource.namespaced) return host.switchTable({ ...look, resource, scope: {}, filter: filterOf(line) });
      const namespace = await placeOf(host, line.args[0]);
      const scope = namespace === undefined ? {} : { namespace };
      host.switchTable({ ...look, resource, scope, filter: filterOf(line) }, { namespace });
    },
  };
}

/** Views over many kinds at once. */
export const wideCommands: readonly DashboardCommand[] = [
  tableCommand(
    workloadsResource,
    ['workloads', 'workload', 'wk'],
    'everything that runs, and what leads to it, in one table',
  ),
  {
    names: ['find', 'finds'],
    usage: 'TEXT',
    about: 'objects of every kind whose names hold all these words',
    run(host, { rest }) {
      if (rest === '') throw new KctlError('usage', 'find what? :find TEXT looks through the names of every kind');
      host.switchTable({ resource: findsResource, argument: rest, scope: {}, of: rest });
    },
  },
  {
    names: ['xray', 'x', 'xr'],
    usage: 'KIND [NAMESPACE]',
    about: 'what hangs on the objects of a kind, down to what its containers need',
    complete: ({ namespaces }, args) =>
      args.length === 0 ? Object.keys(xrayKinds).map((kind) => kind.split('.')[0]!) : [...namespaces, 'all'],
    async run(host, { args: [kind = 'deployments', place], filter }) {
      const resource = await host.resolveKind(kind);
      if (!Object.hasOwn(xrayKinds, groupResource(resource))) {
        throw new KctlError('usage', `xray knows no way from ${resource.plural} to pods`, {
          hint: `It begins at ${Object.keys(xrayKinds).join(', ')}.`,
        });
      }
      const namespace = await placeOf(host, place);
      const page = new XrayPage(host.services, resource, namespace);
      if (filter) page.setFilter(filter);
      host.push(page);
    },
  },
  {
    names: ['pulses', 'pulse', 'pu', 'hz'],
    usage: '[NAMESPACE]',
    about: 'how the kinds of the cluster are doing, with charts over time',
    complete: ({ namespaces }, args) => (args.length === 0 ? [...namespaces, 'all'] : []),
    run: async (host, { args: [word] }) => host.push(new PulsesPage(host.services, await placeOf(host, word))),
  },
  {
    names: ['explain'],
    usage: '[KIND[.FIELD]]',
    about: "a kind's fields as a tree, with types and what is said of them",
    complete: ({ resources }, args) => (args.length === 0 ? resources.map(({ plural }) => plural) : []),
    run: (host, { args: [text] }) => openExplain(host, text),
  },
  tableCommand(helmResource, ['helm', 'hm', 'chart', 'charts'], 'releases of helm, read from their secrets'),
  tableCommand(capacityResource, ['capacity', 'cap'], 'how full nodes are: requested, used and allowed'),
  tableCommand(namespaceLoadResource, ['namespace-load', 'load'], 'what each namespace asks for, uses and may take'),
  tableCommand(
    quotaBoardResource,
    ['quota-board', 'quotas'],
    'every limit of every quota, and how much of it is taken',
  ),
  tableCommand(claimUseResource, ['claim-use', 'volumes'], 'how full claims are, as kubelets measure them'),
  tableCommand(eventGroupsResource, ['event-groups', 'eg'], 'events that say the same, counted together', {
    sort: { column: 'Last seen', descending: false },
  }),
  tableCommand(certificateDatesResource, ['certs', 'tls'], 'certificates in secrets, and when they end', {
    sort: { column: 'Expires', descending: false },
  }),
  {
    names: ['images', 'image'],
    usage: '[NAMESPACE]',
    about: 'images that are in use; enter shows their layers',
    complete: ({ namespaces }, args) => (args.length === 0 ? [...namespaces, 'all'] : []),
    async run(host, { args: [word], filter = '' }) {
      const namespace = await placeOf(host, word);
      const place = namespace === undefined ? {} : { argument: namespace, of: namespace };
      host.switchTable({ resource: imagesResource, scope: {}, filter, ...place });
    },
  },
  {
    names: ['access', 'can'],
    usage: 'u:USER | g:GROUP | s:NAMESPACE:ACCOUNT',
    about: 'what somebody may do, a column for each verb',
    complete: (_, args) => (args.length === 0 ? ['u:', 'g:', 's:'] : []),
    run(host, { args: [who = ''], filter = '' }) {
      if (!readSubject(who)) {
        throw new KctlError('usage', 'who? :can u:USER, g:GROUP or s:NAMESPACE:ACCOUNT', {
          hint: ':users and :groups list them.',
        });
      }
      host.switchTable({ resource: accessResource, argument: who, scope: {}, of: who, filter });
    },
  },
  {
    names: ['who-can', 'whocan'],
    usage: 'VERB KIND',
    about: 'everybody who may do something',
    run(host, { rest }) {
      if (rest === '') throw new KctlError('usage', 'who can what? :who-can delete pods');
      const scope = host.namespace === undefined ? {} : { namespace: host.namespace };
      host.switchTable({ resource: whoCanResource, argument: rest, scope, of: rest });
    },
  },
  tableCommand(usersResource, ['users', 'user', 'usr'], 'users that bindings name'),
  tableCommand(groupsResource, ['groups', 'group', 'grp'], 'groups that bindings name'),
];

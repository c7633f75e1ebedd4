import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { addressOf, parseAddress } from '../state/address.ts';
import { logsAddress, openLogsAt, parseLogsAddress } from '../views/logs/log-address.ts';
import { LogsModel } from '../views/logs/logs-model.ts';
import { TableModel } from '../views/table-model.ts';
import type { TableView } from '../views/view.ts';
import type { DashboardCommand } from './command.ts';

/** The table that is on the screen, or under what is. @throws KctlError where there is none */
function tableOf(host: ActionHost): TableView {
  const table = host.views().findLast((model) => model instanceof TableModel);
  if (!table) throw new KctlError('usage', 'there is no table here to name');
  return table.view;
}

/** The address of what is on the screen: of logs, else of the nearest table. */
function addressHere(host: ActionHost): string {
  const context = host.services.cluster.contextName;
  const model = host.current();
  return model instanceof LogsModel ? logsAddress(model, context) : addressOf(tableOf(host), context);
}

/** Opens the view at an address. @throws KctlError for what is none, and whatever its context and kind fail with */
export async function openAddress(host: ActionHost, text: string): Promise<void> {
  const logs = parseLogsAddress(text);
  if (logs) {
    if (logs.context !== undefined) await host.switchContext(logs.context);
    host.push(openLogsAt(logs, host.services));
    return;
  }
  const { context, namespace, kind, scope, view } = parseAddress(text);
  if (context !== undefined) await host.switchContext(context);
  const resource = await host.resolveKind(kind);
  const place = resource.namespaced ? { namespace } : { namespace: host.namespace };
  const where = resource.namespaced && namespace !== undefined ? { ...scope, namespace } : scope;
  host.switchTable({ ...view, resource, scope: where }, place);
}

/** Names for views, and their addresses. */
export const bookmarkCommands: readonly DashboardCommand[] = [
  {
    names: ['bookmark', 'bm'],
    usage: '[NAME]',
    about: 'keep this view under a name, or go to one that is kept',
    complete: (_, args, { bookmarks }) => (args.length === 0 ? Object.keys(bookmarks) : []),
    async run(host, { args: [name] }) {
      const { bookmarks } = host.memory.known;
      if (name === undefined) {
        const items = Object.entries(bookmarks).map(([id, detail]) => ({ id, label: id, detail }));
        if (items.length === 0)
          throw new KctlError('usage', 'there are no bookmarks yet: :bookmark NAME keeps this view');
        const picked = await host.pick({ title: 'Bookmarks', items });
        const [item] = picked?.items ?? [];
        return item && openAddress(host, bookmarks[item.id]!);
      }
      const known = bookmarks[name];
      if (known !== undefined) return openAddress(host, known);
      const address = addressHere(host);
      host.memory.learn({ bookmarks: { ...bookmarks, [name]: address } });
      host.toast('info', `Kept as ${name}`);
    },
  },
  {
    names: ['unbookmark'],
    usage: 'NAME',
    about: 'forget a bookmark',
    complete: (_, args, { bookmarks }) => (args.length === 0 ? Object.keys(bookmarks) : []),
    run(host, { args: [name = ''] }) {
      const { [name]: known, ...bookmarks } = host.memory.known.bookmarks;
      if (known === undefined) throw new KctlError('usage', `there is no bookmark "${name}"`);
      host.memory.learn({ bookmarks });
      host.toast('info', `Forgot ${name}`);
    },
  },
  {
    names: ['address'],
    about: "copy this view's address",
    run(host) {
      const address = addressHere(host);
      host.copy(address);
      host.toast('info', address);
    },
  },
  {
    names: ['open'],
    usage: 'kctl://…',
    about: 'the view at an address',
    run: (host, { rest }) => openAddress(host, rest),
  },
];

import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { addressOf, parseAddress } from '../state/address.ts';
import { TableModel } from '../views/table-model.ts';
import type { TableView } from '../views/view.ts';
import type { DashboardCommand } from './command.ts';

/** The table that is on the screen, or under what is. @throws KctlError where there is none */
function tableOf(host: ActionHost): TableView {
  const table = host.views().findLast((model) => model instanceof TableModel);
  if (!table) throw new KctlError('usage', 'there is no table here to name');
  return table.view;
}

/** Opens the view at an address. @throws KctlError for what is none, and whatever its context and kind fail with */
export async function openAddress(host: ActionHost, text: string): Promise<void> {
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
      const address = addressOf(tableOf(host), host.services.cluster.contextName);
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
      const address = addressOf(tableOf(host), host.services.cluster.contextName);
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

import { KctlError } from '../../lib/errors.ts';
import type { DashboardCommand } from './command.ts';
import { addressHere, openAddress } from './open-address.ts';

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
    names: ['open', 'goto'],
    usage: 'kctl://…',
    about: 'the view at an address',
    run: (host, { rest }) => openAddress(host, rest),
  },
];

import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { serverRef } from '../actions/show.ts';
import { noticesOf, objectNotice, tableNotice } from '../state/notices.ts';
import { kindName } from '../views/local/local-table.ts';
import { newTableModel } from '../views/new-table.ts';
import { TableModel } from '../views/table-model.ts';
import { say } from '../words/say.ts';
import type { DashboardCommand } from './command.ts';

/** Follows the object under the cursor. @throws KctlError where there is none */
function notifyObject(host: ActionHost): string {
  const model = host.current();
  const ref = serverRef({ host, model, target: model.target() });
  if (!ref)
    throw new KctlError('usage', 'there is no object under the cursor', { hint: ':notify rows waits for rows.' });
  const { resource, namespace, name } = ref;
  const scope = { ...(namespace !== undefined && { namespace }), name };
  const notice = objectNotice(ref, host.services.objectSource(resource, scope));
  noticesOf(host.services).add(host, notice);
  return notice.label;
}

/** Follows the rows of the nearest table, with its filter or with another. @throws KctlError where there is none */
function notifyRows(host: ActionHost, filter: string | undefined): string {
  const table = host.views().findLast((model) => model instanceof TableModel);
  if (!table) throw new KctlError('usage', 'there is no table here');
  const view = { ...table.view, ...(filter !== undefined && { filter }) };
  const own = newTableModel(view, host.services, { namespace: host.namespace, wide: false });
  const place = table.title().scope;
  const label = [`${kindName(view.resource)}${place ? ` ${place}` : ''}`, view.filter].filter(Boolean).join(' /');
  noticesOf(host.services).add(host, tableNotice(label, own));
  return label;
}

/** What is waited for; the one that is chosen ends. */
async function listNotices(host: ActionHost): Promise<void> {
  const notices = noticesOf(host.services);
  const { list } = notices;
  if (list.length === 0) {
    host.toast('info', say('Nothing is waited for: :notify waits for the object under the cursor.'));
    return;
  }
  const items = list.map(({ label }, index) => ({ id: String(index), label }));
  const picked = await host.pick({ title: say('Waited for; Enter ends it'), items });
  const notice = picked && list[Number(picked.items[0]?.id)];
  if (!notice) return;
  notices.remove(notice);
  host.toast('info', say('No longer waiting for {name}', { name: notice.label }));
}

/** A word when something happens, while other things are looked at. */
export const notifyCommand: DashboardCommand = {
  names: ['notify', 'notices'],
  usage: '[rows | /FILTER | list | off]',
  about: 'tell by bell and desktop when the object under the cursor is ready, fails or goes, or when rows appear',
  complete: (_, args) => (args.length === 0 ? ['rows', 'list', 'off'] : []),
  async run(host, { args: [word], filter }) {
    if (word === 'list') return listNotices(host);
    if (word === 'off') {
      noticesOf(host.services).close();
      host.toast('info', say('Nothing is waited for any more.'));
      return;
    }
    if (word !== undefined && word !== 'rows') {
      throw new KctlError('usage', `:notify does not know ${word}`, { hint: 'It knows rows, /FILTER, list and off.' });
    }
    const name = word === 'rows' || filter !== undefined ? notifyRows(host, filter) : notifyObject(host);
    host.toast('info', say('You will be told of {name}. :notify list shows what is waited for.', { name }));
  },
};

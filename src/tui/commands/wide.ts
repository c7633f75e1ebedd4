import { groupResource } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { XrayPage } from '../views/pages/xray-page.ts';
import { xrayKinds } from '../views/pages/xray-tree.ts';
import type { DashboardCommand } from './command.ts';

/** The namespace that a word of a line means; without one, the pane's. */
async function placeOf(host: ActionHost, word: string | undefined): Promise<string | undefined> {
  if (word === undefined) return host.namespace;
  await host.checkNamespace(word);
  return word === 'all' ? undefined : word;
}

/** Views over many kinds at once. */
export const wideCommands: readonly DashboardCommand[] = [
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
];

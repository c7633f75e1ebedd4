import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { findBuiltin, findBuiltinWord } from '../../api/resources.ts';
import { KctlError } from '../../lib/errors.ts';
import type { ActionHost } from '../actions/action.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import { rolloutsResource, rolloutsSort } from '../views/local/rollouts.ts';
import { rolloutKinds } from '../views/rollout/rollout-kinds.ts';
import { openRollout } from '../views/rollout/rollout-page.ts';
import type { ObjectRef } from '../views/view.ts';
import type { DashboardCommand } from './command.ts';
import { filterOf } from './table.ts';

/** `web`, `shop/web`, `sts/db`, `sts/shop/db`: a deployment where no kind stands before it. */
function refOf(host: ActionHost, text: string): ObjectRef {
  const parts = text.split('/');
  const name = parts.pop()!;
  const own = isOneNamespace(host.namespace) ? host.namespace : host.services.cluster.namespace;
  const [first = '', second] = parts;
  const kind = parts.length > 0 ? kindOf(first) : undefined;
  if (second !== undefined && !kind) throw new KctlError('input', `"${first}" has no rollouts`);
  const resource = kind ?? findBuiltin('deployments.apps')!;
  const namespace = second ?? (kind || first === '' ? own : first);
  return { resource, namespace, name };
}

/** A kind that has rollouts; undefined for another word, which is a namespace. */
function kindOf(word: string): ResourceInfo | undefined {
  const resource = findBuiltin(word) ?? findBuiltinWord(word);
  return resource && rolloutKinds.includes(groupResource(resource)) ? resource : undefined;
}

export const rolloutCommands: readonly DashboardCommand[] = [
  {
    names: ['rollout'],
    usage: '[KIND/][NAMESPACE/]NAME',
    about: 'follow a rollout',
    async run(host, { args: [text = ''] }) {
      if (text === '')
        throw new KctlError('usage', 'which deployment? :rollout NAME', { hint: ':rollouts shows all of them.' });
      const ref = refOf(host, text);
      await host.services.get(ref.resource, ref.namespace, ref.name);
      host.push(openRollout(host, ref));
    },
  },
  {
    names: ['rollouts'],
    usage: '[NAMESPACE]',
    about: 'all rollouts under way and those that ended lately, worst first',
    complete: ({ namespaces }, args) => (args.length === 0 ? [...namespaces, 'all'] : []),
    async run(host, line) {
      if (line.context) await host.switchContext(line.context);
      const [word = 'all'] = line.args;
      await host.checkNamespace(word);
      const scope = word === 'all' ? {} : { namespace: word };
      host.switchTable({ resource: rolloutsResource, sort: rolloutsSort, scope, filter: filterOf(line) });
    },
  },
];

import { KctlError } from '../../lib/errors.ts';
import { isOneNamespace } from '../state/namespaces.ts';
import { openRollout } from '../views/rollout-model.ts';
import type { DashboardCommand } from './command.ts';

export const rolloutCommand: DashboardCommand = {
  names: ['rollout', 'ro'],
  usage: '[NAMESPACE/]NAME',
  about: 'follow a rollout',
  async run(host, { args: [name = ''] }) {
    if (name === '') throw new KctlError('usage', 'which deployment? :rollout NAME');
    const { services } = host;
    const resource = await host.resolveKind('deployments.apps');
    const slash = name.indexOf('/');
    const namespace =
      slash > 0 ? name.slice(0, slash) : isOneNamespace(host.namespace) ? host.namespace : services.cluster.namespace;
    const ref = { resource, namespace, name: name.slice(slash + 1) };
    await services.get(resource, namespace, ref.name);
    host.push(openRollout(services, ref));
  },
};

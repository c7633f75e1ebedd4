import { KctlError } from '../../lib/errors.ts';
import { parseQuery, withUsualRange } from '../views/logs/log-query.ts';
import { LogsModel } from '../views/logs/logs-model.ts';
import type { DashboardCommand } from './command.ts';

/** `:logs deploy/web api-* -c app level>=warn /timeout //slow @prod` */
export const logsCommand: DashboardCommand = {
  names: ['logs', 'log'],
  usage: '[TYPE/]NAME… [-c CONTAINER] [level>=warn] [/FILTER] [//FIND]',
  about: 'logs of pods, workloads, labels, in several contexts',
  complete: ({ contexts, resources }) => [
    ...resources.filter(({ plural }) => loggable.has(plural)).map(({ singular }) => `${singular}/`),
    ...contexts.map((name) => `@${name}`),
  ],
  async run(host, { rest }) {
    const { query: asked, filter } = parseQuery(rest, host.namespace);
    const query = withUsualRange(asked, host.services);
    const kinds = new Set(query.targets.map(({ kind }) => kind));
    // A slip is told before anything is opened.
    for (const kind of kinds) await host.resolveKind(kind);
    const { contexts } = await host.services.contexts();
    for (const name of query.contexts) {
      if (contexts.some((context) => context.name === name)) continue;
      throw new KctlError('config', `no context exists with the name: "${name}"`);
    }
    host.push(new LogsModel({ services: host.services, query, filter, look: host.memory.known.logs }));
  },
};

const loggable = new Set([
  'pods',
  'deployments',
  'statefulsets',
  'daemonsets',
  'replicasets',
  'jobs',
  'cronjobs',
  'services',
  'nodes',
]);

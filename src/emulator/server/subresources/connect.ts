import type { KubeObject } from '../../../api/meta.ts';
import { admitAndCheck } from '../../registry/admit.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { queryFlag } from './pod-target.ts';

/** Options of a kind in the order of its fields, without what is empty, as Go writes them. */
type Options = (query: URLSearchParams, target: ResourceTarget) => Record<string, unknown>;

const flags = (query: URLSearchParams): Record<string, unknown> =>
  Object.fromEntries(
    ['stdin', 'stdout', 'stderr', 'tty'].filter((name) => queryFlag(query, name)).map((name) => [name, true]),
  );
const container = (query: URLSearchParams): Record<string, unknown> =>
  query.get('container') ? { container: query.get('container') } : {};
const path: Options = (_query, { rest }) => (rest ? { path: `/${rest}` } : {});

/** By resource and subresource. */
const kinds: Readonly<Record<string, { kind: string; options: Options }>> = {
  'pods/exec': {
    kind: 'PodExecOptions',
    options: (query) => {
      const command = query.getAll('command');
      return { ...flags(query), ...container(query), ...(command.length > 0 ? { command } : {}) };
    },
  },
  'pods/attach': { kind: 'PodAttachOptions', options: (query) => ({ ...flags(query), ...container(query) }) },
  'pods/portforward': {
    kind: 'PodPortForwardOptions',
    options: (query) => {
      const ports = query.getAll('ports').flatMap((text) => text.split(',').map(Number).filter(Number.isInteger));
      return ports.length > 0 ? { ports } : {};
    },
  },
  'pods/proxy': { kind: 'PodProxyOptions', options: path },
  'services/proxy': { kind: 'ServiceProxyOptions', options: path },
  'nodes/proxy': { kind: 'NodeProxyOptions', options: path },
};

/**
 * Asks admission whether somebody may connect (operation CONNECT), as the API server does before it
 * looks for what is connected to.
 * @throws ApiStatusError in the words of whoever refuses
 */
export async function admitConnect(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { context, query, user } = exchange;
  const { resource, namespace, name = '', subresource } = target;
  const known = kinds[`${resource.storage}/${subresource}`];
  if (!known) return;
  const { kind, options } = known;
  await admitAndCheck(
    {
      operation: 'CONNECT',
      resource,
      namespace,
      name,
      object: { kind, apiVersion: 'v1', ...options(query, target) } as unknown as KubeObject,
      previous: undefined,
      subresource,
      kind: { group: '', version: 'v1', kind },
      dryRun: false,
      user,
      machine: context.machine,
    },
    () => {},
  );
}

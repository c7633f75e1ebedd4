import { ServerResponse } from 'node:http';
import { SYSTEM_USER } from '../../registry/machine.ts';
import type { Exchange, ServerContext } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import type { UpgradeRequest } from '../streams/accept.ts';
import { Refusal } from '../streams/refusal.ts';
import { pathAndQuery } from './respond.ts';

/** The paths of a kubelet's streams, and the subresources of pods that they are. */
const subresources: Readonly<Record<string, string>> = {
  exec: 'exec',
  attach: 'attach',
  portForward: 'portforward',
};

/** How a kubelet calls the streams, and how the API server does. */
const parameters = { input: 'stdin', output: 'stdout', error: 'stderr', tty: 'tty' } as const;

/**
 * `/exec/NAMESPACE/POD/CONTAINER`, `/attach/...` and `/portForward/NAMESPACE/POD` of a kubelet: what
 * the API server itself asks for on behalf of its clients.
 * @throws Refusal 404, and as those streams do
 */
export async function stream(context: ServerContext, node: string, upgrade: UpgradeRequest): Promise<void> {
  const { request } = upgrade;
  const { path, parts, query } = pathAndQuery(request.url);
  const [kind = '', namespace = '', name = '', container] = parts;
  const subresource = subresources[kind];
  if (!subresource) throw new Refusal(404, '404 page not found\n');
  const pod = context.machine.store.get('pods', namespace, name);
  if (pod?.['spec'].nodeName !== node) throw new Refusal(404, 'pod does not exist');
  const resource = context.machine.catalog.find('', 'v1', 'pods')!;
  const target: ResourceTarget = {
    group: '',
    version: 'v1',
    plural: 'pods',
    resource,
    namespace,
    name,
    subresource,
    rest: '',
  };
  const exchange: Exchange = {
    context,
    request,
    response: new ServerResponse(request),
    method: request.method ?? 'GET',
    path,
    query: translated(query, container),
    user: SYSTEM_USER,
  };
  if (subresource === 'portforward') {
    await (await import('../port-forward.ts')).portForward(exchange, target, upgrade);
  } else await (await import('../subresources/exec.ts')).remoteCommand(exchange, target, upgrade);
}

function translated(asked: URLSearchParams, container: string | undefined): URLSearchParams {
  const query = new URLSearchParams();
  if (container) query.set('container', container);
  for (const [theirs, ours] of Object.entries(parameters)) if (asked.get(theirs) === '1') query.set(ours, 'true');
  for (const command of asked.getAll('command')) query.append('command', command);
  for (const port of asked.getAll('port')) query.append('ports', port);
  return query;
}

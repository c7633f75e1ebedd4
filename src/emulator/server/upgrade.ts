import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { badRequest, methodNotAllowed } from '../errors.ts';
import { authorize } from './authorize.ts';
import { askedFor, attributesOf, meetsFault } from './dispatch.ts';
import type { Exchange, ServerContext } from './exchange.ts';
import { impersonated } from './impersonate.ts';
import { openExchange } from './open-exchange.ts';
import { parseResourcePath, type ResourceTarget } from './request-info.ts';
import { requestMetrics } from './request-metrics.ts';
import type { UpgradeRequest } from './streams/accept.ts';
import { refuse } from './streams/refusal.ts';
import { admitConnect } from './subresources/connect.ts';

type UpgradeHandler = (exchange: Exchange, target: ResourceTarget, upgrade: UpgradeRequest) => Promise<void>;

/** Whatever leaves HTTP, by resource and subresource; loaded when the first client comes. */
const handlers: Readonly<Record<string, { verbs: 'streams' | 'method'; load: () => Promise<UpgradeHandler> }>> = {
  'pods/exec': { verbs: 'streams', load: async () => (await import('./subresources/exec.ts')).remoteCommand },
  'pods/attach': { verbs: 'streams', load: async () => (await import('./subresources/exec.ts')).remoteCommand },
  'pods/portforward': { verbs: 'streams', load: async () => (await import('./port-forward.ts')).portForward },
  'pods/log': { verbs: 'method', load: async () => (await import('./subresources/log-socket.ts')).logSocket },
  'pods/proxy': { verbs: 'method', load: async () => (await import('./subresources/proxy-upgrade.ts')).proxyUpgrade },
  'services/proxy': {
    verbs: 'method',
    load: async () => (await import('./subresources/proxy-upgrade.ts')).proxyUpgrade,
  },
  'nodes/proxy': { verbs: 'method', load: async () => (await import('./subresources/proxy-upgrade.ts')).proxyUpgrade },
};

/**
 * Whether a request that offers to leave HTTP is taken at its word; elsewhere the offer is passed over,
 * as HTTP has it (RFC 9110, section 7.8).
 */
export function leavesHttp({ url = '', headers }: IncomingMessage): boolean {
  if (/\/(exec|attach|portforward|proxy)(?=[/?]|$)/.test(url)) return true;
  const isSocket = /^websocket$/i.test(headers.upgrade ?? '');
  return isSocket && /\/log(?=[/?]|$)|[?&]watch=(true|1)(?=&|$)/.test(url);
}

/** Requests that leave HTTP behind: watches and pod subresources over WebSocket or SPDY. Refusals are answered as plain HTTP. */
export async function upgrade(
  context: ServerContext,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  let code = SWITCHED;
  try {
    const exchange = openExchange(context, request, new ServerResponse(request));
    exchange.user = impersonated(exchange, () => askedFor(exchange));
    const target = parseResourcePath(context.machine.catalog, exchange.path);
    const { store } = context.machine;
    if (target) {
      const verb = isWatch(exchange, target) ? 'watch' : (VERB_OF_METHOD[exchange.method] ?? '');
      const done = requestMetrics(exchange).begin(exchange, verb, target);
      socket.once('close', () => done(code));
    }
    if (target && isWatch(exchange, target)) {
      authorize(store, exchange.user, attributesOf('watch', target));
      if (await meetsFault(exchange, target, 'watch')) return;
      const { watchSocket } = await import('./watch-socket.ts');
      return await watchSocket(exchange, target, { request, socket, head });
    }
    const handler = target?.name && handlers[`${target.resource.storage}/${target.subresource}`];
    if (!handler) throw badRequest('unable to upgrade: this path does not speak WebSocket');
    for (const verb of verbsOf(exchange.method, handler.verbs)) {
      authorize(store, exchange.user, attributesOf(verb, target));
    }
    if (await meetsFault(exchange, target, VERB_OF_METHOD[exchange.method] ?? '')) return;
    await admitConnect(exchange, target);
    await (await handler.load())(exchange, target, { request, socket, head });
  } catch (error) {
    code = refuse(socket, error);
  }
}

/** Of what went well: the client speaks another protocol from there on. */
const SWITCHED = 101;

const VERB_OF_METHOD: Readonly<Record<string, string>> = {
  GET: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * What has to be allowed: the verb of the method; for streams into a pod, which browsers can only GET,
 * also `create` (kube-apiserver 1.35, AuthorizePodWebsocketUpgradeCreatePermission).
 */
function verbsOf(method: string, kind: 'streams' | 'method'): string[] {
  const verb = VERB_OF_METHOD[method];
  if (!verb) throw methodNotAllowed();
  if (kind === 'method') return [verb];
  if (verb !== 'get' && verb !== 'create') throw methodNotAllowed();
  return [...new Set([verb, 'create'])];
}

function isWatch({ query }: Exchange, { subresource, resource }: ResourceTarget): boolean {
  return !subresource && resource.verbs.includes('watch') && ['true', '1'].includes(query.get('watch') ?? '');
}

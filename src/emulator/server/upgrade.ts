import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiStatusError } from '../../api/status.ts';
import { badRequest, failure } from '../errors.ts';
import { authorize } from './authorize.ts';
import { attributesOf } from './dispatch.ts';
import type { Exchange, ServerContext } from './exchange.ts';
import { impersonated } from './impersonate.ts';
import { openExchange } from './open-exchange.ts';
import { parseResourcePath, type ResourceTarget } from './request-info.ts';

/** Requests that leave HTTP behind: WebSockets of watches and of pod subresources. Refusals are answered as plain HTTP. */
export async function upgrade(
  context: ServerContext,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  try {
    const exchange = openExchange(context, request, new ServerResponse(request));
    exchange.user = impersonated(exchange);
    const target = parseResourcePath(context.machine.catalog, exchange.path);
    const isForward = target?.resource.storage === 'pods' && target.subresource === 'portforward';
    // Clients before 1.31 forward ports over SPDY alone.
    const served = isForward ? /^(websocket|spdy\/3\.1)$/i : /\bwebsocket\b/i;
    if (!served.test(request.headers.upgrade ?? '')) {
      throw badRequest(`unable to upgrade: the protocol ${request.headers.upgrade} is not served, use WebSocket`);
    }
    if (target && isWatch(exchange, target)) {
      authorize(context.machine.store, exchange.user, attributesOf('watch', target));
      const { watchSocket } = await import('./watch-socket.ts');
      return await watchSocket(exchange, target, socket, head);
    }
    const { namespace, name } = target ?? {};
    if (!isForward || !target || !namespace || !name) {
      throw badRequest('unable to upgrade: this path does not speak WebSocket');
    }
    authorize(context.machine.store, exchange.user, attributesOf('create', target));
    const { portForward } = await import('./port-forward.ts');
    await portForward(exchange, socket, head, { namespace, pod: name });
  } catch (error) {
    refuse(socket, error);
  }
}

function isWatch({ query }: Exchange, { subresource, resource }: ResourceTarget): boolean {
  return !subresource && resource.verbs.includes('watch') && ['true', '1'].includes(query.get('watch') ?? '');
}

function refuse(socket: Duplex, error: unknown): void {
  const status =
    error instanceof ApiStatusError ? error.status : failure(500, 'InternalError', (error as Error).message);
  const body = `${JSON.stringify(status)}\n`;
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

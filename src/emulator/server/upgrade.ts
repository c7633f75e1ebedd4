import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiStatusError } from '../../api/status.ts';
import { badRequest, failure } from '../errors.ts';
import { authorize } from './authorize.ts';
import type { ServerContext } from './exchange.ts';

import { impersonated } from './impersonate.ts';
import { openExchange } from './open-exchange.ts';
import { parseResourcePath } from './request-info.ts';

/** Requests that leave HTTP behind: WebSockets of pod subresources. Refusals are answered as plain HTTP. */
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
    const { namespace, name, subresource } = target ?? {};
    if (target?.resource.storage !== 'pods' || !namespace || !name || subresource !== 'portforward') {
      throw badRequest('unable to upgrade: this path does not speak WebSocket');
    }
    if (!/\bwebsocket\b/i.test(request.headers.upgrade ?? '')) {
      throw badRequest(`unable to upgrade: the protocol ${request.headers.upgrade} is not served, use WebSocket`);
    }
    authorize(context.machine.store, exchange.user, { verb: 'create', resource: 'pods', subresource, namespace, name });
    const { portForward } = await import('./port-forward.ts');
    await portForward(exchange, socket, head, { namespace, pod: name });
  } catch (error) {
    refuse(socket, error);
  }
}

function refuse(socket: Duplex, error: unknown): void {
  const status =
    error instanceof ApiStatusError ? error.status : failure(500, 'InternalError', (error as Error).message);
  const body = `${JSON.stringify(status)}\n`;
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

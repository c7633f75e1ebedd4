import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { dispatch } from './dispatch.ts';
import { RefusedByDisk, serveDurably } from './durability.ts';
import type { ServerContext } from './exchange.ts';
import { openExchange } from './open-exchange.ts';
import { sendError } from './respond.ts';
import { upgrade } from './upgrade.ts';

const connections = new WeakMap<Server, Set<Socket>>();

/** Listens on 127.0.0.1. @throws KctlError `conflict` when the port is taken */
export async function listen(context: ServerContext, port: number): Promise<{ server: Server; port: number }> {
  const { keys } = context;
  const server = createServer({
    key: keys.server.key,
    cert: keys.server.cert + keys.ca.cert,
    ca: keys.ca.cert,
    requestCert: true,
    // Who has no certificate may still bring a token.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    // Watches stay open as long as they want.
    requestTimeout: 0,
    keepAliveTimeout: 60_000,
  });
  const sockets = new Set<Socket>();
  connections.set(server, sockets);
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => void handle(context, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(context, request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new KctlError('conflict', `port ${port} on 127.0.0.1 is in use`, { cause: error })
          : error,
      );
    });
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function handle(context: ServerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('Audit-Id', randomUUID());
  // A client that goes away in the middle of an answer is nobody's failure.
  response.on('error', () => response.destroy());
  const answer = async (error: unknown) => {
    if (isOurFault(error)) context.report(`${request.method} ${request.url?.split('?')[0]}`, error);
    await sendError(request, response, error);
  };
  const serve = async () => {
    try {
      await dispatch(openExchange(context, request, response));
    } catch (error) {
      if (error instanceof RefusedByDisk) throw error;
      await answer(error);
    }
  };
  await serveDurably(request, context.machine.store, serve)
    .catch(answer)
    .catch(() => response.destroy());
}

/** Everything but what a client did wrong or may try again. */
const isOurFault = (error: unknown): boolean => !(error instanceof ApiStatusError) || error.reason === 'InternalError';

const CUT_AFTER_MS = 200;

/**
 * Ends the server: no new connections; answers that were told to end are sent to their last byte;
 * what is left after a moment is cut.
 */
export async function close(server: Server): Promise<void> {
  const sockets = [...(connections.get(server) ?? [])];
  const closed = new Promise<void>((resolve) => {
    // The HTTP server's own close destroys connections that count as idle, and one counts as idle
    // before its last bytes are out.
    NetServer.prototype.close.call(server, () => resolve());
  });
  for (const socket of sockets) socket.end();
  const cut = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, CUT_AFTER_MS);
  await closed;
  clearTimeout(cut);
}

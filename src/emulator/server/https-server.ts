import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { ApiStatusError } from '../../api/status.ts';
import { KctlError } from '../../lib/errors.ts';
import { badRequest } from '../errors.ts';
import { answerClientError } from './client-errors.ts';
import { dispatch } from './dispatch.ts';
import { RefusedByDisk, serveDurably } from './durability.ts';
import type { ServerContext } from './exchange.ts';
import { openExchange } from './open-exchange.ts';
import { sendError } from './respond.ts';
import { leavesHttp, upgrade } from './upgrade.ts';

/** How long a server waits for those who are slow, and what it reads before it knows a request, as the real one. */
export interface Patience {
  /** For the TLS handshake of a new connection, ms. */
  handshakeMs: number;
  /** For the headers of a request, ms. */
  headersMs: number;
  /** For a request with its body, ms; an answer may take as long as it likes. */
  requestMs: number;
  /** How often connections are looked at for the two above, ms. */
  checkEveryMs: number;
}

const PATIENCE: Patience = { handshakeMs: 10_000, headersMs: 32_000, requestMs: 60_000, checkEveryMs: 5_000 };

/** Of headers and URL together; selectors of clients can be long. */
const MAX_HEADER_BYTES = 1024 * 1024;

/** Open connections, and what carries them: one that is still shaking hands has only that. */
const connections = new WeakMap<Server, { secure: Set<Socket>; carriers: Set<Socket> }>();

function collect(server: Server, event: 'connection' | 'secureConnection'): Set<Socket> {
  const sockets = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Listens on `address`. @throws KctlError `conflict` when the port is taken, `input` when the address is not this machine's */
export async function listen(
  context: ServerContext,
  port: number,
  { address = '127.0.0.1', patience }: { address?: string; patience?: Partial<Patience> | undefined } = {},
): Promise<{ server: Server; port: number }> {
  const { keys } = context;
  const { handshakeMs, headersMs, requestMs, checkEveryMs } = { ...PATIENCE, ...patience };
  const server = createServer({
    key: keys.server.key,
    cert: keys.server.cert + keys.ca.cert,
    ca: keys.ca.cert,
    requestCert: true,
    // Who has no certificate may still bring a token.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    maxHeaderSize: MAX_HEADER_BYTES,
    handshakeTimeout: handshakeMs,
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkEveryMs,
    keepAliveTimeout: 90_000,
    shouldUpgradeCallback: leavesHttp,
  });
  connections.set(server, { secure: collect(server, 'secureConnection'), carriers: collect(server, 'connection') });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => void handle(context, request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    void upgrade(context, request, socket, head);
  });
  server.on('clientError', answerClientError);
  server.on('secureConnection', readThroughStream);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, address, port)));
    server.listen(port, address, resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

/**
 * Node's parser reads a socket below its stream where nobody listens to that. While a long answer is on its way
 * it is paused, TLS hands it on what it had deciphered already, and the connection ends with `Parse Error: Paused`:
 * a client that sends long bodies one after another lost one in ten. A listener, be it for a moment, makes the
 * parser read the stream, which waits.
 */
function readThroughStream(socket: Socket): void {
  const listener = () => {};
  socket.on('data', listener);
  socket.off('data', listener);
}

function cannotListen(error: NodeJS.ErrnoException, address: string, port: number): Error {
  if (error.code === 'EADDRINUSE') {
    return new KctlError('conflict', `port ${port} on ${address} is in use`, { cause: error });
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return new KctlError('input', `${address} is not an address of this machine`, { cause: error });
  }
  return error;
}

/** The path of a request; clients of a proxy name the server before it (RFC 9112, 3.2.2). */
const originForm = (url: string): string => (url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '') || '/');

let lastDate = { second: Number.NaN, text: '' };

/** A moment (ms) as headers say it. Many answers are sent in one second. */
function httpDate(at: number): string {
  const second = Math.floor(at / 1000);
  if (lastDate.second !== second) lastDate = { second, text: new Date(second * 1000).toUTCString() };
  return lastDate.text;
}

async function handle(context: ServerContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  request.url = originForm(request.url ?? '/');
  response.setHeader('Audit-Id', randomUUID());
  response.setHeader('Date', httpDate(context.machine.clock.now()));
  // That a connection stays open goes without saying (RFC 9112, 9.3).
  if (response.shouldKeepAlive && request.httpVersion === '1.1') response.removeHeader('Connection');
  // A client that goes away in the middle of an answer is nobody's failure.
  response.on('error', () => response.destroy());
  const answer = async (thrown: unknown) => {
    if (request.destroyed && (thrown as NodeJS.ErrnoException).code === 'ECONNRESET') return;
    const error = isTooDeep(thrown) ? badRequest('the request lies too deep in itself: exceeded max depth') : thrown;
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

/** V8's words where calls go deeper than the stack; only data that lies as deep in itself can bring that about. */
const isTooDeep = (error: unknown): boolean => error instanceof RangeError && error.message.includes('call stack');

const CUT_AFTER_MS = 200;

/**
 * Ends the server: no new connections; answers that were told to end are sent to their last byte;
 * what is left after a moment is cut.
 */
export async function close(server: Server): Promise<void> {
  const { secure, carriers } = connections.get(server)!;
  const closed = new Promise<void>((resolve) => {
    // The HTTP server's own close destroys connections that count as idle, and one counts as idle
    // before its last bytes are out.
    NetServer.prototype.close.call(server, () => resolve());
  });
  for (const socket of secure) socket.end();
  const cut = setTimeout(() => {
    for (const socket of [...secure, ...carriers]) socket.destroy();
  }, CUT_AFTER_MS);
  await closed;
  clearTimeout(cut);
}

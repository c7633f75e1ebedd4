import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { TOKEN_PROTOCOL } from '../authenticate.ts';
import { Refusal } from './refusal.ts';

/** A request that wants to leave HTTP, with the bytes that came after its head. */
export interface UpgradeRequest {
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** Upstream's server takes messages of 32 MiB. */
const LONGEST_MESSAGE = 32 * 1024 * 1024;
/** How long a client may read on after the last byte was sent; then it is cut off, as upstream does. */
const CLOSE_PATIENCE_MS = 15 * 60_000;

export const isWebSocket = ({ request }: UpgradeRequest): boolean => /^websocket$/i.test(request.headers.upgrade ?? '');

/** The protocols a WebSocket client speaks, best first, without the one that carries its token. */
export function offeredProtocols({ headers }: IncomingMessage): string[] {
  return listOf(headers['sec-websocket-protocol']).filter((one) => !one.startsWith(TOKEN_PROTOCOL));
}

const listOf = (header: string | undefined): string[] => (header ?? '').split(',').flatMap((one) => one.trim() || []);

/**
 * Answers 101 and speaks the first protocol of the client's that is served. `''` among the served ones
 * lets clients in that name none.
 * @throws Refusal 403 when none is served (the answer of the library that Kubernetes builds on)
 */
export function acceptWebSocket(
  { request, socket, head }: UpgradeRequest,
  served: readonly string[],
): Promise<{ client: WebSocket; protocol: string }> {
  const offered = offeredProtocols(request);
  const protocol = (offered.length === 0 ? [''] : offered).find((one) => served.includes(one));
  if (protocol === undefined) throw new Refusal(403, '');
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: () => protocol || false,
    maxPayload: LONGEST_MESSAGE,
    closeTimeout: CLOSE_PATIENCE_MS,
  } as ConstructorParameters<typeof WebSocketServer>[0]);
  return new Promise((resolve) => {
    server.handleUpgrade(withPlainOffer(request), socket, head, (client) => {
      client.on('error', () => client.terminate());
      resolve({ client, protocol });
    });
  });
}

/**
 * The library reads the offer before it asks which protocol it shall be, and refuses what is no token of
 * RFC 6455, as `SPDY/3.1+portforward.k8s.io` is none. Upstream's servers take any name, and so does this.
 */
function withPlainOffer(request: IncomingMessage): IncomingMessage {
  const { 'sec-websocket-protocol': offer, ...headers } = request.headers;
  const plain = offer === undefined ? headers : { ...headers, 'sec-websocket-protocol': 'any' };
  return Object.create(request, { headers: { value: plain } });
}

/**
 * Answers 101; the socket speaks SPDY/3.1 from here on.
 * @returns the first protocol of the client's that is served
 * @throws Refusal 400 for an upgrade to something else, 403 when no protocol is served
 */
export function acceptSpdy({ request, socket, head }: UpgradeRequest, served: readonly string[]): string {
  if (!/^spdy\/3\.1$/i.test(request.headers.upgrade ?? '')) {
    throw new Refusal(400, `unable to upgrade: missing upgrade headers in request: ${request.headers.upgrade}\n`);
  }
  const offered = listOf(request.headers['x-stream-protocol-version'] as string | undefined);
  if (offered.length === 0) throw new Refusal(400, 'unable to upgrade: X-Stream-Protocol-Version is required\n');
  const protocol = offered.find((one) => served.includes(one));
  if (protocol === undefined) {
    throw new Refusal(
      403,
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${served.join(' ')}]\n`,
      served.map((one) => ['X-Accepted-Stream-Protocol-Versions', one] as const),
    );
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  if (head.length > 0) socket.unshift(head);
  return protocol;
}

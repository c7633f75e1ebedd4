import type { Duplex } from 'node:stream';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import type { KctlError } from '../../lib/errors.ts';
import { badRequest, notFound, unavailable } from '../errors.ts';
import type { Exchange } from './exchange.ts';
import { CHANNEL_PROTOCOL, forwardChannels } from './streams/forward-channels.ts';
import { FORWARD_PROTOCOL, forwardStreams } from './streams/forward-streams.ts';
import { podLink } from './streams/pod-link.ts';

/** SPDY's bytes in the binary messages of a WebSocket: kubectl from 1.31 on. */
const TUNNEL_PROTOCOL = `SPDY/3.1+${FORWARD_PROTOCOL}`;
/** SPDY's longest data frame and its head; clients send far less at a time. */
const LONGEST_MESSAGE = 2 ** 24 + 8;
const PROTOCOL_ERROR = 1002;
const GOING_AWAY = 1001;
/** A close frame has room for 123 bytes of reason (RFC 6455, section 5.5). */
const LONGEST_REASON = 120;

/**
 * Port-forward in the three forms that clients speak: SPDY/3.1 in a WebSocket (kubectl from 1.31 on),
 * SPDY/3.1 after an HTTP upgrade (before that), and one WebSocket for each connection with the
 * channels of `v4.channel.k8s.io` (client libraries, kctl).
 * @throws ApiStatusError 404 without such a pod, 400 for other protocols or wrong ports
 */
export async function portForward(
  exchange: Exchange,
  socket: Duplex,
  head: Buffer,
  { namespace, pod: name }: { namespace: string; pod: string },
): Promise<void> {
  const { context, request } = exchange;
  const node = context.nodeApi();
  if (!node) throw unavailable('the nodes of this cluster are not running');
  const pod = context.machine.store.get('pods', namespace, name);
  if (!pod) throw notFound({ group: '', plural: 'pods' }, name);
  if (!pod['spec'].nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  const open = () => podLink(node, context.machine.store, pod);
  const whileServing = (stop: () => void): (() => void) => {
    context.stopping.addEventListener('abort', stop, { once: true });
    return () => context.stopping.removeEventListener('abort', stop);
  };
  if (!/^websocket$/i.test(request.headers.upgrade ?? '')) {
    acceptSpdy(exchange, socket);
    if (head.length > 0) socket.unshift(head);
    const link = open();
    const stop = forwardStreams(socket, {
      ...link,
      onEnd() {
        link.release();
        forget();
      },
    });
    const forget = whileServing(stop);
    return;
  }
  const protocol = chooseProtocol(exchange);
  const ports = protocol === CHANNEL_PROTOCOL ? portsOf(exchange) : [];
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: () => protocol,
    maxPayload: LONGEST_MESSAGE,
  });
  server.handleUpgrade(request, socket, head, (client) => {
    const link = open();
    client.on('close', link.release);
    client.on(
      'close',
      whileServing(() => client.close(GOING_AWAY)),
    );
    if (protocol === CHANNEL_PROTOCOL) forwardChannels(client, link, ports);
    else forwardStreams(createWebSocketStream(client), { ...link, onEnd: (failure) => endTunnel(client, failure) });
  });
}

function endTunnel(client: WebSocket, failure: KctlError | undefined): void {
  if (failure) client.close(PROTOCOL_ERROR, failure.message.slice(0, LONGEST_REASON));
}

function chooseProtocol({ request }: Exchange): string {
  const offered = String(request.headers['sec-websocket-protocol'] ?? '').split(/\s*,\s*/);
  const chosen = [TUNNEL_PROTOCOL, CHANNEL_PROTOCOL].find((protocol) => offered.includes(protocol));
  if (chosen) return chosen;
  throw badRequest(
    `unable to upgrade: none of the protocols ${offered.join(', ')} is served, use ${TUNNEL_PROTOCOL} or ${CHANNEL_PROTOCOL}`,
  );
}

/** Answers 101; the socket speaks SPDY from here on. */
function acceptSpdy({ request }: Exchange, socket: Duplex): void {
  const offered = String(request.headers['x-stream-protocol-version'] ?? '').split(/\s*,\s*/);
  if (!offered.includes(FORWARD_PROTOCOL)) {
    throw badRequest(
      `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${FORWARD_PROTOCOL}]`,
    );
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${FORWARD_PROTOCOL}\r\n\r\n`,
  );
}

function portsOf({ query }: Exchange): number[] {
  const ports = query
    .getAll('ports')
    .flatMap((one) => one.split(','))
    .map(Number);
  if (ports.length > 0 && ports.every((port) => Number.isInteger(port) && port >= 1 && port <= 65_535)) return ports;
  throw badRequest('query parameter "ports" must name ports between 1 and 65535');
}

import type { WebSocket } from 'ws';
import type { KctlError } from '../../lib/errors.ts';
import type { Exchange } from './exchange.ts';
import type { ResourceTarget } from './request-info.ts';
import { acceptSpdy, acceptWebSocket, isWebSocket, offeredProtocols, type UpgradeRequest } from './streams/accept.ts';
import { forwardChannelProtocols, forwardChannels, portsOf } from './streams/forward-channels.ts';
import { FORWARD_PROTOCOL, forwardStreams } from './streams/forward-streams.ts';
import { podLink } from './streams/pod-link.ts';
import { WebSocketBytes } from './streams/web-socket-bytes.ts';
import { whileServing } from './streams/while-serving.ts';
import { nodeOf, podOf } from './subresources/pod-target.ts';

/** SPDY's bytes in the binary messages of a WebSocket: kubectl from 1.31 on. */
const TUNNEL_PROTOCOL = `SPDY/3.1+${FORWARD_PROTOCOL}`;
const PROTOCOL_ERROR = 1002;
const GOING_AWAY = 1001;
/** A close frame has room for 123 bytes of reason (RFC 6455, section 5.5). */
const LONGEST_REASON = 120;

/**
 * Port-forward in the three forms that clients speak: SPDY/3.1 in a WebSocket (kubectl from 1.31 on),
 * SPDY/3.1 after an HTTP upgrade (before that), and one WebSocket for each connection with the
 * channels of `v4.channel.k8s.io` (client libraries, kctl).
 * @throws ApiStatusError 404 without such a pod, 400 for wrong ports, Refusal 403 for other protocols
 */
export async function portForward(exchange: Exchange, target: ResourceTarget, upgrade: UpgradeRequest): Promise<void> {
  const { context } = exchange;
  const pod = podOf(exchange, target);
  const node = nodeOf(exchange, pod);
  const open = () => podLink(node, context.machine.store, pod);
  if (!isWebSocket(upgrade)) {
    acceptSpdy(upgrade, [FORWARD_PROTOCOL]);
    const link = open();
    const stop = forwardStreams(upgrade.socket, {
      ...link,
      onEnd() {
        link.release();
        forget();
      },
    });
    const forget = whileServing(context.stopping, stop);
    return;
  }
  const isTunnel = offeredProtocols(upgrade.request).includes(TUNNEL_PROTOCOL);
  const ports = isTunnel ? [] : portsOf(exchange.query);
  const channels = isTunnel ? [TUNNEL_PROTOCOL] : Object.keys(forwardChannelProtocols);
  const { client, protocol } = await acceptWebSocket(upgrade, channels);
  const known = forwardChannelProtocols[protocol as keyof typeof forwardChannelProtocols];
  const link = open();
  client.on('close', link.release);
  client.on(
    'close',
    whileServing(context.stopping, () => client.close(GOING_AWAY)),
  );
  if (known) forwardChannels(client, link, ports, known.base64);
  else forwardStreams(new WebSocketBytes(client), { ...link, onEnd: (failure) => endTunnel(client, failure) });
}

function endTunnel(client: WebSocket, failure: KctlError | undefined): void {
  if (failure) client.close(PROTOCOL_ERROR, failure.message.slice(0, LONGEST_REASON));
}

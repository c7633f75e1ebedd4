import type { WebSocket } from 'ws';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { ResourceTarget } from './request-info.ts';
import { acceptWebSocket, offeredProtocols, type UpgradeRequest } from './streams/accept.ts';
import { watchInto } from './verbs/watch.ts';
import type { WatchSink } from './verbs/watch-sink.ts';

const GOING_AWAY = 1001;
const DRAIN_POLL_MS = 20;

/** A watch over WebSocket, for clients that cannot read an endless answer (browsers): one text message an event. */
export async function watchSocket(exchange: Exchange, target: ResourceTarget, upgrade: UpgradeRequest): Promise<void> {
  const shape = negotiate(exchange.request, { form: 'watch' });
  await watchInto(exchange, target, shape, async () => {
    // Any protocol that the client wants is plain messages.
    const [protocol = ''] = offeredProtocols(upgrade.request);
    const { client } = await acceptWebSocket(upgrade, [protocol]);
    return socketSink(client);
  });
}

function socketSink(client: WebSocket): WatchSink {
  return {
    send(line) {
      if (client.readyState === client.OPEN) client.send(line.toString().trimEnd());
    },
    get backlog() {
      return client.bufferedAmount;
    },
    // A WebSocket does not say when it has been read.
    async drained() {
      while (client.readyState === client.OPEN && client.bufferedAmount > 0) {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
      }
    },
    end: () => client.close(GOING_AWAY),
    cut: () => client.terminate(),
    onClose: (run) => void client.on('close', run),
  };
}

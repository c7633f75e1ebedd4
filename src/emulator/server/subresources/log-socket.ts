import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { acceptWebSocket, type UpgradeRequest } from '../streams/accept.ts';
import { withLog } from './log.ts';

/** Whether a WebSocket of the log is sent text messages in base64. `''` is for clients that name none. */
const socketProtocols = { 'binary.k8s.io': false, 'base64.binary.k8s.io': true, '': false } as const;
const NORMAL = 1000;
const INTERNAL_ERROR = 1011;

/** The log in the messages of a WebSocket, for clients that cannot read an endless answer (browsers). */
export async function logSocket(exchange: Exchange, target: ResourceTarget, upgrade: UpgradeRequest): Promise<void> {
  await withLog(exchange, target, async (chunks, end) => {
    const { client, protocol } = await acceptWebSocket(upgrade, Object.keys(socketProtocols));
    const isBase64 = socketProtocols[protocol as keyof typeof socketProtocols];
    client.on('close', end);
    let code = NORMAL;
    try {
      for await (const chunk of chunks) {
        const message = isBase64 ? Buffer.from(chunk).toString('base64') : chunk;
        // What the network did not take yet holds up the reading.
        await new Promise<void>((taken) => client.send(message, () => taken()));
        if (client.readyState !== client.OPEN) return;
      }
    } catch {
      // The client has left HTTP: an error can only be told by the end.
      code = INTERNAL_ERROR;
    } finally {
      client.close(code);
    }
  });
}

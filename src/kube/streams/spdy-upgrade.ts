import type { Duplex } from 'node:stream';
import type { SocketRequest, Transport } from '../cluster.ts';
import { failureLimit } from '../transport/body-limits.ts';
import { UpgradeRefused, upgradeError } from '../transport/upgrade-refused.ts';

/**
 * Asks for SPDY/3.1 on a path of its own connection (apimachinery, pkg/util/httpstream/spdy).
 * @returns the socket and the protocol of the streams in it
 * @throws ApiStatusError or UpgradeRefused for any answer but 101
 */
export async function upgradeToSpdy(
  transport: Transport,
  { protocols, path, query, signal }: SocketRequest,
): Promise<{ socket: Duplex; protocol: string }> {
  const answer = await transport.pass({
    method: 'POST',
    path,
    ...(query ? { query } : {}),
    headers: {
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': [...protocols],
      'content-length': '0',
    },
    ...(signal ? { signal } : {}),
  });
  if (!answer.socket) {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > failureLimit) break;
    }
    throw upgradeError(answer.status, Buffer.concat(chunks).toString('utf8'));
  }
  const protocol = headerOf(answer.rawHeaders, 'x-stream-protocol-version');
  if (protocol !== undefined && protocols.includes(protocol)) return { socket: answer.socket, protocol };
  answer.socket.destroy();
  throw new UpgradeRefused(101, `unable to negotiate protocol: server chose ${JSON.stringify(protocol ?? '')}`);
}

function headerOf(rawHeaders: readonly string[], name: string): string | undefined {
  const at = rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
}

import { createHash, randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { PassedAnswer, SocketRequest, Transport } from '../cluster.ts';
import { failureLimit } from '../transport/body-limits.ts';
import { UpgradeRefused, upgradeError } from '../transport/upgrade-refused.ts';
import { WebSocketWire } from './web-socket-wire.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Asks for a WebSocket that carries one byte stream (kubernetes/enhancements, KEP-4006).
 * @throws ApiStatusError or UpgradeRefused for any answer but a WebSocket of that protocol
 */
export async function upgradeToTunnel(
  transport: Pick<Transport, 'pass' | 'server'>,
  { path, query, protocol, signal }: Omit<SocketRequest, 'protocols'> & { protocol: string },
): Promise<Duplex> {
  const key = randomBytes(16).toString('base64');
  const answer = await transport.pass({
    method: 'GET',
    path,
    ...(query ? { query } : {}),
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': protocol,
    },
    ...(signal ? { signal } : {}),
  });
  if (!answer.socket) throw upgradeError(answer.status, await bodyOf(answer));
  const problem = problemOf(answer, key, protocol);
  if (problem === undefined) return new WebSocketWire(answer.socket, !transport.server.startsWith('https:'));
  answer.socket.destroy();
  throw new UpgradeRefused(101, problem);
}

function problemOf({ rawHeaders }: PassedAnswer, key: string, protocol: string): string | undefined {
  const header = (name: string) => {
    const at = rawHeaders.findIndex((each, index) => index % 2 === 0 && each.toLowerCase() === name);
    return at < 0 ? '' : (rawHeaders[at + 1] ?? '');
  };
  if (header('upgrade').toLowerCase() !== 'websocket') return 'the server switched to something else';
  const expected = createHash('sha1').update(`${key}${GUID}`).digest('base64');
  if (header('sec-websocket-accept') !== expected) return 'the answer is not to this request';
  const chosen = header('sec-websocket-protocol');
  return chosen === protocol ? undefined : `unable to negotiate protocol: server chose ${JSON.stringify(chosen)}`;
}

async function bodyOf({ body }: PassedAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > failureLimit) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

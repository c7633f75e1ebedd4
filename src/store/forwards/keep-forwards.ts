import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { kctlVersion } from '../../lib/version.ts';
import type { ForwardList } from './forward-list.ts';
import { KEEPER_PROTOCOL, type KeeperRecord, removeKeeper, socketPath, writeKeeper } from './keeper-files.ts';
import type { ForwardKeeper, RunningForward } from './running-forward.ts';

/** One line of JSON each way; then the connection is over. */
export type KeeperRequest =
  | { token: string; ask: 'list' }
  | { token: string; ask: 'stop'; ids: readonly string[] }
  | { token: string; ask: 'restart'; ids: readonly string[] };

export interface KeeperAnswer {
  forwards?: readonly RunningForward[];
  /** Of `stop` and `restart`: those that were there. */
  done?: readonly string[];
  error?: string;
}

const LONGEST_REQUEST = 64 * 1024;
const PATIENCE_MS = 5_000;
const FAREWELL_MS = 500;

/**
 * Signs the forwards of this process in, so that every kctl of the user sees them and can stop them.
 * @returns what signs out
 */
export async function keepForwards(
  list: ForwardList,
  env: Record<string, string | undefined>,
  kind: ForwardKeeper['kind'],
  id: string = `${process.pid}-${randomBytes(4).toString('hex')}`,
): Promise<() => Promise<void>> {
  const token = randomBytes(24).toString('hex');
  const socket = socketPath(env, id);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.once('close', () => sockets.delete(client));
    answer(client, list, token);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  server.unref();
  if (process.platform !== 'win32') chmodSync(socket, 0o600);
  const record: KeeperRecord = {
    protocol: KEEPER_PROTOCOL,
    id,
    pid: process.pid,
    kind,
    version: kctlVersion,
    since: Date.now(),
    socket,
    token,
  };
  writeKeeper(env, record);
  const clear = () => removeKeeper(env, record);
  process.on('exit', clear);
  return async () => {
    process.off('exit', clear);
    server.close();
    clear();
    // Who has asked for the end is told of it.
    const gone = [...sockets].map((client) => new Promise((resolve) => client.once('close', resolve)));
    await Promise.race([Promise.all(gone), pause(FAREWELL_MS, undefined, { ref: false })]);
    for (const client of sockets) client.destroy();
  };
}

function answer(client: Socket, list: ForwardList, token: string): void {
  let text = '';
  client.setEncoding('utf8');
  client.setTimeout(PATIENCE_MS, () => client.destroy());
  client.on('error', () => client.destroy());
  client.on('data', (chunk: string) => {
    text += chunk;
    if (text.length > LONGEST_REQUEST) client.destroy();
    const end = text.indexOf('\n');
    if (end < 0) return;
    client.pause();
    void handle(text.slice(0, end), list, token).then((said) => client.end(`${JSON.stringify(said)}\n`));
  });
}

async function handle(line: string, list: ForwardList, token: string): Promise<KeeperAnswer> {
  let request: KeeperRequest;
  try {
    request = JSON.parse(line) as KeeperRequest;
  } catch {
    return { error: 'this is no request' };
  }
  if (!isSame(request.token, token)) return { error: 'the token is wrong' };
  switch (request.ask) {
    case 'list':
      return { forwards: list.now() };
    case 'stop':
      return { done: request.ids.filter((id) => list.stop(id)) };
    case 'restart': {
      const there = new Set(list.now().map(({ id }) => id));
      const ids = request.ids.filter((id) => there.has(id));
      const results = await Promise.allSettled(ids.map((id) => list.restart(id)));
      const failed = results.find((result) => result.status === 'rejected');
      return failed ? { error: String((failed.reason as Error).message) } : { done: ids };
    }
    default:
      return { error: `this kctl (${kctlVersion}) does not know what is asked for` };
  }
}

function isSame(given: unknown, token: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

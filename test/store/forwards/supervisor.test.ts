import { connect } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { joinStreams } from '../../../src/store/forwards/join-streams.ts';
import { type Listen, listenTcp } from '../../../src/store/forwards/local-listener.ts';
import { PodPool } from '../../../src/store/forwards/pod-pool.ts';
import {
  type ForwardEvent,
  type ForwardOptions,
  PortForwardSupervisor,
} from '../../../src/store/forwards/supervisor.ts';
import { ManualTiming } from '../manual-timing.ts';

const pod = (name: string, overrides: { ready?: boolean; phase?: string; deleting?: boolean } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    uid: `uid-${name}`,
    creationTimestamp: '2026-01-01T00:00:00Z',
    ...(overrides.deleting ? { deletionTimestamp: '2026-01-01T01:00:00Z' } : {}),
  },
  status: {
    phase: overrides.phase ?? 'Running',
    conditions: [{ type: 'Ready', status: (overrides.ready ?? true) ? 'True' : 'False' }],
  },
});

/** A forward whose network is memory: `visit` is a client, every pod answers `<name>:<what it got>`. */
async function forward(pods: KubeObject[], options: Partial<ForwardOptions> & { broken?: string[] } = {}) {
  const pool = new PodPool();
  pool.replace(pods);
  const timing = new ManualTiming();
  const events: ForwardEvent[] = [];
  const clients = new Map<number, (socket: Duplex) => void>();
  let closed = 0;
  const listen: Listen = async (address, port, connected) => {
    if (address === 'taken') throw Object.assign(new Error('address already in use'), { code: 'EADDRINUSE' });
    const bound = port === 0 ? 40_000 : port;
    clients.set(bound, connected);
    return { port: bound, close: () => void closed++ };
  };
  const supervisor = new PortForwardSupervisor({
    pool,
    timing,
    listen,
    ports: [{ local: 8080, remote: () => 80 }],
    addresses: ['127.0.0.1'],
    mayMove: true,
    network: {
      warm: async () => {},
      async dial({ pod: name, port }) {
        if (options.broken?.includes(name)) throw new Error(`cannot reach ${name}`);
        const [ours, theirs] = duplexPair();
        let asked = '';
        theirs.on('data', (chunk: Buffer) => {
          asked += chunk;
        });
        theirs.on('end', () => theirs.end(`${name}:${port}:${asked}`));
        return ours;
      },
    },
    report: (event) => events.push(event),
    ...options,
  });
  await supervisor.start();
  const visit = async (message: string, port = 8080): Promise<string> => {
    const [client, server] = duplexPair();
    const answer = text(client);
    clients.get(port)!(server);
    client.end(message);
    return answer;
  };
  return { supervisor, pool, timing, events, visit, closed: () => closed };
}

describe('forwarding', () => {
  test('carries both ways, half-closed, and counts', async () => {
    const { supervisor, visit, timing, events } = await forward([pod('a')]);
    expect(await visit('hello')).toBe('a:80:hello');
    timing.advance(250);
    expect(supervisor.getSnapshot()).toMatchObject({
      phase: 'forwarding',
      pod: 'a',
      connections: 1,
      received: 10,
      sent: 5,
    });
    expect(events).toEqual([
      { type: 'listening', address: '127.0.0.1', local: 8080, remote: 80 },
      { type: 'connection', local: 8080 },
    ]);
  });
  test('prefers a ready pod', async () => {
    const { visit } = await forward([pod('a', { ready: false }), pod('b'), pod('c', { phase: 'Pending' })]);
    expect(await visit('')).toBe('b:80:');
  });
  test('a free port chosen for the first address serves the others too', async () => {
    const { supervisor } = await forward([pod('a')], {
      ports: [{ local: 0, remote: () => 80 }],
      addresses: ['127.0.0.1', '::1'],
    });
    expect(supervisor.getSnapshot().listeners.map((l) => l.local)).toEqual([40_000, 40_000]);
  });
  test('one address in use is no failure, all of them are', async () => {
    const { supervisor } = await forward([pod('a')], { addresses: ['taken', '127.0.0.1'] });
    expect(supervisor.getSnapshot().listeners).toHaveLength(1);
    await expect(forward([pod('a')], { addresses: ['taken'] })).rejects.toThrow('address already in use');
  });
});

describe('when the pod goes', () => {
  test('another ready one takes over and that is said', async () => {
    const { pool, visit, events } = await forward([pod('a'), pod('b')]);
    pool.change('DELETED', pod('a'));
    expect(await visit('x')).toBe('b:80:x');
    expect(events).toContainEqual({ type: 'moved', from: 'a', to: 'b' });
  });
  test('it moves already when the pod begins to terminate', async () => {
    const { pool, supervisor } = await forward([pod('a'), pod('b')]);
    pool.change('MODIFIED', pod('a', { deleting: true }));
    expect(supervisor.getSnapshot().pod).toBe('b');
  });
  test('a pod that does not answer is left for another', async () => {
    const { visit, events } = await forward([pod('a'), pod('b')], { broken: ['a'] });
    expect(await visit('x')).toBe('b:80:x');
    expect(events).toContainEqual({ type: 'moved', from: 'a', to: 'b' });
  });
  test('connections wait for the next pod', async () => {
    const { pool, visit, events, supervisor } = await forward([pod('a')]);
    pool.change('DELETED', pod('a'));
    expect(supervisor.getSnapshot().phase).toBe('waiting');
    const answer = visit('late');
    pool.change('ADDED', pod('b'));
    expect(await answer).toBe('b:80:late');
    expect(events.map((e) => e.type)).toEqual(['listening', 'waiting', 'connection', 'moved']);
    expect(supervisor.getSnapshot().phase).toBe('forwarding');
  });
  test('but not for ever', async () => {
    const { pool, visit, timing, events } = await forward([pod('a')]);
    pool.change('DELETED', pod('a'));
    const answer = visit('late').catch(() => 'closed');
    timing.advance(5_000);
    await answer;
    expect(events.at(-1)).toEqual({
      type: 'error',
      message: 'an error occurred forwarding 8080: refused, no pod is ready: there is no pod',
    });
  });
  test('a forward to one pod ends with it', async () => {
    const { pool, events, supervisor, closed } = await forward([pod('a')], { mayMove: false });
    pool.change('DELETED', pod('a'));
    expect(events.at(-1)).toEqual({ type: 'lost', pod: 'a' });
    expect(supervisor.getSnapshot().phase).toBe('lost');
    expect(closed()).toBe(1);
  });
});

describe('joined streams', () => {
  const joined = () => {
    const [client, local] = duplexPair();
    const [remote, server] = duplexPair();
    const over = joinStreams(local, remote, () => {});
    client.resume();
    server.resume();
    return { client, local, remote, server, over };
  };
  test('a client that ended its half waits for the answer as long as the pod takes', async () => {
    const { client, remote, server, over } = joined();
    client.end('ask');
    await new Promise((resolve) => remote.once('finish', resolve));
    expect(remote.destroyed).toBe(false);
    server.end('answer');
    await over;
  });
  test('a pod that breaks off before its end is no end', async () => {
    const { local, remote, over } = joined();
    remote.destroy();
    await expect(over).rejects.toThrow('lost connection to pod');
    expect(local.destroyed).toBe(true);
  });
  test('a client that is gone takes the pod side with it', async () => {
    const { local, remote, over } = joined();
    local.destroy();
    await over;
    expect(remote.destroyed).toBe(true);
  });
  test('an error on the pod side is told and closes the client', async () => {
    const { local, remote, over } = joined();
    remote.destroy(new Error('refused'));
    await expect(over).rejects.toThrow('refused');
    expect(local.destroyed).toBe(true);
  });
});

test('real sockets: a taken port is the system error, a closed listener lets go of it', async () => {
  const first = await listenTcp('127.0.0.1', 0, (socket) => socket.end('hi'));
  await expect(listenTcp('127.0.0.1', first.port, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(await text(connect(first.port, '127.0.0.1'))).toBe('hi');
  first.close();
  const second = await listenTcp('127.0.0.1', first.port, () => {});
  expect(second.port).toBe(first.port);
  second.close();
});

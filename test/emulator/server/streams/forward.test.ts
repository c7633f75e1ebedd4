import { type Duplex, duplexPair } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { forwardStreams } from '../../../../src/emulator/server/streams/forward-streams.ts';
import { podLink } from '../../../../src/emulator/server/streams/pod-link.ts';
import { Store } from '../../../../src/emulator/storage/store.ts';
import type { KctlError } from '../../../../src/lib/errors.ts';
import { eventually } from '../../../support/program.ts';
import { type FakeCluster, fakeCluster, processNode, runningPod } from './fake-node.ts';
import { RawClient } from './raw-client.ts';

/** A pod whose ports are the far ends of the connections that were made. */
function pod() {
  const ends = new Map<number, Duplex[]>();
  return {
    ends,
    async connect(port: number): Promise<Duplex> {
      if (port === 81) throw new Error('connection refused');
      const [near, far] = duplexPair();
      ends.set(port, [...(ends.get(port) ?? []), far]);
      // Two sides of one connection: when one is cut off, so is the other.
      far.on('error', () => {}).once('close', () => near.destroy());
      near.once('close', () => far.destroy());
      return near;
    },
  };
}

function forward() {
  const [near, far] = duplexPair();
  const target = pod();
  const over: (KctlError | undefined)[] = [];
  const close = forwardStreams(near, {
    connect: target.connect,
    sandbox: 'box',
    onEnd: (failure) => over.push(failure),
  });
  return { client: new RawClient(far), ends: target.ends, over, close };
}

const connected = (ends: Map<number, Duplex[]>, port: number, at = 0) =>
  eventually(() => ends.get(port)?.[at], 'the connection');

describe('streams of portforward.k8s.io', () => {
  test('are joined by their request, and each connection is its own', async () => {
    const { client, ends } = forward();
    client.openPair(1, 80);
    client.openPair(5, 80, 'second');
    const first = await connected(ends, 80, 0);
    const second = await connected(ends, 80, 1);
    client.data(3, 'to the first');
    client.data(7, 'to the second', true);
    expect(String(await new Promise((resolve) => first.once('data', resolve)))).toBe('to the first');
    let heard = '';
    second.on('data', (data) => {
      heard += data;
    });
    await new Promise((resolve) => second.once('end', resolve));
    expect(heard).toBe('to the second');
    // The client has closed its half; the answer still comes.
    second.end('from the second');
    await client.until(() => client.isFinished(7) && client.isFinished(5), 'both ends of the second');
    expect(client.bytes(7).toString()).toBe('from the second');
    expect(client.isFinished(3)).toBe(false);
    first.end('bye');
    await client.until(() => client.isFinished(3) && client.isFinished(1), 'both ends of the first');
    expect(client.bytes(1).toString()).toBe('');
  });

  test('of clients without request ids are joined by their numbers', async () => {
    const { client, ends } = forward();
    client.open(1, { streamtype: 'error', port: '80' }, true);
    client.open(3, { streamtype: 'data', port: '80' });
    client.data(3, 'old');
    const end = await connected(ends, 80);
    expect(String(await new Promise((resolve) => end.once('data', resolve)))).toBe('old');
  });

  test('tell on the error stream what went wrong, in the words of a kubelet, and the others go on', async () => {
    const { client, ends } = forward();
    client.openPair(1, 81);
    client.openPair(5, 80);
    await client.until(() => client.isFinished(1) && client.isFinished(3), 'the refusal');
    expect(client.bytes(1).toString()).toBe('error forwarding port 81 to pod box, uid : connection refused');
    const end = await connected(ends, 80);
    end.write('still here');
    await client.until(() => client.bytes(7).toString() === 'still here', 'the other');
  });

  test('are refused for ports and types that are none, and a second time', async () => {
    const { client, ends } = forward();
    client.open(1, { streamtype: 'data', port: '0', requestid: '1' });
    client.open(3, { streamtype: 'data', port: '70000', requestid: '1' });
    client.open(5, { streamtype: 'data', port: 'http', requestid: '1' });
    client.open(7, { streamtype: 'strange', port: '80', requestid: '1' });
    client.open(9, { streamtype: 'data', port: '80', requestid: 'r' });
    client.open(11, { streamtype: 'data', port: '80', requestid: 'r' });
    await client.until(() => client.of('rstStream').length === 5, 'five resets');
    expect(client.of('rstStream').map(({ stream }) => stream)).toEqual([1, 3, 5, 7, 11]);
    expect(ends.size).toBe(0);
  });

  test('whose other half does not come are given up', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { client } = forward();
    client.open(1, { streamtype: 'error', port: '80', requestid: 'r' });
    client.open(3, { streamtype: 'data', port: '80', requestid: 'alone' });
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    vi.advanceTimersByTime(31_000);
    vi.useRealTimers();
    await client.until(() => client.isFinished(1) && client.of('rstStream').length === 1, 'both given up');
    expect(client.bytes(1).toString()).toBe('(request=r) timed out waiting for streams');
    expect(client.of('rstStream')[0]!.stream).toBe(3);
  });

  test('break with the pod and break the pod when the client goes', async () => {
    const { client, ends, over } = forward();
    client.openPair(1, 80);
    client.openPair(5, 82);
    (await connected(ends, 80)).destroy();
    await client.until(() => client.isFinished(1), 'the end of the error stream');
    await client.until(
      () => client.of('rstStream').some(({ stream }) => stream === 3) || client.isFinished(3),
      'the break',
    );
    const kept = await connected(ends, 82);
    client.transport.destroy();
    await eventually(() => kept.destroyed, 'the end at the pod');
    expect(over).toEqual([undefined]);
  });

  test('end when the server says so, and for what is no SPDY', async () => {
    const { client, close, over } = forward();
    close();
    await client.until(() => client.isEnded, 'the end');
    expect(client.of('goAway')).toHaveLength(1);
    const broken = forward();
    broken.client.transport.write(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    broken.client.transport.write(Buffer.from([0x80, 9, 0, 1, 0, 0, 0, 0]));
    await eventually(() => broken.over.length === 1, 'the end');
    expect(broken.over[0]?.message).toMatch(/^SPDY: /);
    expect(over).toEqual([undefined]);
  });
});

describe('the link to a pod', () => {
  const linked = () => {
    const store = new Store(':memory:');
    const web = store.put('pods', runningPod('web'));
    const target = pod();
    const node = { ...processNode, connect: (_ns: string, _pod: string, port: number) => target.connect(port) };
    return { store, link: podLink(node, store, web), ends: target.ends };
  };

  test('connects to that pod alone: one of the same name is another', async () => {
    const { store, link } = linked();
    expect(link.sandbox).toBe('uid-of-web');
    await link.connect(80);
    store.delete('pods', 'default', 'web');
    store.put('pods', { ...runningPod('web'), metadata: { name: 'web', namespace: 'default', uid: 'another' } });
    await expect(link.connect(80)).rejects.toThrow('failed to find sandbox "uid-of-web" in store: not found');
    link.release();
  });

  test('breaks what is open when the pod goes, not when another does or it changes', async () => {
    const { store, link } = linked();
    const connection = await link.connect(80);
    connection.on('error', () => {});
    store.put('pods', runningPod('other'));
    store.delete('pods', 'default', 'other');
    store.put('pods', { ...store.get('pods', 'default', 'web')!, spec: { nodeName: 'node-2' } } as never);
    expect(connection.destroyed).toBe(false);
    store.delete('pods', 'default', 'web');
    expect(connection.destroyed).toBe(true);
    link.release();
  });

  test('watches no longer once it is released', async () => {
    const { store, link } = linked();
    const connection = await link.connect(80);
    link.release();
    store.delete('pods', 'default', 'web');
    expect(connection.destroyed).toBe(false);
    connection.destroy();
  });
});

describe('port-forward of the server', () => {
  const target = pod();
  const path = '/api/v1/namespaces/default/pods/web/portforward';
  let cluster: FakeCluster;
  beforeAll(async () => {
    const node = { ...processNode, connect: (_ns: string, _pod: string, port: number) => target.connect(port) };
    cluster = await fakeCluster(node, { pods: [runningPod('web')] });
  });
  afterAll(() => cluster.stop());
  beforeEach(() => target.ends.clear());

  test('has channels: two for each port, which it names first, and closes when all are done', async () => {
    const client = await cluster.open(`${path}?ports=80&ports=8443`, ['v4.channel.k8s.io']);
    client.send(0, 'to 80');
    client.send(2, 'to 8443');
    const [plain, secure] = [await connected(target.ends, 80), await connected(target.ends, 8443)];
    expect(String(await new Promise((resolve) => plain.once('data', resolve)))).toBe('to 80');
    expect(String(await new Promise((resolve) => secure.once('data', resolve)))).toBe('to 8443');
    plain.end('from 80');
    await eventually(() => client.bytes(0).length > 2, 'the answer');
    expect(client.closed).toBeUndefined();
    secure.end('from 8443');
    await eventually(() => client.closed, 'the close');
    const port = (number: number) => Buffer.from(Uint16Array.of(number).buffer).toString('latin1');
    expect([0, 1, 2, 3].map((channel) => client.bytes(channel).toString('latin1'))).toEqual([
      `${port(80)}from 80`,
      port(80),
      `${port(8443)}from 8443`,
      port(8443),
    ]);
  });

  test('tells on the error channel that nothing listens', async () => {
    const client = await cluster.open(`${path}?ports=81`, ['v4.base64.channel.k8s.io']);
    await eventually(() => client.closed, 'the close');
    const last = client.messages.at(-1)!.toString();
    expect(last[0]).toBe('1');
    expect(Buffer.from(last.slice(1), 'base64').toString()).toBe(
      'error forwarding port 81 to pod uid-of-web, uid : connection refused',
    );
  });

  test('loses nothing of many bytes in both directions', async () => {
    const client = await cluster.open(`${path}?ports=80`, ['v4.channel.k8s.io']);
    const end = await connected(target.ends, 80);
    end.pipe(end);
    const sent = Buffer.alloc(8 * 1024 * 1024, 'abcdefghijk');
    for (let at = 0; at < sent.length; at += 100_000) client.send(0, sent.subarray(at, at + 100_000));
    await eventually(() => client.bytes(0).length === sent.length + 2, 'all of it');
    expect(client.bytes(0).subarray(2).equals(sent)).toBe(true);
    client.socket.close();
    await eventually(() => client.closed !== undefined, 'the close');
  });

  test('refuses in the words of a kubelet', async () => {
    const refused = (query: string, protocols = ['v4.channel.k8s.io']) =>
      cluster.open(path + query, protocols).then(
        () => Promise.reject(new Error('it was accepted')),
        ({ status, text }) => ({ status, text }),
      );
    expect(await refused('')).toEqual({ status: 400, text: 'query parameter "port" is required' });
    expect(await refused('?ports=')).toEqual({ status: 400, text: 'query parameter "port" cannot be empty' });
    expect(await refused('?ports=80,x')).toEqual({ status: 400, text: 'unable to parse "80,x" as a port' });
    expect(await refused('?ports=0')).toEqual({ status: 400, text: 'port "0" must be > 0' });
    expect(await refused('?ports=80', ['v9.channel.k8s.io'])).toEqual({ status: 403, text: '' });
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { forbidden, internalError } from '../../../../src/emulator/errors.ts';
import type { AdmissionRequest } from '../../../../src/emulator/registry/machine.ts';
import { eventually } from '../../../support/program.ts';
import { type FakeCluster, fakeCluster, heldNode, type NodeCall, runningPod } from './fake-node.ts';
import { RawClient } from './raw-client.ts';

const pods = '/api/v1/namespaces/default/pods';
const all = 'stdin=true&stdout=true&stderr=true';
const V5 = 'v5.channel.k8s.io';
const V4 = 'v4.channel.k8s.io';
const { node, calls } = heldNode();
const waiting = runningPod('waiting');
waiting['status'].containerStatuses[0].state = { waiting: { reason: 'ContainerCreating' } };
const unplaced = runningPod('unplaced');
delete unplaced['spec'].nodeName;

let cluster: FakeCluster;
beforeAll(async () => {
  cluster = await fakeCluster(node, { pods: [runningPod('web'), runningPod('two', ['a', 'b']), waiting, unplaced] });
});
afterAll(() => cluster.stop());
beforeEach(() => {
  calls.length = 0;
});

const call = async (): Promise<NodeCall> => {
  await eventually(() => calls.length === 1, 'the call at the node');
  return calls[0]!;
};
const success = { metadata: {}, status: 'Success' };

describe('exec over WebSocket', () => {
  test('carries all channels, in order, and tells success', async () => {
    const client = await cluster.open(`${pods}/web/exec?command=sh&command=-c&command=a+b&${all}&tty=true`, [V5, V4]);
    expect(client.socket.protocol).toBe(V5);
    const { options, streams, exit } = await call();
    // A terminal has one output.
    expect(options).toEqual({
      container: 'app',
      command: ['sh', '-c', 'a b'],
      stdin: true,
      stdout: true,
      stderr: false,
      tty: true,
    });
    expect(Object.keys(streams).sort()).toEqual(['resize', 'stdin', 'stdout']);
    client.send(4, '{"Width":80,"Height":24}');
    client.send(0, 'in');
    const sizes = streams.resize![Symbol.asyncIterator]();
    expect((await sizes.next()).value).toEqual({ width: 80, height: 24 });
    expect(String((await streams.stdin!.iterator({ destroyOnReturn: false }).next()).value)).toBe('in');
    streams.stdout!.write('out');
    streams.stdout!.end();
    exit(0);
    await eventually(() => client.closed, 'the close');
    // The first message says that the command may begin.
    expect(client.messages[0]).toEqual(Buffer.from([1]));
    expect(client.text(1)).toBe('out');
    expect(JSON.parse(client.text(3))).toEqual(success);
    expect(client.closed).toBe(1000);
  });

  test('v5 closes one channel: the process reads to its end and goes on to write', async () => {
    const client = await cluster.open(`${pods}/web/exec?command=cat&${all}`, [V5]);
    const { streams, exit } = await call();
    client.send(0, 'last words');
    client.send(255, Buffer.from([0]));
    let heard = '';
    for await (const chunk of streams.stdin!) heard += chunk;
    expect(heard).toBe('last words');
    streams.stderr!.end('after the end');
    streams.stdout!.end();
    exit(3);
    await eventually(() => client.closed, 'the close');
    expect(client.text(2)).toBe('after the end');
    expect(JSON.parse(client.text(3))).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: command terminated with exit code 3',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    });
  });

  test('v4 has the words of the node, older ones text', async () => {
    const ends: string[] = [];
    for (const protocols of [[V4], ['channel.k8s.io'], []]) {
      calls.length = 0;
      const client = await cluster.open(`${pods}/web/exec?command=false&command=x&stdout=1`, protocols);
      (await call()).exit(1);
      await eventually(() => client.closed, 'the close');
      ends.push(client.text(3));
    }
    const words = 'command terminated with non-zero exit code: error executing command [false x], exit code 1';
    expect(JSON.parse(ends[0]!).message).toBe(words);
    expect(ends.slice(1)).toEqual([words, words]);
  });

  test('base64 has digits for channels', async () => {
    const client = await cluster.open(`${pods}/web/exec?command=cat&${all}`, ['v4.base64.channel.k8s.io']);
    const { streams, exit } = await call();
    client.socket.send(`0${Buffer.from('über').toString('base64')}`);
    expect(String((await streams.stdin!.iterator({ destroyOnReturn: false }).next()).value)).toBe('über');
    streams.stdout!.end(Buffer.from([0, 255]));
    streams.stderr!.end();
    exit(0);
    await eventually(() => client.closed, 'the close');
    const texts = client.messages.map(String);
    expect(texts).toEqual(['1', `1${Buffer.from([0, 255]).toString('base64')}`, expect.stringMatching(/^3/)]);
    expect(JSON.parse(Buffer.from(texts[2]!.slice(1), 'base64').toString())).toEqual(success);
  });

  test('a client that hangs up cancels the command', async () => {
    const client = await cluster.open(`${pods}/web/exec?command=sleep&${all}`, [V5]);
    const { signal, streams } = await call();
    expect(signal.aborted).toBe(false);
    client.socket.terminate();
    await eventually(() => signal.aborted, 'the signal');
    expect(streams.stdout!.destroyed).toBe(true);
  });

  test('a client that is held up is held up: nothing piles up, and nothing is lost', async () => {
    const client = await cluster.open(`${pods}/web/exec?command=wc&${all}`, [V5]);
    const { streams, exit } = await call();
    const stdin = streams.stdin!;
    const piece = Buffer.alloc(64 * 1024, 7);
    const total = 256;
    for (let sent = 0; sent < total; sent++) client.send(0, piece);
    client.send(255, Buffer.from([0]));
    await eventually(() => client.socket.bufferedAmount > 4_000_000 && stdin.readableLength > 0, 'a full way');
    expect(stdin.readableLength).toBeLessThan(1024 * 1024);
    let heard = 0;
    for await (const chunk of stdin) heard += (chunk as Buffer).length;
    expect(heard).toBe(total * piece.length);
    streams.stdout!.end();
    streams.stderr!.end();
    exit(0);
    await eventually(() => client.closed, 'the close');
  });

  test('a process that writes faster than the client reads waits, and its last byte arrives before the status', async () => {
    const client = await cluster.open(`${pods}/web/exec?command=yes&${all}`, [V5]);
    const { streams, exit } = await call();
    client.socket.pause();
    const piece = Buffer.alloc(256 * 1024, 1);
    let written = 0;
    const total = 128;
    const writing = (async () => {
      for (let count = 0; count < total; count++) {
        await new Promise<void>((done) => streams.stdout!.write(piece, () => done()));
        written++;
      }
      streams.stdout!.end();
      streams.stderr!.end();
      exit(0);
    })();
    let before = -1;
    await eventually(() => {
      const same = written === before && written > 0;
      before = written;
      return same;
    }, 'the writer to wait');
    expect(written).toBeLessThan(total);
    client.socket.resume();
    await writing;
    await eventually(() => client.closed, 'the close');
    expect(client.bytes(1).length).toBe(total * piece.length);
    expect(client.messages.at(-1)![0]).toBe(3);
  });

  test('what is no message of the protocol ends it or is passed over', async () => {
    const bad = await cluster.open(`${pods}/web/exec?command=cat&${all}`, [V5]);
    await call();
    bad.send(9, 'nobody');
    bad.send(1, 'not yours');
    bad.socket.send(Buffer.alloc(0));
    bad.send(255, Buffer.from([0, 0]));
    await eventually(() => bad.closed, 'the close');
    expect(bad.closed).toBe(1002);
    expect(calls[0]!.signal.aborted).toBe(true);
  });
});

describe('what cannot be done', () => {
  const refused = async (path: string, protocols = [V4]): Promise<{ status: number; text: string }> =>
    cluster.open(path, protocols).then(
      () => Promise.reject(new Error('it was accepted')),
      (error) => error,
    );
  const message = ({ text }: { text: string }) => JSON.parse(text).message;

  test('is refused by the API server in a Status', async () => {
    const nobody = await refused(`${pods}/nobody/exec?command=x&stdout=1`, [V5]);
    expect(nobody.status).toBe(404);
    expect(message(nobody)).toBe('pods "nobody" not found');
    const ambiguous = await refused(`${pods}/two/exec?command=x&stdout=1`, [V5]);
    expect(ambiguous.status).toBe(400);
    expect(message(ambiguous)).toBe('a container name must be specified for pod two, choose one of: [a b]');
    expect(message(await refused(`${pods}/two/attach?container=c&stdout=1`))).toBe(
      'container c is not valid for pod two',
    );
    expect(message(await refused(`${pods}/unplaced/exec?command=x&stdout=1`))).toBe(
      'pod unplaced does not have a host assigned',
    );
  });

  test('is refused by the node in plain text, but for clients of v5 in the error channel', async () => {
    const cases = [
      ['waiting/exec?command=x&stdout=1', 500, 'container not found ("app")'],
      ['waiting/attach?stdout=1', 500, 'container app not found in pod waiting_default'],
      ['web/exec?command=x&stdout=false&stderr=0', 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ] as const;
    for (const [path, status, text] of cases) {
      expect(await refused(`${pods}/${path}`)).toMatchObject({ status, text });
      const client = await cluster.open(`${pods}/${path}`, [V5]);
      await eventually(() => client.closed, 'the close');
      expect(JSON.parse(client.text(3))).toMatchObject({
        reason: 'InternalError',
        code: 500,
        message: `Internal error occurred: unable to upgrade connection: ${text}`,
      });
    }
    expect(calls).toEqual([]);
  });

  test('at the start of the process is told in the error channel', async () => {
    const told: string[] = [];
    for (const protocol of [V4, V5]) {
      calls.length = 0;
      const client = await cluster.open(`${pods}/web/exec?command=x&stdout=1`, [protocol]);
      (await call()).fail(new Error('no such file'));
      await eventually(() => client.closed, 'the close');
      told.push(JSON.parse(client.text(3)).message);
    }
    const words = 'Internal error occurred: error executing command in container: no such file';
    expect(told).toEqual([words, `Internal error occurred: ${words}`]);
    calls.length = 0;
    const client = await cluster.open(`${pods}/web/exec?command=x&stdout=1`, [V4]);
    (await call()).fail(internalError('error executing command in container: in its own words'));
    await eventually(() => client.closed, 'the close');
    const status = JSON.parse(client.text(3));
    expect(status.message).toBe('Internal error occurred: error executing command in container: in its own words');
    expect(status.kind).toBeUndefined();
  });

  test('protocols that nobody speaks are refused', async () => {
    expect(await refused(`${pods}/web/exec?command=x&stdout=1`, ['v9.channel.k8s.io'])).toMatchObject({
      status: 403,
      text: '',
    });
    const spdy = await cluster.upgrade('POST', `${pods}/web/exec?command=x&stdout=1`, {
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': 'v9.channel.k8s.io',
    });
    expect(spdy.status).toBe(403);
    expect(spdy.headers['x-accepted-stream-protocol-versions']).toContain(V4);
    expect(spdy.text).toMatch(
      /^unable to upgrade: unable to negotiate protocol: client supports \[v9.channel.k8s.io\]/,
    );
  });

  test('the offer to leave HTTP is passed over where nobody takes it up', async () => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const { status, text } = await cluster.upgrade('GET', `${pods}/web`, upgrade);
    expect([status, JSON.parse(text).metadata.name]).toEqual([200, 'web']);
    const log = await cluster.upgrade('GET', `${pods}/web/log`, { connection: 'Upgrade', upgrade: 'h2c' });
    expect([log.status, log.text]).toEqual([200, '']);
  });

  test('without an upgrade it is asked for', async () => {
    const plain = await cluster.upgrade('POST', `${pods}/web/exec?command=x&stdout=1`, {});
    expect(plain.status).toBe(400);
    expect(message(plain)).toBe('Upgrade request required');
    const nobody = await cluster.upgrade('GET', `${pods}/nobody/attach`, {});
    expect(nobody.status).toBe(404);
  });
});

describe('exec over SPDY', () => {
  const connect = async (query: string, protocols = `${V4}, v3.channel.k8s.io`) => {
    const { status, headers, socket } = await cluster.upgrade('POST', `${pods}/web/exec?${query}`, {
      connection: 'Upgrade',
      upgrade: 'SPDY/3.1',
      'x-stream-protocol-version': protocols,
    });
    expect(status).toBe(101);
    return { client: new RawClient(socket!), protocol: headers['x-stream-protocol-version'] };
  };

  test('waits for the streams that were asked for, carries them, half-closes and tells the end', async () => {
    const { client, protocol } = await connect(`command=cat&${all}`);
    expect(protocol).toBe(V4);
    client.open(1, { streamtype: 'error' });
    client.open(3, { streamtype: 'stdin' });
    client.open(5, { streamtype: 'stdout' });
    await client.until(() => client.of('synReply').length === 3, 'three replies');
    expect(calls).toEqual([]);
    client.open(7, { streamtype: 'stderr' });
    const { streams, exit } = await call();
    client.data(3, 'all of it', true);
    let heard = '';
    for await (const chunk of streams.stdin!) heard += chunk;
    expect(heard).toBe('all of it');
    streams.stdout!.end('out');
    streams.stderr!.end('err');
    exit(2);
    await client.until(() => client.isEnded, 'the end');
    expect([5, 7].map((id) => client.bytes(id).toString())).toEqual(['out', 'err']);
    expect([1, 5, 7].map((id) => client.isFinished(id))).toEqual([true, true, true]);
    expect(JSON.parse(client.bytes(1).toString()).details.causes).toEqual([{ reason: 'ExitCode', message: '2' }]);
    expect(client.of('goAway')).toHaveLength(1);
  });

  test('a terminal has sizes from v3 on, and text tells failures before v4', async () => {
    const { client, protocol } = await connect('command=sh&stdout=1&stderr=1&tty=1', 'v3.channel.k8s.io');
    expect(protocol).toBe('v3.channel.k8s.io');
    client.open(1, { streamtype: 'error' });
    client.open(3, { streamtype: 'stdout' });
    client.open(5, { streamtype: 'resize' });
    const { streams, exit } = await call();
    client.data(5, '{"Width":100,"He');
    client.data(5, 'ight":30}\n{"Width":101,"Height":31}\n');
    const sizes = streams.resize![Symbol.asyncIterator]();
    await eventually(async () => (await sizes.next()).value?.width === 101, 'the newest size');
    streams.stdout!.end();
    exit(1);
    await client.until(() => client.isEnded, 'the end');
    expect(client.bytes(1).toString()).toMatch(/^command terminated with non-zero exit code: .* exit code 1$/);
  });

  test('a client that hangs up cancels the command; strange streams are reset', async () => {
    const { client } = await connect('command=sleep&stdout=1');
    client.open(1, { streamtype: 'error' });
    client.open(3, { streamtype: 'strange' });
    await client.until(() => client.of('rstStream').length === 1, 'the reset');
    client.open(5, { streamtype: 'stdout' });
    const { signal } = await call();
    client.transport.destroy();
    await eventually(() => signal.aborted, 'the signal');
  });
});

test('attach joins without a command', async () => {
  const client = await cluster.open(`${pods}/two/attach?container=b&stdin=1&stdout=1`, [V5]);
  const { options, streams, exit } = await call();
  expect(options).toEqual({ container: 'b', stdin: true, stdout: true, stderr: false, tty: false });
  streams.stdout!.end('hi');
  exit(0);
  await eventually(() => client.closed, 'the close');
  expect(client.text(1)).toBe('hi');
});

test('a server that stops says so and cancels', async () => {
  const own = heldNode();
  const other = await fakeCluster(own.node, { pods: [runningPod('web')] });
  const client = await other.open(`${pods}/web/exec?command=sleep&stdout=1`, [V5]);
  const { socket } = await other.upgrade('POST', `${pods}/web/attach?stdout=1`, {
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': V4,
  });
  const spdy = new RawClient(socket!);
  spdy.open(1, { streamtype: 'error' });
  spdy.open(3, { streamtype: 'stdout' });
  await eventually(() => own.calls.length === 2, 'both calls');
  await other.stop();
  expect(own.calls.map(({ signal }) => signal.aborted)).toEqual([true, true]);
  await eventually(() => client.closed, 'the close');
  expect(client.closed).toBe(1001);
  await spdy.until(() => spdy.of('goAway').length === 1, 'the goodbye');
});

test('admission is asked first, with what is wanted', async () => {
  const own = heldNode();
  const asked: unknown[] = [];
  const guard = {
    name: 'Guard',
    check({ operation, resource, subresource, name, namespace, kind, object, user }: AdmissionRequest) {
      asked.push([operation, resource.plural, subresource, namespace, name, kind?.kind, object, user.name]);
      if (name === 'closed') throw forbidden({ group: '', plural: 'pods' }, name, 'nobody may');
    },
  };
  const other = await fakeCluster(own.node, { pods: [runningPod('web')] }, [guard]);
  const first = await other.open(`${pods}/web/exec?command=sh&command=-l&stdin=1&stdout=1&tty=1&container=app`, [V5]);
  await eventually(() => own.calls.length === 1, 'the call');
  first.socket.close();
  for (const path of ['exec?command=x', 'attach?stdout=1', 'portforward?ports=80', 'proxy/a/b?c']) {
    const { status, text } = await other.upgrade('GET', `${pods}/closed/${path}`, {});
    expect([status, JSON.parse(text).message]).toEqual([403, 'pods "closed" is forbidden: nobody may']);
    await expect(other.open(`${pods}/closed/${path}`, [V5])).rejects.toMatchObject({ status: 403 });
  }
  const options = (kind: string, more: object) => [kind, { kind, apiVersion: 'v1', ...more }, 'kubernetes-admin'];
  expect(asked[0]).toEqual([
    'CONNECT',
    'pods',
    'exec',
    'default',
    'web',
    ...options('PodExecOptions', {
      stdin: true,
      stdout: true,
      tty: true,
      container: 'app',
      command: ['sh', '-l'],
    }),
  ]);
  expect(asked.at(-1)).toEqual([
    'CONNECT',
    'pods',
    'proxy',
    'default',
    'closed',
    ...options('PodProxyOptions', { path: '/a/b' }),
  ]);
  expect(asked).toHaveLength(9);
  await other.stop();
});

test('who may only look may not run commands, also where looking is how it is asked', async () => {
  const rbac = 'rbac.authorization.k8s.io';
  const own = heldNode();
  const rules = (verbs: string[]) => [{ verbs, apiGroups: [''], resources: ['pods/exec'] }];
  const object = (fields: object) => fields as unknown as KubeObject;
  const binding = (name: string) =>
    object({ metadata: { name }, roleRef: { kind: 'ClusterRole', name }, subjects: [{ kind: 'User', name }] });
  const other = await fakeCluster(own.node, {
    pods: [runningPod('web')],
    [`clusterroles.${rbac}`]: [
      object({ metadata: { name: 'looks' }, rules: rules(['get']) }),
      object({ metadata: { name: 'creates' }, rules: rules(['create']) }),
      object({ metadata: { name: 'both' }, rules: rules(['get', 'create']) }),
    ],
    [`clusterrolebindings.${rbac}`]: [binding('looks'), binding('creates'), binding('both')],
  });
  const asked = async (user: string, method: string) => {
    const { status, text, socket } = await other.upgrade(method, `${pods}/web/exec?command=x&stdout=1`, {
      connection: 'Upgrade',
      'impersonate-user': user,
      ...(method === 'GET'
        ? { upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' }
        : { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': V4 }),
    });
    socket?.destroy();
    return status === 403 ? JSON.parse(text).message.replace(/.*cannot (\w+) .*/, '$1') : status;
  };
  // WebSockets can only be asked for with GET; kube-apiserver wants `create` as well since 1.35.
  expect(await asked('looks', 'GET')).toBe('create');
  expect(await asked('creates', 'GET')).toBe('get');
  expect(await asked('both', 'GET')).toBe(101);
  expect(await asked('creates', 'POST')).toBe(101);
  expect(await asked('looks', 'POST')).toBe('create');
  await other.stop();
});

test('a kubelet behind its proxy streams as the API server asks it to', async () => {
  const own = heldNode();
  const node = { metadata: { name: 'node-1' }, status: {} } as unknown as KubeObject;
  const other = await fakeCluster(own.node, { pods: [runningPod('two', ['a', 'b'])], nodes: [node] });
  const at = '/api/v1/nodes/node-1/proxy';
  const client = await other.open(`${at}/exec/default/two/b?command=cat&command=-n&input=1&output=1`, [V4]);
  await eventually(() => own.calls.length === 1, 'the call');
  const { options, streams, exit } = own.calls[0]!;
  expect(options).toEqual({
    container: 'b',
    command: ['cat', '-n'],
    stdin: true,
    stdout: true,
    stderr: false,
    tty: false,
  });
  client.send(0, 'through two servers');
  const [input] = await Promise.all([streams.stdin!.iterator({ destroyOnReturn: false }).next()]);
  streams.stdout!.end(input.value);
  exit(0);
  await eventually(() => client.closed, 'the close');
  expect(client.text(1)).toBe('through two servers');
  expect(JSON.parse(client.text(3))).toEqual(success);
  await expect(other.open(`${at}/exec/default/nobody/b?command=x&output=1`, [V4])).rejects.toMatchObject({
    status: 404,
    text: 'pod does not exist',
  });
  await expect(other.open(`${at}/exec/default/two/c?command=x&output=1`, [V4])).rejects.toMatchObject({ status: 400 });
  await expect(other.open(`${at}/other`, [V4])).rejects.toMatchObject({ status: 404 });
  await other.stop();
});

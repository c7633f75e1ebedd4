import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { configMap, type Json, type TestCluster, testCluster } from './cluster.ts';

let cluster: TestCluster;
const base = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());
afterEach(() => void vi.useRealTimers());

/** An answer whose body nobody reads yet. */
function unread(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(cluster.emulator.url + path, { agent: cluster.agent }, (answer) => resolve(answer.pause()));
    sent.on('error', reject);
    sent.end();
  });
}

/** Events of an answer, read to its end, and whether it was cut off. */
async function readAll(answer: IncomingMessage): Promise<{ names: string[]; cut: boolean }> {
  let text = '';
  let cut = false;
  try {
    for await (const chunk of answer) text += chunk;
  } catch {
    cut = true;
  }
  const whole = text.slice(0, text.lastIndexOf('\n')).split('\n');
  return { names: whole.filter(Boolean).map((line) => JSON.parse(line).object.metadata.name), cut };
}

/** Together more than a connection's buffers and the server's patience hold. */
const BIG = 40;
const MEBIBYTE = 'x'.repeat(1024 * 1024 - 1000);

async function create(name: string, data?: Record<string, string>, labels?: Record<string, string>): Promise<Json> {
  const body = configMap(name, { data }, labels);
  return cluster.emulator.client.create('configmaps', {
    ...body,
    metadata: { ...body.metadata, namespace: 'default' },
  });
}

describe('a watcher that does not read', () => {
  test('is cut off once too much piles up, and nobody else notices', async () => {
    const slow = await unread(`${base}?watch=1&labelSelector=big`);
    const others = cluster.lines(`${base}?watch=1&labelSelector=big`);
    const wanted: string[] = [];
    for (let count = 0; count < BIG; count++) {
      wanted.push(`big-${count}`);
      const next = others.next();
      await create(`big-${count}`, { k: MEBIBYTE }, { big: '1' });
      expect((await next).value.object.metadata.name).toBe(`big-${count}`);
    }
    await others.return(undefined);
    const got = await readAll(slow);
    expect(got.cut).toBe(true);
    expect(got.names.length).toBeLessThan(BIG);
    expect(got.names).toEqual(wanted.slice(0, got.names.length));
  });

  test('gets what was there before it came, however much that is, at its own pace', async () => {
    const slow = await unread(
      `${base}?watch=1&labelSelector=big&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=4`,
    );
    await create('big-late', {}, { big: '1' });
    const { names, cut } = await readAll(slow);
    expect(cut).toBe(false);
    // What is there, the bookmark that ends it, and what came later; another bookmark may follow.
    expect(names.slice(0, BIG + 2)).toHaveLength(BIG + 2);
    expect(names.slice(BIG, BIG + 2)).toEqual([undefined, 'big-late']);
  });
});

describe('a watch', () => {
  test('gets a bookmark every minute, with the version of the whole cluster', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { metadata } = (await cluster.call('GET', `${base}?limit=1`)).body;
    const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
    const events = cluster.lines(`${base}?${query}&labelSelector=none`);
    const first = events.next();
    // The headers come when the watch is under way.
    await cluster.call('GET', '/version');
    const made = await create('elsewhere');
    // An answer comes when that is on disk, and only then do bookmarks speak of it.
    await cluster.call('GET', '/version');
    vi.advanceTimersByTime(60_000);
    expect((await first).value).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { resourceVersion: made.metadata.resourceVersion },
      },
    });
    await events.return(undefined);
  });

  test('says that what left the selection is deleted, in the state in which it was last selected', async () => {
    const made = await create('leaver', { k: 'old' }, { stay: '1' });
    const query = `watch=1&labelSelector=stay&resourceVersion=${made.metadata.resourceVersion}`;
    const events = cluster.lines(`${base}?${query}`);
    const first = events.next();
    const left = await cluster.emulator.client.update('configmaps', {
      ...made,
      data: { k: 'new' },
      metadata: { ...made.metadata, labels: {} },
    });
    expect((await first).value).toMatchObject({
      type: 'DELETED',
      object: {
        data: { k: 'old' },
        metadata: { labels: { stay: '1' }, resourceVersion: left.metadata.resourceVersion },
      },
    });
    await events.return(undefined);
  });

  test('that wants nothing of the past begins now', async () => {
    const events = cluster.lines(
      `${base}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
    );
    const first = events.next();
    await cluster.call('GET', '/version');
    await create('from-now-on');
    expect((await first).value).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'from-now-on' } } });
    await events.return(undefined);
  });
});

describe('a watch over WebSocket', () => {
  const open = (query: string, protocols?: string[], agent: Agent | undefined = cluster.agent) =>
    new WebSocket(`${cluster.emulator.url.replace('https', 'wss')}${base}?${query}`, protocols, { agent });
  const next = async (socket: WebSocket) => {
    const [data] = await once(socket, 'message');
    return JSON.parse(String(data));
  };

  test('gets each event as a message, and its end with the time', async () => {
    const socket = open('watch=true&labelSelector=socket&timeoutSeconds=1');
    await once(socket, 'open');
    const event = next(socket);
    await create('socket-1', { k: 'v' }, { socket: '1' });
    expect(await event).toMatchObject({ type: 'ADDED', object: { data: { k: 'v' } } });
    expect((await once(socket, 'close'))[0]).toBe(1001);
  });

  test('is refused as any other request is', async () => {
    const refusal = (socket: WebSocket) =>
      once(socket, 'unexpected-response').then(([, answer]) => (answer as IncomingMessage).statusCode);
    const ca = cluster.agent.options.ca;
    const stranger = new Agent({ ca });
    expect(await refusal(open('watch=1', [], stranger))).toBe(403);
    expect(await refusal(open('watch=1', ['base64url.bearer.authorization.k8s.io.bm9wZQ', 'x'], stranger))).toBe(401);
    expect(await refusal(open('watch=1&resourceVersion=99999999'))).toBe(504);
    // Who does not ask to watch gets a list, as over any connection.
    expect(await refusal(open(''))).toBe(200);
    stranger.destroy();
  });

  test('takes its token from among the protocols, and answers with another', async () => {
    const { body } = await cluster.call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    });
    await cluster.call('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
      body: {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'watch-all' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
      },
    });
    const token = Buffer.from(body.status.token).toString('base64url');
    const stranger = new Agent({ ca: cluster.agent.options.ca });
    const socket = open('watch=1', [`base64url.bearer.authorization.k8s.io.${token}`, 'plain'], stranger);
    expect((await next(socket)).type).toBe('ADDED');
    expect(socket.protocol).toBe('plain');
    socket.terminate();
    stranger.destroy();
  });
});

describe('resourceVersion', () => {
  test('says how old a list may be', async () => {
    const query = 'labelSelector=version';
    const then = await create('v1', { k: 'then' }, { version: '1' });
    const version = then.metadata.resourceVersion;
    const now = await cluster.emulator.client.update('configmaps', { ...then, data: { k: 'now' } });
    const dataAt = async (more: string) => {
      const { body } = await cluster.call('GET', `${base}?${query}${more}`);
      return [body.items?.[0]?.data.k, body.metadata.resourceVersion];
    };
    const newest = now.metadata.resourceVersion;
    expect(await dataAt('')).toEqual(['now', newest]);
    expect(await dataAt('&resourceVersion=0')).toEqual(['now', newest]);
    expect(await dataAt(`&resourceVersion=${version}`)).toEqual(['now', newest]);
    expect(await dataAt(`&resourceVersion=${version}&resourceVersionMatch=NotOlderThan`)).toEqual(['now', newest]);
    expect(await dataAt(`&resourceVersion=${version}&resourceVersionMatch=Exact`)).toEqual(['then', version]);
  });

  test('of the future is a timeout that asks to try again, for lists and watches', async () => {
    for (const query of ['', '&watch=1', '&watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan']) {
      const answer = await cluster.call('GET', `${base}?resourceVersion=99999999${query}`);
      expect(answer.headers['retry-after']).toBe('1');
      expect(answer.body).toMatchObject({
        code: 504,
        reason: 'Timeout',
        message: expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/),
        details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
      });
    }
  });

  test('and its match are refused where they make no sense', async () => {
    const refusals = {
      'resourceVersionMatch=Exact':
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      'resourceVersion=0&resourceVersionMatch=Exact':
        'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      'sendInitialEvents=true': 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
      'watch=1&resourceVersionMatch=NotOlderThan':
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    };
    for (const [query, cause] of Object.entries(refusals)) {
      const { body } = await cluster.call('GET', `${base}?${query}`);
      expect(body).toMatchObject({ code: 422, message: `ListOptions.meta.k8s.io "" is invalid: ${cause}` });
    }
  });
});

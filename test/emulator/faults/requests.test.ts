import { afterEach, describe, expect, test } from 'vitest';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { configMap, type TestCluster, testCluster } from '../server/cluster.ts';

const FAULTS = '/kctl/v1/faults';
const MAPS = '/api/v1/namespaces/default/configmaps';

let cluster: TestCluster | undefined;
afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

async function withFault(spec: object, options: Parameters<typeof testCluster>[0] = {}): Promise<TestCluster> {
  cluster ??= await testCluster(options);
  const set = await cluster.call('POST', FAULTS, { body: spec });
  expect([set.status, set.text]).toEqual([200, expect.any(String)]);
  return cluster;
}

const kubectl = { headers: { 'user-agent': 'kubectl/v1.36.0 (linux/amd64)' } };

describe('faults of requests', () => {
  test.each([
    [401, 'Unauthorized', 'Unauthorized'],
    [403, 'Forbidden', 'configmaps "x" is forbidden: a fault refuses it'],
    [404, 'NotFound', 'configmaps "x" not found'],
    [429, 'TooManyRequests', 'Too many requests, please try again later.'],
    [500, undefined, 'etcdserver: leader changed'],
    [503, 'ServiceUnavailable', 'the server is currently unable to handle the request'],
    [504, 'Timeout', 'Timeout: request did not complete within the allotted timeout'],
  ])('a status %i is answered as a real server does', async (code, reason, message) => {
    const { call } = await withFault({ kind: 'status', code, resources: ['cm'] });
    const answer = await call('GET', `${MAPS}/x`);
    expect(answer.status).toBe(code);
    expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure', message, code });
    expect(answer.body.reason).toBe(reason);
    expect((await call('GET', '/api/v1/namespaces/default/secrets')).status).toBe(200);
  });

  test('says when to come again, with a 429 by itself, with others when it is asked to', async () => {
    const { call } = await withFault({ kind: 'status', code: 429, resources: ['pods'] });
    const busy = await call('GET', '/api/v1/pods');
    expect([busy.headers['retry-after'], busy.body.details]).toEqual(['1', { retryAfterSeconds: 1 }]);
    await withFault({ kind: 'status', code: 500, retryAfterSeconds: 7, resources: ['services'] });
    expect((await call('GET', '/api/v1/services')).headers['retry-after']).toBe('7');
    await withFault({ kind: 'status', code: 429, retryAfterSeconds: 0, resources: ['nodes'] });
    expect((await call('GET', '/api/v1/nodes')).headers['retry-after']).toBeUndefined();
  });

  test('a conflict answers only what would change something', async () => {
    const { call } = await withFault({ kind: 'status', code: 409, resources: ['configmaps'] });
    expect((await call('GET', MAPS)).status).toBe(200);
    const refused = await call('PATCH', `${MAPS}/kube-root-ca.crt`, {
      body: { data: { a: 'b' } },
      headers: { 'content-type': 'application/merge-patch+json' },
    });
    expect(refused.body.message).toBe(
      'Operation cannot be fulfilled on configmaps "kube-root-ca.crt": the object has been modified; please apply your changes to the latest version and try again',
    );
  });

  test('meets those alone that are meant: by verb, namespace, name, user and user agent', async () => {
    const { call } = await withFault({ kind: 'status', code: 503, verbs: ['li*'], namespaces: ['kube-*'] });
    const status = async (path: string, options = {}) => (await call('GET', path, options)).status;
    expect(await status('/api/v1/namespaces/kube-system/configmaps')).toBe(503);
    expect(await status('/api/v1/namespaces/kube-system/configmaps/kube-root-ca.crt')).toBe(200);
    expect(await status(MAPS)).toBe(200);
    expect(await status('/api/v1/configmaps')).toBe(200);
    await call('DELETE', FAULTS);
    await withFault({ kind: 'status', code: 503, objects: ['kube-*'], agents: ['kubectl'] });
    expect(await status(`${MAPS}/kube-root-ca.crt`, kubectl)).toBe(503);
    expect(await status(`${MAPS}/kube-root-ca.crt`)).toBe(200);
    expect(await status(`${MAPS}/other`, kubectl)).toBe(404);
    await call('DELETE', FAULTS);
    await withFault({ kind: 'status', code: 503, users: ['system:serviceaccount:*'] });
    const as = {
      headers: { 'impersonate-user': 'system:serviceaccount:default:default', 'impersonate-group': 'system:masters' },
    };
    expect(await status(MAPS, as)).toBe(503);
    expect(await status(MAPS)).toBe(200);
  });

  test('knows resources by group and short name, and parts of them', async () => {
    const { call } = await withFault({ kind: 'status', code: 503, resources: ['deployments.apps', 'pods/log', 'no'] });
    const status = async (path: string) => (await call('GET', path)).status;
    expect(await status('/apis/apps/v1/deployments')).toBe(503);
    expect(await status('/apis/apps/v1/replicasets')).toBe(200);
    expect(await status('/api/v1/namespaces/default/pods/x/log')).toBe(503);
    expect(await status('/api/v1/namespaces/default/pods/x')).toBe(404);
    expect(await status('/api/v1/nodes')).toBe(503);
  });

  test('cuts the connection', async () => {
    const { call } = await withFault({ kind: 'reset', resources: ['limitranges'] });
    await expect(call('GET', '/api/v1/limitranges')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await call('GET', MAPS)).status).toBe(200);
  });

  test('makes requests wait, and what then answers answers', async () => {
    const { call } = await withFault({ kind: 'slow', delayMs: 80, resources: ['limitranges'] });
    await withFault({ kind: 'slow', delayMs: 60, jitterMs: 1, resources: ['limitranges'] });
    await withFault({ kind: 'status', code: 504, resources: ['limitranges'] });
    const before = performance.now();
    expect((await call('GET', '/api/v1/limitranges')).status).toBe(504);
    expect(performance.now() - before).toBeGreaterThan(135);
  });

  test('never meets health, discovery and what steers the cluster', async () => {
    const { call } = await withFault({ kind: 'reset' });
    for (const path of ['/readyz', '/livez', '/healthz', '/version', '/api', '/apis/apps/v1', '/openapi/v2', FAULTS]) {
      expect([path, (await call('GET', path)).status]).toEqual([path, 200]);
    }
    await expect(call('GET', MAPS)).rejects.toThrow();
    expect((await call('DELETE', `${FAULTS}/f1`)).body.faults).toMatchObject([{ id: 'f1', kind: 'reset', strikes: 1 }]);
    expect((await call('GET', MAPS)).status).toBe(200);
    expect((await call('DELETE', `${FAULTS}/f1`)).status).toBe(404);
  });

  test('ends after its time on the cluster’s clock', async () => {
    const clock = new SimulatedClock(Date.parse('2026-01-01T00:00:00Z'));
    const { call } = await withFault(
      { kind: 'status', code: 503, resources: ['configmaps'], forMs: 300_000 },
      { clock },
    );
    const { body } = await call('GET', FAULTS);
    expect(Date.parse(body.faults[0].until) - Date.parse(body.faults[0].since)).toBe(300_000);
    clock.advanceTo(clock.now() + 299_999);
    expect((await call('GET', MAPS)).status).toBe(503);
    clock.advanceTo(clock.now() + 1);
    expect((await call('GET', MAPS)).status).toBe(200);
    expect((await call('GET', FAULTS)).body.faults).toEqual([]);
  });

  test('refuses what it does not know, and sets nothing', async () => {
    cluster = await testCluster();
    const answer = await cluster.call('POST', FAULTS, { body: { kind: 'quake' } });
    expect([answer.status, answer.body.message]).toEqual([
      400,
      'kind must be one of slow, status, reset, watch-drop, gone, pull, crash, partition',
    ]);
    expect((await cluster.call('GET', FAULTS)).body.faults).toEqual([]);
  });
});

describe('faults of watches', () => {
  const watchMaps = async ({ lines, call }: TestCluster, query = '') => {
    const { body } = await call('GET', MAPS);
    return {
      version: body.metadata.resourceVersion,
      stream: lines(`${MAPS}?watch=1&resourceVersion=${body.metadata.resourceVersion}${query}`),
    };
  };
  const opened = async (one: TestCluster, count: number) => {
    const names = Array.from({ length: 3 }, (_, at) => `w${at}`);
    for (const name of names) await one.call('POST', MAPS, { body: configMap(`${name}-${count}`) });
  };

  test('drops those that are open, and leaves others and later ones alone', async () => {
    cluster = await testCluster();
    const one = (await watchMaps(cluster)).stream;
    const other = cluster.lines('/api/v1/secrets?watch=1&resourceVersion=0');
    const first = one.next();
    const kept = other.next();
    await opened(cluster, 1);
    expect((await first).value.type).toBe('ADDED');
    const set = await cluster.call('POST', FAULTS, { body: { kind: 'watch-drop', resources: ['configmaps'] } });
    expect(set.body).toMatchObject({ isSet: false, fault: { strikes: 1 } });
    for await (const line of one) expect(line.type).toBe('ADDED');
    await cluster.call('POST', '/api/v1/namespaces/default/secrets', {
      body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
    });
    expect((await kept).value.object.metadata.name).toBe('s');
    await other.return(undefined);
    const again = (await watchMaps(cluster)).stream;
    const next = again.next();
    await opened(cluster, 2);
    expect((await next).value.type).toBe('ADDED');
    await again.return(undefined);
  });

  test('cuts them off without the end of the answer', async () => {
    cluster = await testCluster();
    const { stream } = await watchMaps(cluster);
    const first = stream.next();
    await opened(cluster, 1);
    await first;
    await cluster.call('POST', FAULTS, { body: { kind: 'watch-drop', cut: true } });
    const rest = async () => {
      for await (const _ of stream);
    };
    await expect(rest()).rejects.toThrow('aborted');
  });

  test('drops them again and again on the cluster’s clock, until it ends', async () => {
    const clock = new SimulatedClock(Date.parse('2026-01-01T00:00:00Z'));
    cluster = await testCluster({ clock });
    await cluster.call('POST', FAULTS, { body: { kind: 'watch-drop', everyMs: 30_000, forMs: 70_000 } });
    for (const [wait, isDropped] of [
      [30_000, true],
      [29_999, false],
      [1, true],
      [40_000, false],
    ] as const) {
      const { stream } = await watchMaps(cluster, '&timeoutSeconds=1000');
      const first = stream.next();
      await opened(cluster, wait);
      await first;
      clock.advanceTo(clock.now() + wait);
      const ended = (async () => {
        for await (const _ of stream);
        return true;
      })();
      const probe = cluster.call('GET', MAPS).then(() => false);
      expect([wait, isDropped ? await ended : await probe]).toEqual([wait, isDropped]);
      if (!isDropped) await cluster.call('POST', FAULTS, { body: { kind: 'watch-drop' } });
    }
    expect((await cluster.call('GET', FAULTS)).body.faults).toEqual([]);
  });

  test('410: what runs is told so, what resumes and what continues is refused, and listing anew works', async () => {
    cluster = await testCluster();
    const { version, stream } = await watchMaps(cluster);
    const first = stream.next();
    await opened(cluster, 1);
    await first;
    const page = await cluster.call('GET', `${MAPS}?limit=1`);
    await opened(cluster, 2);
    await cluster.call('POST', FAULTS, { body: { kind: 'gone' } });
    const events = [];
    for await (const line of stream) events.push(line);
    expect(events.at(-1)).toMatchObject({
      type: 'ERROR',
      object: {
        kind: 'Status',
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided watch is too old.',
      },
    });
    for await (const line of cluster.lines(`${MAPS}?watch=1&resourceVersion=${version}`)) {
      expect(line).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
      expect(line.object.message).toMatch(/^too old resource version: \d+ \(\d+\)$/);
    }
    const next = await cluster.call('GET', `${MAPS}?limit=1&continue=${page.body.metadata.continue}`);
    expect([next.status, next.body.reason]).toEqual([410, 'Expired']);
    const anew = await watchMaps(cluster);
    const after = anew.stream.next();
    await opened(cluster, 3);
    expect((await after).value.type).toBe('ADDED');
    await anew.stream.return(undefined);
  });
});

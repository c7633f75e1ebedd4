import { once } from 'node:events';
import { type ConnectionOptions, connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repeatedKeys } from '../../../src/lib/yaml/repeated-keys.ts';
import { configMap, type TestCluster, testCluster } from './cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const WIDGETS = '/apis/example.com/v1/namespaces/default/widgets';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

/** Milliseconds of this thread that `work` took. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

describe('what bodies say twice', () => {
  const apply = { 'content-type': 'application/apply-patch+yaml' };

  test('is looked for among tens of thousands of fields in bounded time', async () => {
    const data = Object.fromEntries(many(20_000, (at) => [`key${at}`, 'v']));
    const spent = await cpuOf(async () => {
      const body = configMap('wide', { data });
      const { status } = await cluster.call('PATCH', `${MAPS}/wide?fieldManager=a`, { headers: apply, body });
      expect(status).toBe(201);
    });
    expect(spent).toBeLessThan(3000);
    const text = `a:\n${many(20_000, (at) => `  key${at}: v\n`).join('')}  key7: w\n`;
    expect(await cpuOf(async () => expect(repeatedKeys(text)).toHaveLength(1))).toBeLessThan(3000);
  });

  test('is told with its line, in the order of the text', () => {
    expect(repeatedKeys('a: 1\nb: {x: 1, "x": 2}\nc:\n- d: 1\n  d: 2\na: 3\n')).toEqual([
      'line 6: key "a" already set in map',
      'line 2: key "x" already set in map',
      'line 5: key "d" already set in map',
    ]);
    expect(repeatedKeys('{"a": 1, "b": 2}')).toEqual([]);
    expect(repeatedKeys('a: &x {k: 1}\nb: *x\n<<: *x\n')).toEqual([]);
  });

  test('is not looked for as in JSON where a brace begins YAML', async () => {
    const body = `{apiVersion: v1, kind: ConfigMap, metadata: {name: brace}, data: {k: 'a"b', "k": c}}`;
    const { status } = await cluster.call('POST', MAPS, { headers: { 'content-type': 'application/yaml' }, body });
    expect(status).toBe(201);
    const applied = await cluster.call('PATCH', `${MAPS}/brace?fieldManager=a&force=true`, { headers: apply, body });
    expect([applied.status, applied.headers.warning]).toEqual([200, '299 - "line 1: key \\"k\\" already set in map"']);
  });
});

test('items of a custom resource find what they were before by their keys', async () => {
  const items = {
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' }, n: { type: 'integer' } },
  };
  const list = { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] };
  const schema = { openAPIV3Schema: { type: 'object', properties: { list } } };
  await cluster.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    body: {
      metadata: { name: 'widgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    },
  });
  const widget = {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'long' },
    list: many(15_000, (at) => ({ name: `item-${at}`, n: 1 })),
  };
  expect((await cluster.call('POST', WIDGETS, { body: widget })).status).toBe(201);
  const spent = await cpuOf(async () => {
    const headers = { 'content-type': 'application/merge-patch+json' };
    const { status } = await cluster.call('PATCH', `${WIDGETS}/long`, {
      headers,
      body: { metadata: { labels: { a: 'b' } } },
    });
    expect(status).toBe(200);
  });
  expect(spent).toBeLessThan(3000);
});

test('a long body that comes while a long answer is on its way is read once that is out', async () => {
  const filling = 'x'.repeat(1_000_000);
  for (const at of many(8, (one) => one)) {
    const { status } = await cluster.call('POST', MAPS, { body: configMap(`long-${at}`, { data: { k: filling } }) });
    expect(status).toBe(201);
  }
  const { ca, cert, key } = cluster.agent.options;
  const socket = connect({ host: '127.0.0.1', port: cluster.emulator.port, ca, cert, key } as ConnectionOptions);
  const send = (line: string, body: string, more = '') =>
    socket.write(`${line} HTTP/1.1\r\nHost: a\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`);
  send(`GET ${MAPS}`, '');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  await once(socket, 'data');
  socket.pause();
  const body = JSON.stringify(configMap('long-0', { data: { k: filling } }));
  send(`PUT ${MAPS}/long-0`, body, 'Content-Type: application/json\r\nConnection: close\r\n');
  // Nobody reads the answer until the server has met the second request; it answers others meanwhile.
  for (let round = 0; round < 10; round++) expect((await cluster.call('GET', '/livez')).status).toBe(200);
  socket.resume();
  await once(socket, 'end');
  const text = Buffer.concat(parts).toString('latin1');
  expect(text.match(/HTTP\/1\.1 \d+ \w+/g)).toEqual(['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK']);
});

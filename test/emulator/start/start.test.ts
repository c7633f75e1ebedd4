import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Clock } from '../../../src/emulator/clock.ts';
import { configMap, type Json, testCluster } from '../server/cluster.ts';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-start-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

test('a cluster is found again as it was left, and its versions go on rising', async () => {
  const first = await testCluster({ dataDir: dir });
  const made = await first.call('POST', '/api/v1/namespaces/default/configmaps', { body: configMap('kept') });
  const kubeconfig = first.emulator.adminKubeconfig;
  await first.stop();
  const second = await testCluster({ dataDir: dir, port: first.emulator.port });
  const found = await second.call('GET', '/api/v1/namespaces/default/configmaps/kept');
  expect(found.body).toEqual(made.body);
  expect(second.emulator.adminKubeconfig).toBe(kubeconfig);
  const next = await second.call('POST', '/api/v1/namespaces/default/configmaps', { body: configMap('next') });
  expect(Number(next.body.metadata.resourceVersion)).toBeGreaterThan(Number(made.body.metadata.resourceVersion));
  await second.stop();
});

test('a port that somebody else has is said to be in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await expect(testCluster({ port })).rejects.toMatchObject({
    code: 'conflict',
    message: `port ${port} on 127.0.0.1 is in use`,
  });
  other.close();
});

test('stopping ends watches cleanly', async () => {
  const cluster = await testCluster();
  const events = cluster.lines('/api/v1/namespaces?watch=1');
  expect((await events.next()).value.type).toBe('ADDED');
  const rest = (async () => {
    for await (const event of events) expect(event.type).not.toBe('ERROR');
    return 'ended';
  })();
  await cluster.stop();
  expect(await rest).toBe('ended');
});

/** Time that runs so many times faster than the wall's. */
function hurriedClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    after(ms, run) {
      const timer = setTimeout(run, ms / factor);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

test('a pod runs, logs, and answers on a forwarded port', async () => {
  const cluster = await testCluster({ clock: hurriedClock(50) });
  const pods = '/api/v1/namespaces/default/pods';
  const spec = { containers: [{ name: 'c', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] };
  await cluster.call('POST', pods, { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec } });
  for await (const { object } of cluster.lines(`${pods}?watch=1&fieldSelector=metadata.name%3Dweb`)) {
    if (object.status.containerStatuses?.[0]?.ready) break;
  }
  const log = await cluster.call('GET', `${pods}/web/log?tailLines=1`);
  expect([log.status, log.type, log.text.split('\n').length]).toEqual([200, 'text/plain', 2]);
  expect((await cluster.call('GET', `${pods}/none/log`)).status).toBe(404);

  const socket = new WebSocket(
    `${cluster.emulator.url.replace('https', 'wss')}${pods}/web/portforward?ports=80`,
    'v4.channel.k8s.io',
    {
      agent: cluster.agent,
    },
  );
  const messages: Buffer[] = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const answered = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      messages.push(data);
      if (data[0] === 0 && data.length > 3) resolve();
    });
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.send(
    Buffer.concat([Buffer.from([0]), Buffer.from('GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n')]),
  );
  await answered;
  socket.close();
  await closed;
  expect(messages.slice(0, 2)).toEqual([Buffer.from([0, 80, 0]), Buffer.from([1, 80, 0])]);
  expect(messages[2]!.subarray(1, 9).toString()).toBe('HTTP/1.1');
  const refused = await cluster.call('GET', `${pods}/web/portforward?ports=80`);
  expect((refused.body as Json).kind).toBe('Status');
  await cluster.stop();
});

import { describe, expect, test } from 'vitest';
import type { TestCluster } from '../server/cluster.ts';
import { post, steered, web } from './steered.ts';

const { start, stop, folder } = steered();
const apply = (cluster: TestCluster) =>
  cluster.call('POST', '/apis/apps/v1/namespaces/default/deployments', { body: web });
const pods = (cluster: TestCluster) => cluster.emulator.lister.list('pods', 'default');

describe('steering the time of a running cluster', () => {
  test('paused, the API answers and nothing else moves; step by step everything does', async () => {
    const cluster = await start();
    expect((await post(cluster, 'clock/pause')).answer.paused).toBe(true);
    expect((await apply(cluster)).status).toBe(201);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(pods(cluster)).toHaveLength(0);
    const before = (await cluster.call('GET', '/kctl/v1/clock')).body;
    expect(before).toMatchObject({ paused: true, busy: true, speed: 1 });

    const first = (await post(cluster, 'clock/step', { steps: 1 })).answer;
    expect(first.clock.now).toBe(before.now);
    expect(pods(cluster)).toHaveLength(2);
    expect(first.moments).toHaveLength(1);
    const [moment] = first.moments;
    const made = moment.changes.filter((one: { verb: string }) => one.verb === 'created');
    expect(made.map((one: { resource: string }) => one.resource)).toEqual(
      expect.arrayContaining(['pods', 'replicasets.apps']),
    );
    expect(moment.events.map((one: { reason: string }) => one.reason)).toEqual(
      expect.arrayContaining(['ScalingReplicaSet', 'SuccessfulCreate', 'Scheduled']),
    );

    const more = (await post(cluster, 'clock/step', { steps: 40 })).answer;
    const times = more.moments.map(({ at }: { at: string }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a: number, b: number) => a - b));
    expect(times[0]).toBeGreaterThan(Date.parse(before.now));
    expect(pods(cluster).map((pod) => pod['status'].phase)).toEqual(['Running', 'Running']);
    const shown = (await cluster.call('GET', '/kctl/v1/clock')).body;
    expect(shown.now).toBe(more.clock.now);
  });

  test('answers are dated by it, whether it is ahead or stands still', async () => {
    let wall = Date.parse('2026-03-02T10:00:00.250Z');
    const cluster = await start({ wall: () => wall });
    const date = async () => (await cluster.call('GET', '/version')).headers['date'];
    expect(await date()).toBe('Mon, 02 Mar 2026 10:00:00 GMT');
    await post(cluster, 'clock/jump', { ms: 3600_000 });
    expect(await date()).toBe('Mon, 02 Mar 2026 11:00:00 GMT');
    await post(cluster, 'clock/pause');
    wall += 3600_000;
    expect(await date()).toBe('Mon, 02 Mar 2026 11:00:00 GMT');
  });

  test('a step is for paused clusters', async () => {
    const cluster = await start();
    const { status, answer } = await post(cluster, 'clock/step', { steps: 1 });
    expect(status).toBe(409);
    expect(answer).toMatchObject({ kind: 'Status', reason: 'Conflict', message: 'time is running: pause it first' });
  });

  test('a jump lives through every timer: a job ends and is removed, leases are renewed, events tell of it', async () => {
    const cluster = await start();
    // A new cluster has enough to do with itself at first.
    await post(cluster, 'clock/jump', { ms: 60_000 });
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'once' },
      spec: {
        ttlSecondsAfterFinished: 600,
        template: {
          metadata: { annotations: { 'kctl.dev/run-for': '5m' } },
          spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'alpine' }] },
        },
      },
    };
    await cluster.call('POST', '/apis/batch/v1/namespaces/default/jobs', { body: job });
    await cluster.emulator.idle();
    const before = (await cluster.call('GET', '/kctl/v1/clock')).body;
    const { answer } = await post(cluster, 'clock/jump', { ms: 8 * 60_000 });
    expect(Date.parse(answer.jump.to) - Date.parse(answer.jump.from)).toBe(480_000);
    expect(answer.jump.events.map((one: { reason: string }) => one.reason)).toContain('Completed');
    expect(answer.clock.aheadMs).toBeGreaterThan(479_000);
    const done = cluster.emulator.lister.get('jobs.batch', 'default', 'once')!;
    const ran = Date.parse(done['status'].completionTime) - Date.parse(done['status'].startTime);
    expect(ran / 1000).toBeGreaterThan(299);
    expect(ran / 1000).toBeLessThan(330);
    const lease = cluster.emulator.lister.list('leases.coordination.k8s.io', 'kube-node-lease')[0]!;
    expect(Date.parse(lease['spec'].renewTime)).toBeGreaterThan(Date.parse(answer.jump.to) - 31_000);
    await post(cluster, 'clock/jump', { ms: 8 * 60_000 });
    expect(cluster.emulator.lister.get('jobs.batch', 'default', 'once')).toBeUndefined();
    // It is one clock: what is written now is stamped with it.
    const made = await cluster.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'late' } } });
    expect(Date.parse(made.body.metadata.creationTimestamp)).toBeGreaterThan(Date.parse(before.now) + 950_000);
  });

  test('hours pass in a second', async () => {
    const cluster = await start({ nodes: 3 });
    const began = process.cpuUsage();
    const { answer } = await post(cluster, 'clock/jump', { ms: 6 * 3600_000 });
    expect(answer.jump.moments).toBeGreaterThan(2000);
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(5);
    const nodes = cluster.emulator.lister.list('nodes');
    for (const node of nodes) {
      const ready = node['status'].conditions.find((one: { type: string }) => one.type === 'Ready');
      expect(ready.status).toBe('True');
    }
  });

  test('speed goes from a tenth to a thousand', async () => {
    const cluster = await start();
    for (const speed of [0.05, 1001, 'fast', Number.NaN]) {
      expect((await post(cluster, 'clock/speed', { speed })).status).toBe(400);
    }
    const { answer } = await post(cluster, 'clock/speed', { speed: 1000 });
    expect(answer.speed).toBe(1000);
    await expect
      .poll(async () => (await cluster.call('GET', '/kctl/v1/clock')).body.aheadMs, { timeout: 5000, interval: 20 })
      .toBeGreaterThan(60_000);
    const back = await post(cluster, 'clock/speed', { speed: 1 });
    expect(back.answer.aheadMs).toBeGreaterThan(60_000);
  });

  test('one leap at a time; bad requests are refused in words', async () => {
    const cluster = await start();
    const both = await Promise.all([
      post(cluster, 'clock/jump', { ms: 3600_000 }),
      post(cluster, 'clock/jump', { ms: 3600_000 }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect((await post(cluster, 'clock/jump', { ms: 0 })).status).toBe(400);
    expect((await post(cluster, 'clock/jump', { ms: 'x' })).answer.message).toBe('ms must be a number');
    expect((await post(cluster, 'clock/nonsense')).status).toBe(405);
    expect((await post(cluster, 'nonsense')).status).toBe(404);
    expect((await cluster.call('GET', '/kctl/v1/clock', { anonymous: true })).status).toBe(403);
  });

  test('where time stands is kept over a restart, paused or not', async () => {
    const dataDir = folder();
    let wall = Date.parse('2026-03-02T10:00:00Z');
    const options = { dataDir, wall: () => wall };
    const one = await start(options);
    await post(one, 'clock/jump', { ms: 3600_000 });
    await post(one, 'clock/pause');
    await apply(one);
    await stop();
    wall += 7200_000;
    const two = await start(options);
    const { body } = await two.call('GET', '/kctl/v1/clock');
    expect(body).toMatchObject({ paused: true, now: '2026-03-02T11:00:00.000Z' });
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect(pods(two)).toHaveLength(0);
    const resumed = (await post(two, 'clock/resume')).answer;
    expect(resumed).toMatchObject({ paused: false, aheadMs: -3600_000 });
    await two.emulator.idle();
    expect(pods(two)).toHaveLength(2);
    await stop();
    wall += 60_000;
    const three = await start(options);
    expect((await three.call('GET', '/kctl/v1/clock')).body.now).toBe('2026-03-02T11:01:00.000Z');
  });
});

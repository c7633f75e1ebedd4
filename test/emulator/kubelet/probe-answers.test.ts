import { describe, expect, test } from 'vitest';
import '../../../src/emulator/kubelet/exec/index.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';
import { worldWithPod } from './exec/pod-world.ts';

const status = (world: World, name = 'one') => world.get('pods', name)['status'].containerStatuses[0];
const events = (world: World, reason: string) =>
  world.lister.list('events', 'default').filter((one) => one['reason'] === reason);
const messages = (world: World, reason: string) => events(world, reason).map((one) => one['message'] as string);

async function withPod(container: Record<string, unknown>, annotations: Record<string, string> = {}, spec = {}) {
  const world = await createWorld();
  await world.client.create(
    'pods',
    pod(
      'one',
      {
        ...spec,
        containers: [{ name: 'app', image: 'nginx:1.27', ports: [{ containerPort: 80, name: 'web' }], ...container }],
      },
      annotations,
    ),
  );
  return world;
}

describe('what a probe asks', () => {
  test.each([
    ['the port that is served', { httpGet: { path: '/', port: 80 } }, undefined],
    ['a port by its name', { httpGet: { path: '/', port: 'web' } }, undefined],
    [
      'a wrong port',
      { httpGet: { path: '/', port: 8080 } },
      /^Readiness probe failed: Get "http:\/\/10\.244\.\d\.\d+:8080\/": dial tcp 10\.244\.\d\.\d+:8080: connect: connection refused$/,
    ],
    [
      'a wrong path',
      { httpGet: { path: '/nothing', port: 80 } },
      /^Readiness probe failed: HTTP probe failed with statuscode: 404$/,
    ],
    [
      'a name that no port has',
      { httpGet: { path: '/', port: 'admin' } },
      /^Readiness probe errored and resulted in unknown state: strconv.Atoi: parsing "admin": invalid syntax$/,
    ],
    [
      'a wrong port of TCP',
      { tcpSocket: { port: 81 } },
      /^Readiness probe failed: dial tcp 10\.244\.\d\.\d+:81: connect: connection refused$/,
    ],
    [
      'a wrong port of gRPC',
      { grpc: { port: 9090 } },
      /^Readiness probe failed: timeout: failed to connect service "10\.244\.\d\.\d+:9090" within 1s: context deadline exceeded$/,
    ],
    ['a command that fails', { exec: { command: ['false'] } }, /^Readiness probe failed: $/],
  ])('%s', async (_, action, message) => {
    const world = await withPod({ readinessProbe: { ...action, periodSeconds: 5 } });
    await world.run(60);
    expect(status(world).ready).toBe(message === undefined);
    expect(messages(world, 'Unhealthy')).toEqual(message ? [expect.stringMatching(message)] : []);
    if (message) expect(events(world, 'Unhealthy')[0]!['count']).toBeGreaterThanOrEqual(10);
    expect(status(world).restartCount).toBe(0);
  });

  test('a redis is not asked in HTTP, but answers TCP', async () => {
    const world = await createWorld();
    const redis = (name: string, readinessProbe: unknown) =>
      pod(name, { containers: [{ name: 'app', image: 'redis:7', ports: [{ containerPort: 6379 }], readinessProbe }] });
    await world.client.create('pods', redis('one', { httpGet: { path: '/', port: 6379 } }));
    await world.client.create('pods', redis('two', { tcpSocket: { port: 6379 } }));
    await world.run(60);
    expect([status(world).ready, status(world, 'two').ready]).toEqual([false, true]);
    expect(messages(world, 'Unhealthy')[0]).toMatch(/: EOF$/);
  });
});

describe('thresholds', () => {
  test('a startup probe holds the others back until it succeeds', async () => {
    const startupProbe = { httpGet: { path: '/', port: 80 }, periodSeconds: 10, failureThreshold: 30 };
    const livenessProbe = { httpGet: { path: '/', port: 80 }, periodSeconds: 5, failureThreshold: 1 };
    const world = await withPod(
      { startupProbe, livenessProbe },
      { 'kctl.dev/started-after': '45s', 'kctl.dev/unhealthy-after': '0s' },
    );
    await world.run(45);
    expect(status(world)).toMatchObject({ started: false, ready: false, restartCount: 0 });
    expect(messages(world, 'Unhealthy')).toEqual(['Startup probe failed: HTTP probe failed with statuscode: 503']);
    expect(events(world, 'Unhealthy')[0]!['count']).toBeGreaterThanOrEqual(4);
    expect(messages(world, 'Killing')).toEqual([]);
    await world.run(25);
    expect(messages(world, 'Killing')).toEqual(['Container app failed liveness probe, will be restarted']);
  });

  test('a startup probe that never succeeds kills after as many failures as its threshold', async () => {
    const startupProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 10, failureThreshold: 4 };
    const world = await withPod({ startupProbe });
    await world.run(33);
    expect(status(world)).toMatchObject({ started: false, restartCount: 0 });
    await world.run(2);
    expect(messages(world, 'Killing')).toEqual(['Container app failed startup probe, will be restarted']);
    expect(events(world, 'Unhealthy')[0]!['count']).toBe(4);
    await world.run(10);
    expect(status(world).restartCount).toBe(1);
  });

  test('readiness wants as many successes as its threshold', async () => {
    const world = await withPod({
      readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 10, successThreshold: 3 },
    });
    await world.run(20);
    expect(status(world).ready).toBe(false);
    await world.run(12);
    expect(status(world).ready).toBe(true);
  });

  test("a liveness probe's own grace goes before the pod's", async () => {
    const livenessProbe = {
      tcpSocket: { port: 81 },
      periodSeconds: 10,
      failureThreshold: 1,
      terminationGracePeriodSeconds: 3,
    };
    const world = await withPod(
      { image: 'busybox:1.36', command: ['sleep', '1000'], livenessProbe },
      {},
      { terminationGracePeriodSeconds: 20 },
    );
    await world.run(12);
    const { terminated } = status(world).lastState;
    expect(terminated.exitCode).toBe(137);
    expect(Date.parse(terminated.finishedAt) - Date.parse(terminated.startedAt)).toBeLessThanOrEqual(6000);
  });

  test('a pod that is not restarted is killed without the promise of it', async () => {
    const livenessProbe = { tcpSocket: { port: 81 }, periodSeconds: 1 };
    const world = await withPod({ livenessProbe }, {}, { restartPolicy: 'Never' });
    await world.run(30);
    expect(messages(world, 'Killing')).toEqual(['Container app failed liveness probe']);
    expect(world.get('pods', 'one')['status'].phase).toBe('Succeeded');
  });

  test('what waits for nothing but its period keeps nobody awake', async () => {
    const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1 };
    const world = await withPod({ livenessProbe: probe, readinessProbe: probe, startupProbe: probe });
    await world.run(60);
    let writes = 0;
    world.lister.subscribe('pods', () => writes++);
    await world.run(600);
    expect(writes).toBe(0);
    expect(status(world).ready).toBe(true);
  });
});

describe('commands in containers that are run', () => {
  const sh = (script: string) => ({ command: ['sh', '-c', script] });
  const main = (world: World) => world.get('pods', 'p')['status'].containerStatuses[0];

  test('the example of the documentation: a file that goes lets the container be restarted', async () => {
    const world = await worldWithPod({
      args: ['/bin/sh', '-c', 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600'],
      livenessProbe: { exec: { command: ['cat', '/tmp/healthy'] }, initialDelaySeconds: 5, periodSeconds: 5 },
    });
    await world.run(30);
    expect(messages(world, 'Unhealthy')).toEqual([]);
    await world.run(17);
    expect(events(world, 'Unhealthy')).toMatchObject([
      {
        type: 'Warning',
        message: "Liveness probe failed: cat: can't open '/tmp/healthy': No such file or directory\n",
        count: 3,
      },
    ]);
    expect(messages(world, 'Killing')).toEqual(['Container main failed liveness probe, will be restarted']);
    expect(main(world).restartCount).toBe(0);
    // A shell as process 1 does not hear SIGTERM; nobody asks it anything while it is waited for.
    await world.run(15);
    expect(world.clock.nextAt()! - world.clock.now()).toBeGreaterThan(50);
    await world.run(17);
    expect(main(world)).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'Error' } },
    });
    await world.run(90);
    expect(main(world).restartCount).toBe(2);
    expect(world.errors).toEqual([]);
    await world.plane.stop();
  });

  test('a trap ends it before the grace does', async () => {
    const world = await worldWithPod({
      ...sh("trap 'exit 3' TERM; while true; do sleep 1; done"),
      livenessProbe: { exec: { command: ['false'] }, periodSeconds: 2, failureThreshold: 2 },
    });
    await world.run(9);
    expect(main(world)).toMatchObject({ restartCount: 1, lastState: { terminated: { exitCode: 3 } } });
    await world.plane.stop();
  });

  test('readiness follows a file', async () => {
    const world = await worldWithPod({
      ...sh('sleep 10; touch /ready; sleep 20; rm /ready; sleep 1000'),
      readinessProbe: { exec: { command: ['test', '-f', '/ready'] }, periodSeconds: 2, failureThreshold: 2 },
    });
    const seen: boolean[] = [];
    for (let at = 0; at < 50; at += 5) {
      await world.run(5);
      seen.push(main(world).ready);
    }
    expect(seen).toEqual([false, false, true, true, true, true, false, false, false, false]);
    await world.plane.stop();
  });

  test('startup, too; and what takes too long has failed', async () => {
    const world = await worldWithPod({
      ...sh('echo up; sleep 1000'),
      startupProbe: {
        exec: { command: ['sh', '-c', 'sleep 5'] },
        periodSeconds: 10,
        failureThreshold: 3,
        timeoutSeconds: 2,
      },
    });
    await world.run(29);
    expect(main(world)).toMatchObject({ started: false, ready: false });
    expect(messages(world, 'Unhealthy')).toEqual([
      'Startup probe failed: command timed out: "sh -c sleep 5" timed out after 2s',
    ]);
    await world.run(4);
    expect(messages(world, 'Killing')).toEqual(['Container main failed startup probe, will be restarted']);
    await world.plane.stop();
  });
});

test('a program that nobody here knows listens where its own probes ask, also where its ports do not say so', async () => {
  const probes = { readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 } };
  const ports = [{ containerPort: 53, protocol: 'TCP' }];
  const unknown = await withPod({ image: 'registry.k8s.io/coredns/coredns:v1.12.0', ports, ...probes });
  await unknown.run(20);
  expect(status(unknown).ready).toBe(true);
  const known = await withPod({ image: 'nginx:1.27', ...probes });
  await known.run(20);
  expect(status(known).ready).toBe(false);
});

import { describe, expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';

const busybox = (line: string, more: Record<string, unknown> = {}) => ({
  name: 'app',
  image: 'busybox:1.37',
  command: ['sh', '-c', line],
  ...more,
});
async function withPod(spec: Record<string, unknown>): Promise<World> {
  const w = await createWorld();
  await w.client.create('pods', pod('one', spec));
  return w;
}
const status = (w: World) => w.get('pods', 'one')['status'];
const waiting = (w: World) => status(w).containerStatuses[0].state.waiting;

describe('the back-off of restarts', () => {
  /** How often the container was seen to wait in so many ends of runs of this length. */
  async function waits(seconds: number, ends: number): Promise<number> {
    const w = await withPod({ containers: [busybox(`sleep ${seconds}; exit 1`)] });
    let count = 0;
    w.lister.subscribe('pods', ({ object, previous }) => {
      const reason = (one: typeof object | undefined) => one?.['status']?.containerStatuses?.[0]?.state.waiting?.reason;
      if (reason(object) === 'CrashLoopBackOff' && reason(previous) !== 'CrashLoopBackOff') count++;
    });
    await w.run(ends * (seconds + 100));
    expect(status(w).containerStatuses[0].restartCount).toBeGreaterThanOrEqual(ends);
    return count;
  }

  test('grows after runs shorter than ten minutes, and starts anew after longer ones', async () => {
    expect(await waits(595, 5)).toBeGreaterThanOrEqual(4);
    expect(await waits(605, 5)).toBe(0);
  });
});

describe('images that no registry can help with', () => {
  test('one that must not be pulled and is not there', async () => {
    const w = await withPod({ containers: [{ name: 'app', image: 'nginx:1.27', imagePullPolicy: 'Never' }] });
    await w.run(5);
    const message = 'Container image "nginx:1.27" is not present with pull policy of Never';
    expect(waiting(w)).toEqual({ reason: 'ErrImageNeverPull', message });
    expect(w.events('one')).toContain(`ErrImageNeverPull: ${message}`);
    expect(w.events('one')).toContain('Failed: Error: ErrImageNeverPull');
  });

  test('one whose name is none', async () => {
    const w = await withPod({ containers: [{ name: 'app', image: 'Nginx:1.27' }] });
    await w.run(5);
    expect(waiting(w).reason).toBe('InvalidImageName');
    expect(w.events('one')).toContain('Failed: Error: InvalidImageName');
    expect(w.events('one').some((line) => line.startsWith('InspectFailed: Failed to apply default image tag'))).toBe(
      true,
    );
  });
});

describe('configuration', () => {
  const from = (more: object) => ({
    containers: [
      busybox('sleep 500', {
        env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'own', key: 'a', ...more } } }],
      }),
    ],
  });
  const own = (data: object) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'own', namespace: 'default' },
    data,
  });

  test('a key that its object lacks is waited for', async () => {
    const w = await createWorld();
    await w.client.create('configmaps', own({ b: '1' }));
    await w.client.create('pods', pod('one', from({})));
    await w.run(10);
    const message = "couldn't find key a in ConfigMap default/own";
    expect(waiting(w)).toEqual({ reason: 'CreateContainerConfigError', message });
    expect(w.events('one')).toContain(`Failed: Error: ${message}`);
    await w.edit('configmaps', 'own', (object) => {
      object['data'].a = '2';
    });
    await w.run(15);
    expect(status(w).phase).toBe('Running');
  });

  test.each([['key'], ['object']])('an optional one may lack its %s', async (what) => {
    const w = await createWorld();
    if (what === 'key') await w.client.create('configmaps', own({ b: '1' }));
    await w.client.create('pods', pod('one', from({ optional: true })));
    await w.run(10);
    expect(status(w).phase).toBe('Running');
  });
});

test('the others wait for a sidecar until its startup probe has succeeded', async () => {
  const w = await withPod({
    initContainers: [
      {
        ...busybox('sleep 30; touch /up; sleep 5000'),
        name: 'side',
        restartPolicy: 'Always',
        startupProbe: { exec: { command: ['cat', '/up'] }, periodSeconds: 5, failureThreshold: 20 },
      },
    ],
    containers: [busybox('sleep 500')],
  });
  await w.run(25);
  expect(status(w).initContainerStatuses[0]).toMatchObject({ started: false, state: { running: expect.anything() } });
  expect(waiting(w)).toMatchObject({ reason: 'PodInitializing' });
  await w.run(20);
  expect(status(w).initContainerStatuses[0]).toMatchObject({ started: true });
  expect(status(w).containerStatuses[0].state.running).toBeDefined();
});

test.each([
  [{ requests: { cpu: '100m', memory: '1Mi' }, limits: { cpu: '100m', memory: '1Mi' } }, 'Guaranteed'],
  [{ limits: { cpu: '100m', memory: '1Mi' } }, 'Guaranteed'],
  [{ requests: { cpu: '100m' } }, 'Burstable'],
  [{}, 'BestEffort'],
])('resources %j are of quality %s', async (resources, quality) => {
  const w = await withPod({ containers: [busybox('sleep 500', { resources })] });
  await w.run(5);
  expect(status(w).qosClass).toBe(quality);
});

test('a pod on the network of its node has its address', async () => {
  const w = await withPod({ hostNetwork: true, containers: [busybox('sleep 500')] });
  await w.run(5);
  expect(status(w).podIP).toBe(status(w).hostIP);
  expect(status(w).podIPs).toEqual(status(w).hostIPs);
});

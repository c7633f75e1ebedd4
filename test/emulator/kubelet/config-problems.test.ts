import { describe, expect, test } from 'vitest';
import { createWorld, pod, type World } from '../controllers/world.ts';

const container = (world: World, name = 'one') => world.get('pods', name)['status'].containerStatuses[0];
const named = (kind: string, name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'default' },
  data,
});

describe('who must not run as root', () => {
  const where = (world: World) => {
    const { uid } = world.get('pods', 'one').metadata;
    return `(pod: "one_default(${uid})", container: app)`;
  };
  test.each([
    ['image will run as root', 'nginx:1.27', {}, 'container has runAsNonRoot and image will run as root'],
    [
      'image has a user by name',
      'memcached:1.6',
      {},
      'container has runAsNonRoot and image has non-numeric user (memcache), cannot verify user is non-root',
    ],
    ['spec says root', 'example.com/own:1', { runAsUser: 0 }, "container's runAsUser breaks non-root policy"],
  ])('does not start where the %s', async (_what, image, more, words) => {
    const world = await createWorld();
    const securityContext = { runAsNonRoot: true, ...more };
    await world.client.create('pods', pod('one', { securityContext, containers: [{ name: 'app', image }] }));
    await world.run(20);
    const message = `${words} ${where(world)}`;
    expect(container(world).state).toEqual({ waiting: { reason: 'CreateContainerConfigError', message } });
    expect(world.events('one')).toContain(`Failed: Error: ${message}`);
  });

  test.each([
    ['nginx:1.27', { runAsNonRoot: true, runAsUser: 101 }],
    ['example.com/own:1', { runAsNonRoot: true }],
    ['elasticsearch:8.15.0', { runAsNonRoot: true }],
    ['nginx:1.27', { runAsNonRoot: false }],
  ])('starts otherwise: %s with %o', async (image, own) => {
    const world = await createWorld();
    const containers = [{ name: 'app', image, securityContext: own }];
    await world.client.create('pods', pod('one', { securityContext: { runAsNonRoot: true }, containers }));
    await world.run(60);
    expect(container(world).state.running).toBeDefined();
  });
});

describe('a volume', () => {
  test.each([
    [
      { configMap: { name: 'one', items: [{ key: 'gone', path: 'a' }] } },
      'configmap references non-existent config key: gone',
    ],
    [
      { secret: { secretName: 'one', items: [{ key: 'gone', path: 'a' }] } },
      'references non-existent secret key: gone',
    ],
    [{ projected: { sources: [{ secret: { name: 'none' } }] } }, 'secret "none" not found'],
    [{ projected: { sources: [{ configMap: { name: 'none' } }] } }, 'configmap "none" not found'],
  ])('that lacks what it names is not mounted: %o', async (source, problem) => {
    const world = await createWorld();
    await world.client.create('configmaps', named('ConfigMap', 'one', { here: '1' }));
    await world.client.create('secrets', named('Secret', 'one', { here: 'MQ==' }));
    const volumes = [{ name: 'data', ...source }];
    await world.client.create('pods', pod('one', { volumes }));
    await world.run(20);
    expect(container(world).state.waiting.reason).toBe('ContainerCreating');
    expect(world.events('one')).toContain(`FailedMount: MountVolume.SetUp failed for volume "data" : ${problem}`);
  });

  test('that may do without is mounted', async () => {
    const world = await createWorld();
    const sources = [{ secret: { name: 'none', optional: true } }];
    await world.client.create('pods', pod('one', { volumes: [{ name: 'data', projected: { sources } }] }));
    await world.run(20);
    expect(container(world).ready).toBe(true);
  });
});

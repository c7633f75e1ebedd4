import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, pod, type World } from '../controllers/world.ts';

const sh = (line: string) => ({ image: 'busybox:1.37', command: ['sh', '-c', line] });
const status = (world: World, name = 'one') => world.get('pods', name)['status'];
const condition = (world: World, type: string, name = 'one') =>
  status(world, name).conditions.find((one: { type: string }) => one.type === type);
const byName = (world: World, name = 'one'): Record<string, KubeObject['status']> =>
  Object.fromEntries(
    [...(status(world, name).initContainerStatuses ?? []), ...status(world, name).containerStatuses].map(
      (one: { name: string }) => [one.name, one],
    ),
  );

describe('a rule for an exit code', () => {
  const rules = (action: string, values = [42]) => ({
    restartPolicy: 'Never',
    restartPolicyRules: [{ action, exitCodes: { operator: 'In', values } }],
  });

  test('lets a container run again where its policy would not', async () => {
    const world = await createWorld();
    const app = (name: string, code: number) =>
      pod(name, { restartPolicy: 'Never', containers: [{ name: 'app', ...sh(`exit ${code}`), ...rules('Restart') }] });
    await world.client.create('pods', app('again', 42));
    await world.client.create('pods', app('over', 1));
    await world.run(30);
    expect(byName(world, 'again')['app'].restartCount).toBeGreaterThan(0);
    expect(status(world, 'again').phase).toBe('Running');
    expect(status(world, 'over')).toMatchObject({ phase: 'Failed' });
  });

  test('lets all containers begin anew, init containers too, in place', async () => {
    const world = await createWorld();
    await world.client.create(
      'pods',
      pod('one', {
        restartPolicy: 'Never',
        initContainers: [{ name: 'setup', ...sh('sleep 2') }],
        containers: [
          { name: 'worker', ...sh('sleep 30; exit 42'), ...rules('RestartAllContainers') },
          { name: 'other', image: 'nginx:1.27' },
        ],
      }),
    );
    await world.run(20);
    const { podIP } = status(world);
    expect(condition(world, 'AllContainersRestarting')).toMatchObject({ status: 'False' });
    const seen: string[] = [];
    world.lister.subscribe('pods', ({ object }) => {
      const one = object['status'].conditions?.find(({ type }: { type: string }) => type === 'AllContainersRestarting');
      if (one?.status === 'True') seen.push(`${one.reason}: ${one.message}`);
    });
    await world.run(30);
    expect(seen[0]).toBe('RestartAllContainersStarted: container exited with restart policy rule');
    const removed = {
      exitCode: 137,
      reason: 'RestartingAllContainers',
      message: 'The container is removed because RestartAllContainers in place',
    };
    const { setup, worker, other } = byName(world);
    expect(setup).toMatchObject({ restartCount: 1, state: { terminated: { exitCode: 0 } } });
    expect(worker).toMatchObject({ restartCount: 1, lastState: { terminated: removed }, ready: true });
    expect(other).toMatchObject({ restartCount: 1, lastState: { terminated: removed }, ready: true });
    expect(status(world)).toMatchObject({ phase: 'Running', podIP });
    expect(condition(world, 'Initialized').status).toBe('True');
    expect(condition(world, 'AllContainersRestarting')).toMatchObject({ status: 'False' });
    expect(world.events('one')).toContain('Killing: killing');
    // Without any back-off: each round takes the 30 s that the worker works, and little more.
    await world.run(60);
    expect(byName(world)['worker'].restartCount).toBe(3);
  });

  test('that not every kubelet knows keeps the pod off nodes that do not declare it', async () => {
    const world = await createWorld({ nodes: 2 });
    const node = world.get('nodes', 'kctl-worker-1');
    expect(node['status'].declaredFeatures).toContain('RestartAllContainersOnContainerExits');
    const declare = (declaredFeatures: string[]) => {
      const now = world.get('nodes', 'kctl-worker-1');
      return world.client.updateStatus('nodes', { ...now, status: { ...now['status'], declaredFeatures } });
    };
    await declare(['ExtendWebSocketsToKubelet']);
    const containers = [{ name: 'app', image: 'nginx:1.27', ...rules('RestartAllContainers') }];
    await world.client.create('pods', pod('one', { containers }));
    await world.client.create('pods', pod('bound', { containers, nodeName: 'kctl-worker-1' }));
    await world.run(5);
    expect(condition(world, 'PodScheduled').message).toContain("1 node(s) didn't match Pod's required features");
    expect(status(world, 'bound')).toMatchObject({
      reason: 'PodFeatureUnsupported',
      message:
        'Pod was rejected: Pod requires node features that are not available: RestartAllContainersOnContainerExits',
    });
    await declare(['RestartAllContainersOnContainerExits']);
    await world.run(15);
    expect(status(world).phase).toBe('Running');
  });
});

describe('a machine that was off', () => {
  const off = (world: World, value: string | undefined) =>
    world.edit('nodes', 'kctl-worker-1', ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations };
      if (value) metadata.annotations['kctl.dev/down'] = value;
      else delete metadata.annotations['kctl.dev/down'];
    });
  const tolerations = [{ operator: 'Exists' }];

  test('comes back with another boot, and its pods begin anew with another address', async () => {
    const world = await createWorld({ nodes: 2 });
    const nodeName = 'kctl-worker-1';
    await world.client.create(
      'pods',
      pod('one', {
        tolerations,
        nodeName,
        initContainers: [{ name: 'setup', ...sh('sleep 2') }],
        containers: [{ name: 'app', image: 'nginx:1.27' }],
      }),
    );
    await world.client.create('pods', pod('job', { tolerations, nodeName, restartPolicy: 'Never' }));
    await world.run(30);
    const { podIP } = status(world);
    const { bootID } = world.get('nodes', nodeName)['status'].nodeInfo;
    const { startedAt } = byName(world)['app'].state.running;
    await off(world, 'off');
    await world.run(3600);
    const back = world.clock.now();
    await off(world, undefined);
    await world.run(20);
    const { setup, app } = byName(world);
    expect(app).toMatchObject({
      restartCount: 1,
      ready: true,
      lastState: {
        terminated: {
          exitCode: 255,
          reason: 'Unknown',
          startedAt,
          finishedAt: `${new Date(back).toISOString().slice(0, 19)}Z`,
        },
      },
    });
    expect(setup).toMatchObject({ restartCount: 1, state: { terminated: { reason: 'Completed' } } });
    expect(status(world).phase).toBe('Running');
    expect(status(world).podIP).not.toBe(podIP);
    expect(world.events('one')).toContain('SandboxChanged: Pod sandbox changed, it will be killed and re-created.');
    // Who may not run again has ended.
    expect(status(world, 'job')).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 255, reason: 'Unknown' } } }],
    });
    const now = world.get('nodes', nodeName)['status'].nodeInfo.bootID;
    expect(now).not.toBe(bootID);
    expect(world.events(nodeName)).toContain(`Rebooted: Node ${nodeName} has been rebooted, boot id: ${now}`);
    expect(world.errors).toEqual([]);
  });

  test('is another thing than one that was only cut off', async () => {
    const world = await createWorld({ nodes: 2 });
    await world.client.create('pods', pod('one', { tolerations, nodeName: 'kctl-worker-1' }));
    await world.run(30);
    const { podIP } = status(world);
    await off(world, 'true');
    await world.run(3600);
    await off(world, undefined);
    await world.run(20);
    expect(byName(world)['app']).toMatchObject({ restartCount: 0, ready: true });
    expect(status(world).podIP).toBe(podIP);
  });
});

import { describe, expect, test } from 'vitest';
import { createWorld, deployment, type World } from './world.ts';

const status = (world: World, name = 'web') => world.get('deployments.apps', name)['status'];
const condition = (world: World, type: string, name = 'web') =>
  status(world, name).conditions.find((one: { type: string }) => one.type === type);
const sets = (world: World) =>
  world.lister
    .list('replicasets.apps', 'default')
    .map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set['spec'].replicas])
    .sort();

async function rolledOut(spec: Record<string, unknown> = {}): Promise<World> {
  const world = await createWorld();
  await world.client.create('deployments.apps', deployment('web', spec));
  await world.run(30);
  return world;
}

describe('deployment', () => {
  test('comes up with a hashed replica set, events and both conditions', async () => {
    const world = await rolledOut();
    expect(world.errors).toEqual([]);
    expect(status(world)).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      updatedReplicas: 3,
      observedGeneration: 1,
    });
    expect(condition(world, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(condition(world, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    const [set] = world.lister.list('replicasets.apps', 'default');
    const hash = set!.metadata.labels!['pod-template-hash'];
    expect(hash).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]+$/);
    expect(set!.metadata.name).toBe(`web-${hash}`);
    expect(world.events('web')).toEqual([`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`]);
    expect(world.pods().every((pod) => pod.metadata.labels!['pod-template-hash'] === hash)).toBe(true);
  });

  test('a rolling update never leaves its bounds of surge and unavailability', async () => {
    const world = await rolledOut({
      replicas: 4,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    });
    let most = 0;
    let least = 99;
    world.lister.subscribe('replicasets.apps', () => {
      const total = world.lister
        .list('replicasets.apps', 'default')
        .reduce((sum, set) => sum + set['spec'].replicas, 0);
      most = Math.max(most, total);
    });
    world.lister.subscribe('pods', () => {
      const ready = world
        .pods()
        .filter(
          (pod) =>
            !pod.metadata.deletionTimestamp &&
            pod['status']?.conditions?.some(
              (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
            ),
        );
      least = Math.min(least, ready.length);
    });
    await world.edit('deployments.apps', 'web', (object) => {
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await world.run(120);
    expect(status(world)).toMatchObject({ replicas: 4, updatedReplicas: 4, availableReplicas: 4 });
    expect(most).toBe(5);
    expect(least).toBe(3);
    expect(sets(world)).toEqual([
      ['1', 0],
      ['2', 4],
    ]);
  });

  test('going back re-uses the old replica set under the next revision', async () => {
    const world = await rolledOut();
    const change = (image: string) =>
      world.edit('deployments.apps', 'web', (object) => {
        object['spec'].template.spec.containers[0].image = image;
      });
    await change('nginx:1.28');
    await world.run(60);
    await change('nginx:1.27');
    await world.run(60);
    expect(sets(world)).toEqual([
      ['2', 0],
      ['3', 3],
    ]);
    const back = world.lister.list('replicasets.apps', 'default').find((set) => set['spec'].replicas === 3)!;
    expect(back.metadata.annotations!['deployment.kubernetes.io/revision-history']).toBe('1');
    expect(world.get('deployments.apps', 'web').metadata.annotations!['deployment.kubernetes.io/revision']).toBe('3');
  });

  test('Recreate has no pods of two templates at once', async () => {
    const world = await rolledOut({ strategy: { type: 'Recreate' } });
    let mixed = false;
    world.lister.subscribe('pods', () => {
      mixed ||= new Set(world.pods().map((pod) => pod['spec'].containers[0].image)).size > 1;
    });
    await world.edit('deployments.apps', 'web', (object) => {
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await world.run(60);
    expect(mixed).toBe(false);
    expect(status(world)).toMatchObject({ updatedReplicas: 3, availableReplicas: 3 });
  });

  test('a paused deployment scales but does not roll', async () => {
    const world = await rolledOut();
    await world.edit('deployments.apps', 'web', (object) => {
      object['spec'].paused = true;
      object['spec'].replicas = 5;
      object['spec'].template.spec.containers[0].image = 'nginx:1.28';
    });
    await world.run(30);
    expect(sets(world)).toEqual([['1', 5]]);
    expect(condition(world, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
    await world.edit('deployments.apps', 'web', (object) => {
      object['spec'].paused = false;
    });
    await world.run(60);
    expect(sets(world)).toEqual([
      ['1', 0],
      ['2', 5],
    ]);
    expect(condition(world, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  test('scaling in the middle of a rollout shares in proportion', async () => {
    const world = await rolledOut({
      replicas: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    });
    await world.edit('deployments.apps', 'web', (object) => {
      object['spec'].template.spec.containers[0].image = 'example.invalid/none:1';
    });
    await world.run(20);
    expect(sets(world)).toEqual([
      ['1', 8],
      ['2', 5],
    ]);
    await world.edit('deployments.apps', 'web', (object) => {
      object['spec'].replicas = 15;
    });
    const total = sets(world).reduce((sum, [, replicas]) => sum + replicas, 0);
    expect(total).toBe(18);
    expect(sets(world)).toEqual([
      ['1', 11],
      ['2', 7],
    ]);
  });

  test('no progress within the deadline is said', async () => {
    const world = await createWorld();
    await world.client.create(
      'deployments.apps',
      deployment('web', { progressDeadlineSeconds: 60 }, { image: 'example.invalid/none:1' }),
    );
    await world.run(50);
    expect(condition(world, 'Progressing').status).toBe('True');
    await world.run(15);
    expect(condition(world, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
    expect(condition(world, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable' });
  });

  test('keeps only as much history as it should', async () => {
    const world = await rolledOut({ revisionHistoryLimit: 1 });
    for (const tag of ['1.25', '1.26', '1.28']) {
      await world.edit('deployments.apps', 'web', (object) => {
        object['spec'].template.spec.containers[0].image = `nginx:${tag}`;
      });
      await world.run(60);
    }
    expect(sets(world)).toEqual([
      ['3', 0],
      ['4', 3],
    ]);
  });
});

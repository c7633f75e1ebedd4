import { describe, expect, test } from 'vitest';
import { catchUp } from '../../../../src/emulator/clocks.ts';
import { startControlPlane } from '../../../../src/emulator/control-plane.ts';
import { simulatedImage } from '../../../../src/oci/simulated-images.ts';
import { deployment, pod } from '../../controllers/world.ts';
import { fastPods, podStage, worldWithStages } from './kwok.ts';

const STAGES = 'stages.kwok.x-k8s.io';

describe('stages for pods', () => {
  test('are what brings a pod to life, in the place of the life that is built in', async () => {
    const world = await worldWithStages(fastPods);
    await world.client.create('pods', pod('one'));
    await world.run(1);
    const { status } = world.get('pods', 'one');
    expect(status).toMatchObject({
      phase: 'Running',
      podIP: expect.stringMatching(/^10\.244\.\d+\.\d+$/),
      startTime: '2026-03-02T10:00:00Z',
      containerStatuses: [
        { name: 'app', image: 'nginx:1.27', ready: true, state: { running: { startedAt: '2026-03-02T10:00:00Z' } } },
      ],
    });
    expect(status.conditions.map(({ type, status }: { type: string; status: string }) => `${type}=${status}`)).toEqual(
      expect.arrayContaining(['PodScheduled=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True']),
    );
    // Nothing was pulled or started: nobody said so.
    expect(world.events('one').map((event) => event.split(':')[0])).toEqual(['Scheduled']);
    await world.run(600);
    expect(world.get('pods', 'one')['status']).toEqual(status);
    expect(world.errors).toEqual([]);
  });

  test('have addresses of their own, which are given again once the pods are gone', async () => {
    const world = await worldWithStages(fastPods);
    await world.client.create('deployments.apps', deployment('web', { replicas: 20 }));
    await world.run(5);
    const addresses = world.pods().map((one) => one['status'].podIP);
    expect(new Set(addresses).size).toBe(20);
    for (let round = 0; round < 15; round++) {
      for (const one of world.pods()) await world.client.delete('pods', 'default', one.metadata.name!);
      await world.run(5);
    }
    expect(world.pods().filter((one) => one['status'].phase === 'Running')).toHaveLength(20);
    expect(world.errors).toEqual([]);
  });

  test('end those of a Job, and a deployment rolls out on them', async () => {
    const world = await worldWithStages(fastPods);
    await world.client.create('jobs.batch', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'sum', namespace: 'default' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'nginx:1.27' }] } } },
    });
    await world.client.create('deployments.apps', deployment('web'));
    await world.run(10);
    expect(world.get('jobs.batch', 'sum')['status'].succeeded).toBe(1);
    expect(world.get('deployments.apps', 'web')['status'].readyReplicas).toBe(3);
  });

  test('wait as long as the stage, or the object, says', async () => {
    const slow = podStage(
      'slow',
      `
selector:
  matchExpressions:
  - { key: '.status.phase', operator: 'In', values: ['Pending'] }
delay:
  durationMilliseconds: 5000
  durationFrom: { expressionFrom: '.metadata.annotations["wait"]' }
next:
  statusTemplate: 'phase: Running'
`,
    );
    const world = await worldWithStages(slow);
    await world.client.create('pods', pod('one'));
    await world.client.create('pods', pod('two', {}, { wait: '1m' }));
    const phases = () => ['one', 'two'].map((name) => world.get('pods', name)['status'].phase);
    await world.run(4.9);
    expect(phases()).toEqual(['Pending', 'Pending']);
    await world.run(0.2);
    expect(phases()).toEqual(['Running', 'Pending']);
    await world.run(54.7);
    expect(phases()).toEqual(['Running', 'Pending']);
    await world.run(0.3);
    expect(phases()).toEqual(['Running', 'Running']);
  });

  test('are chosen by weight, those of weight 0 only among themselves', async () => {
    const to = (name: string, weight: number) =>
      podStage(
        name,
        `
weight: ${weight}
selector: { matchExpressions: [{ key: '.status.phase', operator: 'In', values: ['Pending'] }] }
next: { statusTemplate: 'phase: ${name === 'bad' ? 'Failed' : 'Running'}' }
`,
      );
    const world = await worldWithStages(
      to('good', 3) + to('bad', 1) + to('never', 0).replace('phase: Running', 'phase: Unknown'),
    );
    for (let index = 0; index < 80; index++) await world.client.create('pods', pod(`p${index}`));
    await world.run(2);
    const count = (phase: string) => world.pods().filter((one) => one['status'].phase === phase).length;
    expect(count('Running') + count('Failed')).toBe(80);
    expect(count('Failed')).toBeGreaterThan(8);
    expect(count('Failed')).toBeLessThan(35);
  });

  test('say events, set finalizers and patch what is no status', async () => {
    const world = await worldWithStages(
      podStage(
        'mark',
        `
selector: { matchLabels: { app: one } , matchExpressions: [{ key: '.metadata.labels.seen', operator: 'DoesNotExist' }] }
next:
  event: { type: Warning, reason: Marked, message: was marked }
  finalizers: { add: [{ value: kctl.dev/mark }] }
  patches:
  - { type: merge, root: metadata, template: 'labels: { seen: {{ .metadata.name | upper | quote }} }' }
  - { type: json, root: metadata, template: '[{ op: add, path: /annotations/how, value: json }]' }
  - { subresource: status, root: status, template: 'message: {{ YAML .metadata.labels 1 | trim | quote }}' }
`,
      ),
    );
    await world.client.create('pods', pod('one', {}, { a: 'b' }));
    await world.run(1);
    const one = world.get('pods', 'one');
    expect(one.metadata).toMatchObject({
      finalizers: ['kctl.dev/mark'],
      labels: { app: 'one', seen: 'ONE' },
      annotations: { a: 'b', how: 'json' },
    });
    expect(one['status'].message).toBe('app: one');
    expect(world.events('one')).toContain('Marked: was marked');
  });

  test('leave pods that none selects to the life that is built in, and take one over that they select later', async () => {
    const world = await worldWithStages(
      podStage(
        'fail',
        `
selector: { matchLabels: { chaos: 'true' }, matchExpressions: [{ key: '.status.phase', operator: 'In', values: ['Running'] }] }
delay: { durationMilliseconds: 2000 }
next: { statusTemplate: '{ phase: Failed, reason: Chaos }' }
`,
      ),
    );
    await world.client.create('pods', pod('one'));
    await world.run(30);
    expect(world.events('one').join()).toContain('Pulled');
    expect(world.get('pods', 'one')['status'].phase).toBe('Running');
    await world.edit('pods', 'one', (object) => {
      object.metadata.labels = { ...object.metadata.labels, chaos: 'true' };
    });
    await world.run(3);
    expect(world.get('pods', 'one')['status']).toMatchObject({ phase: 'Failed', reason: 'Chaos' });
    await world.run(60);
    expect(world.get('pods', 'one')['status'].phase).toBe('Failed');
    // No stage says how it ends.
    await world.client.delete('pods', 'default', 'one');
    await world.run(2);
    expect(world.pods()).toEqual([]);
  });

  test('go on in a new process', async () => {
    const world = await worldWithStages(fastPods);
    await world.client.create('pods', pod('one'));
    await world.run(5);
    const before = world.get('pods', 'one')['status'];
    await world.plane.stop();
    const plane = startControlPlane({
      client: world.client,
      lister: world.lister,
      clock: world.clock,
      random: () => 0.5,
      nodes: 2,
      rootCa: 'PEM',
      images: simulatedImage,
    });
    await plane.idle();
    await catchUp(world.clock, world.clock.now() + 60_000, () => plane.idle());
    expect(world.get('pods', 'one')['status']).toEqual(before);
    await world.client.create('pods', pod('two'));
    await catchUp(world.clock, world.clock.now() + 1000, () => plane.idle());
    expect(world.get('pods', 'two')['status'].podIP).not.toBe(before.podIP);
    await plane.stop();
  });

  test('hand their pods back when the last of them goes', async () => {
    const world = await worldWithStages(fastPods);
    await world.client.create('pods', pod('one'));
    await world.run(5);
    for (const stage of world.lister.list(STAGES)) await world.client.delete(STAGES, undefined, stage.metadata.name!);
    await world.run(5);
    await world.client.delete('pods', 'default', 'one');
    await world.run(40);
    expect(world.pods()).toEqual([]);
    expect(world.events('one').join()).toContain('Killing: Stopping container app');
  });

  test('that are wrong say so', async () => {
    const world = await worldWithStages(
      podStage('broken', `selector: { matchExpressions: [{ key: '.a[', operator: Exists }] }\nnext: { delete: true }`),
      podStage('untrue', `selector: { matchLabels: { app: one } }\nnext: { statusTemplate: 'phase: {{ nothing }}' }`),
    );
    await world.client.create('pods', pod('one'));
    await world.run(5);
    expect(world.events('broken')[0]).toMatch(/^InvalidStage: /);
    expect(world.events('untrue')).toEqual([expect.stringContaining('function "nothing" not defined')]);
  });
});

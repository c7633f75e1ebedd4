import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { observe } from '../../../../src/emulator/controllers/deployment/rollout.ts';
import { maxSurge, maxUnavailable, newReplicaCount } from '../../../../src/emulator/controllers/deployment/scaling.ts';
import { templateHash } from '../../../../src/emulator/controllers/names.ts';
import { createWorld, deployment, type World } from '../world.ts';

const NONE = 'example.invalid/none:1';
const PREFIX = 'deployment.kubernetes.io/';
const web = (w: World) => w.get('deployments.apps', 'web');
const status = (w: World) => web(w)['status'];
const condition = (w: World, type: string) => status(w).conditions.find((one: { type: string }) => one.type === type);
const sets = (w: World) =>
  [...w.lister.list<KubeObject>('replicasets.apps', 'default')].sort((a, b) => revision(a) - revision(b));
const revision = (set: KubeObject) => Number(set.metadata.annotations?.[`${PREFIX}revision`]);
const sizes = (w: World) => sets(w).map((set) => set['spec'].replicas);
const edit = (w: World, change: (spec: KubeObject['spec']) => void) =>
  w.edit('deployments.apps', 'web', (object) => change(object['spec']));
const setImage = (w: World, image: string) =>
  edit(w, (spec) => {
    spec.template.spec.containers[0].image = image;
  });
const rolling = (surge: number | string, unavailable: number | string) => ({
  type: 'RollingUpdate',
  rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable },
});

async function rolledOut(spec: Record<string, unknown> = {}): Promise<World> {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web', spec));
  await w.run(30);
  return w;
}

describe('surge and unavailability', () => {
  test.each([
    [3, '25%', '25%', 1, 0],
    [10, '25%', '25%', 3, 2],
    [4, '25%', '25%', 1, 1],
    [2, '0%', '1%', 0, 1],
    [1, 0, '1%', 0, 1],
    [0, '25%', '25%', 0, 0],
    [5, 2, 9, 2, 5],
    [100, '1%', '0%', 1, 0],
  ])('of %i replicas, %s and %s are %i and %i', (replicas, surge, unavailable, surgePods, unavailablePods) => {
    const object = deployment('web', { replicas, strategy: rolling(surge, unavailable) });
    expect([maxSurge(object), maxUnavailable(object)]).toEqual([surgePods, unavailablePods]);
  });

  test('the new set grows by what the surge leaves, never beyond what is wanted', () => {
    const set = (replicas: number, image: string): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: image },
      spec: { replicas, template: deployment('web', {}, { image })['spec'].template },
    });
    const count = (replicas: number, fresh: number, old: number) =>
      newReplicaCount(
        observe(deployment('web', { replicas, strategy: rolling(2, 0) }, { image: 'new' }), [
          set(fresh, 'new'),
          set(old, 'old'),
        ]),
      );
    expect([count(10, 0, 10), count(10, 3, 8), count(10, 5, 7), count(10, 9, 0), count(10, 4, 9)]).toEqual([
      2, 4, 5, 10, 4,
    ]);
  });
});

describe('a deployment', () => {
  test('shows the wished and the greatest size on its live sets, and the revision on both', async () => {
    const w = await rolledOut({ replicas: 4 });
    expect(sets(w)[0]!.metadata.annotations).toEqual({
      [`${PREFIX}desired-replicas`]: '4',
      [`${PREFIX}max-replicas`]: '5',
      [`${PREFIX}revision`]: '1',
    });
    expect(web(w).metadata.annotations).toEqual({ [`${PREFIX}revision`]: '1' });
  });

  test('shares annotations like the cause of a change with its sets, but not what kubectl applied', async () => {
    const w = await rolledOut();
    await w.edit('deployments.apps', 'web', (object) => {
      object.metadata.annotations!['kubernetes.io/change-cause'] = 'because';
      object.metadata.annotations!['kubectl.kubernetes.io/last-applied-configuration'] = '{}';
    });
    const { annotations } = sets(w)[0]!.metadata;
    expect(annotations!['kubernetes.io/change-cause']).toBe('because');
    expect(annotations!['kubectl.kubernetes.io/last-applied-configuration']).toBeUndefined();
  });

  test('that is scaled after it was rolled out has still been rolled out; only its availability changes', async () => {
    const w = await rolledOut();
    const before = condition(w, 'Progressing');
    const seen = new Set<string>();
    w.lister.subscribe('deployments.apps', ({ object }) => {
      for (const one of object['status'].conditions) seen.add(`${one.type}=${one.status} ${one.reason}`);
    });
    await edit(w, (spec) => {
      spec.replicas = 8;
    });
    expect(condition(w, 'Available')).toMatchObject({
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
      message: 'Deployment does not have minimum availability.',
    });
    await w.run(30);
    expect(condition(w, 'Progressing')).toEqual(before);
    expect([...seen].sort()).toEqual([
      'Available=False MinimumReplicasUnavailable',
      'Available=True MinimumReplicasAvailable',
      'Progressing=True NewReplicaSetAvailable',
    ]);
  });

  test('goes through the conditions of a rollout, each with its words and stamps', async () => {
    const w = await createWorld();
    const seen: string[] = [];
    w.lister.subscribe('deployments.apps', ({ object }) => {
      for (const { type, status: is, reason, message } of object['status']?.conditions ?? []) {
        const line = `${type}=${is} ${reason}: ${message}`;
        if (type === 'Progressing' && seen.at(-1) !== line) seen.push(line);
      }
    });
    await w.client.create('deployments.apps', deployment('web'));
    await w.run(30);
    const [first] = sets(w);
    expect(seen.map((line) => line.replace(first!.metadata.name!, 'SET'))).toEqual([
      'Progressing=True NewReplicaSetCreated: Created new replica set "SET"',
      'Progressing=True ReplicaSetUpdated: ReplicaSet "SET" is progressing.',
      'Progressing=True NewReplicaSetAvailable: ReplicaSet "SET" has successfully progressed.',
    ]);
    const { lastTransitionTime, lastUpdateTime } = condition(w, 'Progressing');
    expect(lastTransitionTime < lastUpdateTime).toBe(true);
    expect(condition(w, 'Available').message).toBe('Deployment has minimum availability.');
  });

  test('counts what its sets count', async () => {
    const w = await rolledOut({ replicas: 4, strategy: rolling(1, 1) });
    await setImage(w, NONE);
    await w.run(60);
    expect(status(w)).toMatchObject({
      observedGeneration: 2,
      replicas: 5,
      updatedReplicas: 2,
      readyReplicas: 3,
      availableReplicas: 3,
      unavailableReplicas: 2,
      terminatingReplicas: 0,
    });
  });

  test('counts the pods that end', async () => {
    const w = await rolledOut({ replicas: 4 });
    await edit(w, (spec) => {
      spec.replicas = 1;
    });
    expect(status(w)).toMatchObject({ replicas: 1, terminatingReplicas: 3 });
    await w.run(60);
    expect(status(w)).toMatchObject({ replicas: 1, terminatingReplicas: 0 });
  });

  test('waits for minReadySeconds before it takes old pods down, and hands a change of them to its set', async () => {
    const w = await rolledOut({ replicas: 2, strategy: rolling(1, 0) });
    await edit(w, (spec) => {
      spec.minReadySeconds = 100;
      spec.template.spec.containers[0].image = 'nginx:1.28';
    });
    await w.run(60);
    expect(sizes(w)).toEqual([2, 1]);
    await w.run(60);
    expect(sizes(w)).toEqual([1, 2]);
    await edit(w, (spec) => {
      spec.minReadySeconds = 5;
    });
    await w.run(60);
    expect(sizes(w)).toEqual([0, 2]);
    expect(sets(w)[1]!['spec'].minReadySeconds).toBe(5);
  });

  test('takes pods down first that serve nobody, of whatever old set', async () => {
    const w = await rolledOut({ replicas: 10, strategy: rolling(3, 2) });
    await setImage(w, NONE);
    await w.run(20);
    expect(sizes(w)).toEqual([8, 5]);
    await setImage(w, 'nginx:1.28');
    expect(sizes(w)).toEqual([8, 0, 5]);
    await w.run(60);
    expect(sizes(w)).toEqual([0, 0, 10]);
  });
});

describe('a paused deployment', () => {
  test('says so, keeps its clock for the deadline still, and says when it goes on', async () => {
    const w = await createWorld();
    await w.client.create('deployments.apps', deployment('web', { progressDeadlineSeconds: 60 }, { image: NONE }));
    await w.run(30);
    await edit(w, (spec) => {
      spec.paused = true;
    });
    expect(condition(w, 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
    await w.run(3600);
    expect(condition(w, 'Progressing').reason).toBe('DeploymentPaused');
    await edit(w, (spec) => {
      spec.paused = false;
    });
    expect(condition(w, 'Progressing')).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentResumed',
      message: 'Deployment is resumed',
    });
    await w.run(59);
    expect(condition(w, 'Progressing').reason).toBe('DeploymentResumed');
    await w.run(3);
    expect(condition(w, 'Progressing').reason).toBe('ProgressDeadlineExceeded');
    await edit(w, (spec) => {
      spec.paused = true;
    });
    expect(condition(w, 'Progressing').reason).toBe('ProgressDeadlineExceeded');
  });

  test('makes no set for a template that is new, and trims its history all the same', async () => {
    const w = await rolledOut();
    for (const tag of ['1.26', '1.28']) {
      await setImage(w, `nginx:${tag}`);
      await w.run(60);
    }
    await edit(w, (spec) => {
      spec.paused = true;
      spec.revisionHistoryLimit = 1;
      spec.template.spec.containers[0].image = 'nginx:1.29';
    });
    await w.run(30);
    // Now all are old: the live one is the one that is kept.
    expect(sets(w).map(revision)).toEqual([3]);
    expect(sizes(w)).toEqual([3]);
    expect(status(w).updatedReplicas).toBeUndefined();
  });

  test('made paused has no pods until it goes on', async () => {
    const w = await rolledOut({ paused: true });
    expect(sets(w)).toEqual([]);
    await edit(w, (spec) => {
      spec.paused = false;
    });
    await w.run(30);
    expect(sizes(w)).toEqual([3]);
  });

  test('with two live sets is scaled in proportion, up and down, and to nothing', async () => {
    const w = await rolledOut({ replicas: 10, strategy: rolling(3, 2) });
    await setImage(w, NONE);
    await w.run(20);
    await edit(w, (spec) => {
      spec.paused = true;
    });
    const scaled = async (replicas: number) => {
      await edit(w, (spec) => {
        spec.replicas = replicas;
      });
      return sizes(w);
    };
    expect(sizes(w)).toEqual([8, 5]);
    expect(await scaled(20)).toEqual([14, 9]);
    expect(sets(w).map((set) => set.metadata.annotations![`${PREFIX}max-replicas`])).toEqual(['23', '23']);
    expect(await scaled(5)).toEqual([5, 3]);
    expect(await scaled(0)).toEqual([0, 0]);
    expect(await scaled(4)).toEqual([0, 4]);
  });

  test('falls back on what it counts where somebody spoiled the annotation of a size', async () => {
    const w = await rolledOut({ replicas: 10, strategy: rolling(3, 2) });
    await setImage(w, NONE);
    await w.run(20);
    await edit(w, (spec) => {
      spec.paused = true;
    });
    await w.edit('replicasets.apps', sets(w)[0]!.metadata.name!, (set) => {
      set.metadata.annotations![`${PREFIX}max-replicas`] = 'many';
    });
    await edit(w, (spec) => {
      spec.replicas = 20;
    });
    expect(sizes(w)).toEqual([14, 9]);
  });
});

test('of sets of one size the newer takes more when growing, the older loses more when shrinking', async () => {
  for (const [replicas, expected] of [
    [9, [5, 5]],
    [10, [5, 6]],
    [7, [4, 4]],
    [6, [3, 4]],
  ] as const) {
    const w = await rolledOut({ replicas: 9, strategy: rolling(1, 5) });
    await setImage(w, NONE);
    await w.run(20);
    // 4 old pods serve, 6 new ones do not.
    expect(sizes(w)).toEqual([4, 6]);
    await edit(w, (spec) => {
      spec.paused = true;
    });
    const [old, fresh] = sets(w);
    for (const set of [old!, fresh!]) {
      await w.edit('replicasets.apps', set.metadata.name!, (object) => {
        object['spec'].replicas = 5;
      });
    }
    await w.plane.idle();
    await edit(w, (spec) => {
      spec.replicas = replicas;
    });
    expect(sizes(w)).toEqual(expected);
  }
});

describe('the progress deadline', () => {
  test('is over a second after it, and is told once', async () => {
    const w = await createWorld();
    await w.client.create('deployments.apps', deployment('web', { progressDeadlineSeconds: 60 }, { image: NONE }));
    await w.run(5);
    const { lastUpdateTime, lastTransitionTime } = condition(w, 'Progressing');
    await w.run((Date.parse(lastUpdateTime) - w.clock.now()) / 1000 + 60);
    expect(condition(w, 'Progressing')).toMatchObject({ status: 'True', lastUpdateTime, lastTransitionTime });
    await w.run(1.1);
    const late = condition(w, 'Progressing');
    expect(late).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: `ReplicaSet "${sets(w)[0]!.metadata.name}" has timed out progressing.`,
    });
    expect(late.lastTransitionTime > lastTransitionTime).toBe(true);
    await w.run(3600);
    expect(condition(w, 'Progressing')).toEqual(late);
  });

  test('is ten minutes where none is given, and never comes where it is the greatest number', async () => {
    const w = await createWorld();
    await w.client.create('deployments.apps', deployment('web', {}, { image: NONE }));
    await w.client.create(
      'deployments.apps',
      deployment('calm', { progressDeadlineSeconds: 2 ** 31 - 1 }, { image: NONE }),
    );
    await w.run(590);
    expect(condition(w, 'Progressing').status).toBe('True');
    await w.run(20);
    expect(condition(w, 'Progressing').status).toBe('False');
    const calm = w.get('deployments.apps', 'calm')['status'].conditions;
    expect(calm.map((one: { type: string }) => one.type)).toEqual(['Available']);
  });

  test('starts anew with every step', async () => {
    const w = await rolledOut({
      replicas: 3,
      minReadySeconds: 40,
      progressDeadlineSeconds: 60,
      strategy: rolling(1, 0),
    });
    await w.run(60);
    await setImage(w, 'nginx:1.28');
    let failed = false;
    w.lister.subscribe('deployments.apps', () => {
      failed ||= condition(w, 'Progressing').status === 'False';
    });
    await w.run(200);
    expect([failed, sizes(w)]).toEqual([false, [0, 3]]);
  });

  test('that was missed is forgiven by the next step', async () => {
    const w = await rolledOut({ progressDeadlineSeconds: 30 });
    await setImage(w, NONE);
    await w.run(90);
    expect(condition(w, 'Progressing').reason).toBe('ProgressDeadlineExceeded');
    await setImage(w, 'nginx:1.27');
    await w.run(60);
    expect(condition(w, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });
});

describe('revisions', () => {
  test('a set that is used again takes the next number and remembers those it had', async () => {
    const w = await rolledOut();
    for (const tag of ['1.28', '1.27', '1.28', '1.27']) {
      await setImage(w, `nginx:${tag}`);
      await w.run(60);
    }
    expect(
      sets(w).map(({ metadata }) => [
        metadata.annotations![`${PREFIX}revision`],
        metadata.annotations![`${PREFIX}revision-history`],
      ]),
    ).toEqual([
      ['4', '2'],
      ['5', '1,3'],
    ]);
    expect(web(w).metadata.annotations![`${PREFIX}revision`]).toBe('5');
    expect(w.lister.list('replicasets.apps', 'default')).toHaveLength(2);
  });

  test('of a long history only the last 2,000 characters stay', async () => {
    const w = await rolledOut();
    const [first] = sets(w);
    await setImage(w, 'nginx:1.28');
    await w.run(60);
    const long = Array.from({ length: 400 }, (_, at) => 1000 + at).join(',');
    await w.edit('replicasets.apps', first!.metadata.name!, (set) => {
      set.metadata.annotations![`${PREFIX}revision-history`] = long;
    });
    await setImage(w, 'nginx:1.27');
    await w.run(60);
    const history = sets(w)[1]!.metadata.annotations![`${PREFIX}revision-history`]!;
    expect(history.length).toBeLessThanOrEqual(2000);
    expect(history.endsWith('1398,1399,1')).toBe(true);
    expect(history.startsWith('1001,')).toBe(true);
  });

  test('only empty, settled sets beyond the limit go, the oldest first, and none without a limit', async () => {
    const w = await rolledOut({ revisionHistoryLimit: 2 ** 31 - 1 });
    for (let tag = 0; tag < 12; tag++) {
      await setImage(w, `nginx:1.${tag}`);
      await w.run(40);
    }
    expect(sets(w)).toHaveLength(13);
    await edit(w, (spec) => {
      spec.revisionHistoryLimit = 0;
    });
    await w.run(5);
    expect(sets(w).map(revision)).toEqual([13]);
  });

  test('a name that another template has is passed over, and the collision counted', async () => {
    const w = await createWorld();
    const object = deployment('web');
    await w.client.create('deployments.apps', { ...object, spec: { ...object['spec'], paused: true } });
    await w.plane.idle();
    const name = `web-${templateHash(web(w)['spec'].template)}`;
    const { spec } = deployment('alien', { replicas: 0 });
    await w.client.create('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace: 'default' },
      spec: { replicas: 0, selector: spec.selector, template: spec.template },
    });
    await edit(w, (one) => {
      one.paused = false;
    });
    await w.run(30);
    expect(status(w)).toMatchObject({ collisionCount: 1, availableReplicas: 3 });
    const ours = w.lister.controlledBy<KubeObject>('replicasets.apps', web(w).metadata.uid!);
    expect(ours.map((set) => set.metadata.name)).toEqual([`web-${templateHash(web(w)['spec'].template, 1)}`]);
  });

  test('a set that cannot be made is told of, in an event and in the condition', async () => {
    const w = await createWorld();
    await w.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: 'default' },
      spec: { hard: { 'count/replicasets.apps': '0' } },
    });
    await w.plane.idle();
    await w.client.create('deployments.apps', deployment('web'));
    await w.plane.idle();
    const message = expect.stringMatching(
      /^Failed to create new replica set "web-\w+": replicasets.apps "web-\w+" is forbidden: exceeded quota: none, requested: count\/replicasets.apps=1, used: count\/replicasets.apps=0, limited: count\/replicasets.apps=0$/,
    );
    expect(condition(w, 'Progressing')).toMatchObject({ status: 'False', reason: 'ReplicaSetCreateError', message });
    const event = w.lister.list('events', 'default').find((one) => one['involvedObject'].name === 'web');
    expect(event).toMatchObject({ type: 'Warning', reason: 'ReplicaSetCreateError', message });
    await w.client.delete('resourcequotas', 'default', 'none');
    await w.run(90);
    expect(condition(w, 'Progressing').reason).toBe('NewReplicaSetAvailable');
  });
});

describe('Recreate', () => {
  test('makes the new set only when the last old pod is gone, and shows the revision of a known one at once', async () => {
    const w = await rolledOut({ strategy: { type: 'Recreate' } });
    expect(sets(w)[0]!.metadata.annotations![`${PREFIX}max-replicas`]).toBe('3');
    await setImage(w, 'nginx:1.28');
    expect(sizes(w)).toEqual([0]);
    const gone: number[] = [];
    w.lister.subscribe('replicasets.apps', ({ type }) => {
      if (type === 'ADDED') gone.push(w.pods().length);
    });
    await w.run(60);
    expect([gone, sizes(w)]).toEqual([[0], [0, 3]]);
    await setImage(w, 'nginx:1.27');
    expect(sets(w).map(revision)).toEqual([2, 3]);
    expect(sizes(w)).toEqual([0, 0]);
    await w.run(60);
    expect(sizes(w)).toEqual([0, 3]);
  });

  test('does not wait for pods that have finished', async () => {
    const w = await rolledOut({ strategy: { type: 'Recreate' }, replicas: 1 });
    const [one] = w.pods();
    await w.edit('pods', one!.metadata.name!, (object) => {
      object.metadata.finalizers = ['test/keep'];
    });
    const now = w.get('pods', one!.metadata.name!);
    await w.client.updateStatus('pods', { ...now, status: { ...now['status'], phase: 'Failed' } });
    await w.run(20);
    await setImage(w, 'nginx:1.28');
    await w.run(60);
    expect(sizes(w)).toEqual([0, 1]);
    expect(w.get('pods', one!.metadata.name!)['status'].phase).toBe('Failed');
  });
});

describe('failures and owners', () => {
  test("the failure of a set is the deployment's as well, until it is over", async () => {
    const w = await createWorld();
    await w.client.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'default' },
      spec: { hard: { pods: '2' } },
    });
    await w.plane.idle();
    await w.client.create('deployments.apps', deployment('web'));
    await w.run(5);
    const [ofSet] = sets(w)[0]!['status'].conditions;
    expect(condition(w, 'ReplicaFailure')).toEqual({ ...ofSet, lastUpdateTime: ofSet.lastTransitionTime });
    await w.client.delete('resourcequotas', 'default', 'few');
    await w.run(90);
    expect(condition(w, 'ReplicaFailure')).toBeUndefined();
  });

  test('adopts a set that matches, and takes it down when its own is complete', async () => {
    const w = await rolledOut();
    const { spec } = deployment('web', { replicas: 2 }, { image: 'nginx:1.20' });
    await w.client.create('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 'stray', namespace: 'default', labels: { app: 'web' } },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web', tier: 'x' } },
        template: { ...spec.template, metadata: { labels: { app: 'web', tier: 'x' } } },
      },
    });
    await w.run(30);
    const stray = w.get('replicasets.apps', 'stray');
    expect(stray.metadata.ownerReferences).toEqual([
      expect.objectContaining({ kind: 'Deployment', name: 'web', controller: true }),
    ]);
    expect(stray['spec'].replicas).toBe(0);
  });

  test('releases a set whose labels no longer match, with its pods, and makes another', async () => {
    const w = await rolledOut({ replicas: 1 });
    const [set] = sets(w);
    await w.edit('replicasets.apps', set!.metadata.name!, (object) => {
      object.metadata.labels!['app'] = 'other';
    });
    await w.run(30);
    expect(w.get('replicasets.apps', set!.metadata.name!).metadata.ownerReferences ?? []).toEqual([]);
    expect(w.get('replicasets.apps', set!.metadata.name!)['spec'].replicas).toBe(1);
    // The name is taken: the next hash is salted.
    expect(status(w)).toMatchObject({ collisionCount: 1, availableReplicas: 1 });
  });
});

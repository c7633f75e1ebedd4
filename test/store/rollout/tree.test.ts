import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { rolloutFailures } from '../../../src/store/rollout/failures.ts';
import { reduceRollout } from '../../../src/store/rollout/reducer.ts';
import { emptyRollout, type RolloutKind, type RolloutState } from '../../../src/store/rollout/state.ts';
import { rolloutTree } from '../../../src/store/rollout/tree.ts';
import { at, deployment, event, pod, replicaSet } from './objects.ts';

const kindOf = (object: KubeObject): RolloutKind =>
  object.kind === 'Pod'
    ? 'pod'
    : object.kind === 'Event'
      ? 'event'
      : /ReplicaSet|ControllerRevision/.test(object.kind)
        ? 'revision'
        : 'workload';

const stateOf = (...objects: KubeObject[]): RolloutState =>
  objects.reduce((state, object) => reduceRollout(state, { type: 'put', kind: kindOf(object), object }), emptyRollout);

const running = { node: 'n1', ready: true, phase: 'Running' };
const now = Date.parse(at(400));

const midway = () => [
  deployment('shop/web:v2', {
    status: { observedGeneration: 2, replicas: 4, updatedReplicas: 1, availableReplicas: 3 },
  }),
  replicaSet(1, 'shop/web:v1', 3),
  replicaSet(2, 'shop/web:v2', 1),
  pod('old-a', 1, 'shop/web:v1', running),
  pod('old-b', 1, 'shop/web:v1', running),
  pod('old-c', 1, 'shop/web:v1', { ...running, deleting: true }),
  pod('new-a', 2, 'shop/web:v2', { node: 'n2' }),
  event('Pulling', 'new-a', 130),
];

const summary = (state: RolloutState) => {
  const tree = rolloutTree(state, now)!;
  return {
    totals: tree.totals,
    room: tree.room,
    revisions: tree.revisions.map((r) => [
      r.revision,
      r.isNew ? 'new' : 'old',
      `${r.ready}/${r.desired}`,
      r.pods.map((p) => `${p.name} ${p.stage} ${p.node}`),
    ]),
    kept: tree.kept,
  };
};

describe('the tree of a deployment', () => {
  test('midway through a rollout', () => {
    expect(summary(stateOf(...midway(), replicaSet(0, 'shop/web:v0', 0)))).toEqual({
      totals: { desired: 3, total: 3, new: 1, newReady: 0, old: 2, ready: 2, available: 3 },
      room: { surge: { limit: 1, used: 0 }, unavailable: { limit: 0, used: 0 } },
      revisions: [
        [2, 'new', '0/1', ['new-a pulling n2']],
        [1, 'old', '2/3', ['old-a ready n1', 'old-b ready n1', 'old-c terminating n1']],
      ],
      kept: 1,
    });
  });
  test('does not depend on the order in which things were told', () => {
    expect(summary(stateOf(...midway().reverse()))).toEqual(summary(stateOf(...midway())));
  });
  test('leaves out what belongs to others', () => {
    const stranger = pod('stranger', 9, 'x', running);
    expect(summary(stateOf(...midway(), stranger))).toEqual(summary(stateOf(...midway())));
  });
  test('says which layers of the new image the old one does not have', () => {
    const facts = (reference: string, ...digests: string[]) => ({
      reference,
      digest: 'd',
      sizeBytes: 0,
      simulated: true,
      layers: digests.map((digest) => ({ digest, sizeBytes: 100, instruction: '' })),
    });
    let state = stateOf(...midway());
    for (const [reference, top] of [
      ['shop/web:v1', 'a'],
      ['shop/web:v2', 'b'],
    ] as const) {
      state = reduceRollout(state, { type: 'image', reference, facts: facts(reference, 'base', top) });
    }
    expect(rolloutTree(state, now)!.revisions[0]!.images[0]!.fresh).toEqual({ layers: 1, bytes: 100 });
  });
  test('a list replaces what was known and an unchanged object changes nothing', () => {
    const state = stateOf(...midway());
    const object = state.pods.get('uid-old-a')!;
    expect(reduceRollout(state, { type: 'put', kind: 'pod', object })).toBe(state);
    const after = reduceRollout(state, { type: 'list', kind: 'pod', objects: [object] });
    expect(rolloutTree(after, now)!.totals).toMatchObject({ total: 1, new: 0, old: 1 });
  });
});

test('pods of a daemon set find their revision by hash, those of a stateful set by name', () => {
  const workload = (kind: string, status: object): KubeObject => ({
    ...deployment('i'),
    kind,
    spec: { replicas: 2, template: {} },
    status,
  });
  const revision = (n: number): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      ...replicaSet(n, 'i', 0).metadata,
      name: `web-h${n}`,
      labels: { 'controller-revision-hash': `h${n}` },
    },
    revision: n,
    data: { spec: { template: { spec: { containers: [{ name: 'web', image: `i:${n}` }] } } } },
  });
  const owned = (name: string, hash: string): KubeObject => {
    const object = pod(name, 1, 'i', running);
    object.metadata.labels = { 'controller-revision-hash': hash };
    object.metadata.ownerReferences = [{ apiVersion: 'apps/v1', kind: 'X', name: 'web', uid: 'dep', controller: true }];
    return object;
  };
  const tree = (kind: string, status: object, prefix: string) =>
    rolloutTree(
      stateOf(workload(kind, status), revision(1), revision(2), owned('a', `${prefix}h1`), owned('b', `${prefix}h2`)),
      now,
    )!.revisions.map((r) => [r.revision, r.isNew, r.pods.map((p) => p.name), r.images[0]!.reference]);
  const expected = [
    [2, true, ['b'], 'i:2'],
    [1, false, ['a'], 'i:1'],
  ];
  expect(tree('DaemonSet', { desiredNumberScheduled: 2 }, '')).toEqual(expected);
  expect(tree('StatefulSet', { updateRevision: 'web-h2' }, 'web-')).toEqual(expected);
});

describe('failures', () => {
  const failures = (shape: Parameters<typeof pod>[3], image = 'shop/web:v2') => {
    const state = stateOf(deployment(image), replicaSet(2, image, 1), pod('p', 2, image, shape));
    return rolloutFailures(state, rolloutTree(state, now)!, now).map((f) => [f.code, f.final, f.message]);
  };
  const waiting = (reason: string, message = '') => ({ waiting: { reason, message } });

  test.each([
    [
      { node: 'n', state: waiting('ErrImagePull', 'rpc error: code = NotFound desc = shop/web:v2: not found') },
      [['image', true, 'image "shop/web:v2" cannot be pulled: shop/web:v2: not found']],
    ],
    [
      {
        node: 'n',
        state: waiting('ImagePullBackOff', 'Back-off pulling image "shop/web:v2": ErrImagePull: 429 Too Many Requests'),
      },
      [['image', true, 'image "shop/web:v2" cannot be pulled: 429 Too Many Requests']],
    ],
    [
      {
        node: 'n',
        restarts: 1,
        state: waiting('CrashLoopBackOff'),
        lastState: { terminated: { reason: 'Error', exitCode: 1 } },
      },
      [['crash', false, 'container "web" keeps crashing (exit code 1, 1 restart)']],
    ],
    [
      {
        node: 'n',
        restarts: 3,
        state: waiting('CrashLoopBackOff'),
        lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } },
      },
      [['crash', true, 'container "web" keeps crashing (OOMKilled, exit code 137, 3 restarts)']],
    ],
    [
      { node: 'n', state: waiting('CreateContainerConfigError', 'secret "x" not found') },
      [['config', true, 'container "web" cannot be created: secret "x" not found']],
    ],
    [{ ...running }, []],
    [{ node: 'n', state: waiting('ContainerCreating') }, []],
  ])('%j', (shape, expected) => {
    expect(failures(shape)).toEqual(expected);
  });
  test('a pod without a node is final only after a while', () => {
    const unschedulable = (since: number) => ({
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/3 nodes',
          lastTransitionTime: at(since),
        },
      ],
    });
    expect(failures(unschedulable(390))).toEqual([['unschedulable', false, 'the pod finds no node: 0/3 nodes']]);
    expect(failures(unschedulable(100))[0]![1]).toBe(true);
  });
  test('what was refused before the last change says nothing about that change', () => {
    const refused = (generation: number) => {
      const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: team' }];
      const state = stateOf(
        deployment('shop/web:v2', { generation, status: { observedGeneration: 2, conditions } }),
        replicaSet(2, 'shop/web:v2', 3),
        pod('p', 2, 'shop/web:v2', running),
      );
      return rolloutFailures(state, rolloutTree(state, now)!, now).map(({ code, final }) => [code, final]);
    };
    expect(refused(2)).toEqual([['quota', true]]);
    expect(refused(3)).toEqual([]);
  });
  test('an old pod that crashes is no failure of the rollout', () => {
    const state = stateOf(
      ...midway(),
      pod('old-d', 1, 'shop/web:v1', { node: 'n', restarts: 9, state: waiting('CrashLoopBackOff') }),
    );
    expect(rolloutFailures(state, rolloutTree(state, now)!, now)).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ControlContext } from '../../../src/emulator/controllers/controller.ts';
import { claimChildren } from '../../../src/emulator/controllers/ownership.ts';
import { selectorOf } from '../../../src/lib/label-selector.ts';
import { createWorld, deployment, pod, type World } from './world.ts';

const WEB = selectorOf({ matchLabels: { app: 'web' } });
const orphan = (name: string, more: object = {}): KubeObject => ({
  ...pod('web'),
  metadata: { name, namespace: 'default', labels: { app: 'web' }, ...more },
});
/** Nobody is at work who would adopt. */
const owner = (w: World) =>
  w.client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'boss', namespace: 'default' },
  });
const claim = (w: World, boss: KubeObject) => claimChildren(w as unknown as ControlContext, boss, 'pods', WEB);
const owned = (w: World) =>
  w
    .pods()
    .filter(({ metadata }) => metadata.ownerReferences)
    .map(({ metadata }) => metadata.name);

describe('adoption', () => {
  test('passes over what is being deleted, also where only that is left of it', async () => {
    const w = await createWorld();
    const boss = await owner(w);
    await w.client.create('pods', orphan('stays'));
    await w.client.create('pods', orphan('goes', { finalizers: ['test/keep'] }));
    await w.client.delete('pods', 'default', 'goes', { gracePeriodSeconds: 0 });
    await claim(w, boss);
    expect(owned(w)).toEqual(['stays']);
  });

  test.each([
    ['is gone', (w: World) => w.client.delete('configmaps', 'default', 'boss')],
    [
      'is gone, and a namesake is there',
      async (w: World) => {
        await w.client.delete('configmaps', 'default', 'boss');
        await owner(w);
      },
    ],
  ])('is not done for an owner who %s since it was read', async (_, change) => {
    const w = await createWorld();
    const boss = await owner(w);
    await w.client.create('pods', orphan('free'));
    await change(w);
    expect(await claim(w, boss)).toEqual([]);
    expect(owned(w)).toEqual([]);
  });

  test('is not done for an owner who is being deleted since it was read', async () => {
    const w = await createWorld();
    const boss = await owner(w);
    await w.edit('configmaps', 'boss', ({ metadata }) => {
      metadata.finalizers = ['test/keep'];
    });
    await w.client.delete('configmaps', 'default', 'boss');
    await w.client.create('pods', orphan('free'));
    await claim(w, boss);
    expect(owned(w)).toEqual([]);
  });
});

test.each(['kctl-worker-1', 'kctl-worker-2'])(
  'the pods of all sets of one owner count when %s is relieved',
  async (crowded) => {
    const w = await createWorld({ nodes: 3 });
    const boss = await owner(w);
    const set = (name: string, spec: object): KubeObject => {
      const { template } = deployment(name)['spec'];
      const { uid } = boss.metadata;
      const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'boss', uid: uid!, controller: true };
      return {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name, namespace: 'default', ownerReferences: [reference] },
        spec: {
          replicas: 2,
          selector: { matchLabels: { app: name } },
          template: { ...template, spec: { ...template.spec, ...spec } },
        },
      };
    };
    const spread = {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'new' } },
        },
      ],
    };
    await w.client.create('replicasets.apps', set('new', spread));
    await w.client.create('replicasets.apps', set('old', { nodeName: crowded }));
    await w.run(60);
    const placed = () =>
      w
        .pods()
        .filter((one) => one.metadata.labels?.['app'] === 'new' && !one.metadata.deletionTimestamp)
        .map((one) => one['spec'].nodeName)
        .sort();
    expect(placed()).toEqual(['kctl-worker-1', 'kctl-worker-2']);
    await w.edit('replicasets.apps', 'new', (object) => {
      object['spec'].replicas = 1;
    });
    expect(placed()).toEqual(['kctl-worker-1', 'kctl-worker-2'].filter((node) => node !== crowded));
  },
);

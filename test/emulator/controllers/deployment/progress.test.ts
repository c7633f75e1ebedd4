import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/api/meta.ts';
import { createWorld, deployment } from '../world.ts';

const NONE = 'example.invalid/none:1';
const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
const setImage = (image: string) => (object: KubeObject) => {
  object['spec'].template.spec.containers[0].image = image;
};

describe('a rollout', () => {
  test('is done when all pods are new and available and no old one is left, not a moment before', async () => {
    const w = await createWorld();
    await w.client.create('deployments.apps', deployment('web', { strategy, minReadySeconds: 5 }));
    await w.run(60);
    const history: { replicas: number; updated: number; available: number; isDone: boolean }[] = [];
    w.lister.subscribe('deployments.apps', ({ object: { metadata, status } }) => {
      if (status.observedGeneration !== metadata.generation || !status.updatedReplicas) return;
      const known = status.conditions.find(({ type }: { type: string }) => type === 'Progressing');
      history.push({
        replicas: status.replicas,
        updated: status.updatedReplicas,
        available: status.availableReplicas,
        isDone: known.reason === 'NewReplicaSetAvailable',
      });
    });
    await w.edit('deployments.apps', 'web', setImage('nginx:1.28'));
    await w.run(120);
    // As many new and available as are wanted, and an old one still there: that is not the end.
    expect(history).toContainEqual({ replicas: 4, updated: 3, available: 3, isDone: false });
    expect(history.at(-1)).toEqual({ replicas: 3, updated: 3, available: 3, isDone: true });
    for (const { isDone, ...counts } of history) {
      if (isDone) expect(counts).toEqual({ replicas: 3, updated: 3, available: 3 });
    }
  });

  test('that is paused loses no set that has pods, however short its history is to be', async () => {
    const w = await createWorld();
    await w.client.create('deployments.apps', deployment('web', { strategy }));
    await w.run(60);
    await w.edit('deployments.apps', 'web', setImage(NONE));
    await w.run(10);
    await w.edit('deployments.apps', 'web', (object) => {
      object['spec'].paused = true;
      object['spec'].revisionHistoryLimit = 0;
      setImage('nginx:1.29')(object);
    });
    await w.run(60);
    expect(
      w.lister
        .list<KubeObject>('replicasets.apps')
        .map((set) => set['spec'].replicas)
        .sort(),
    ).toEqual([1, 3]);
    expect(w.pods().filter(({ metadata }) => !metadata.deletionTimestamp)).toHaveLength(4);
  });
});

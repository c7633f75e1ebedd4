import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, type World } from './world.ts';

const budget = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
});
async function withBudget(spec: Record<string, unknown>, replicas = 5): Promise<World> {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web', { replicas }));
  await w.client.create('poddisruptionbudgets.policy', budget(spec));
  await w.run(60);
  return w;
}
const status = (w: World) => w.get('poddisruptionbudgets.policy', 'web')['status'];

test.each([
  [{ minAvailable: 3 }, 3, 2],
  [{ minAvailable: '50%' }, 3, 2],
  [{ maxUnavailable: 1 }, 4, 1],
  [{ maxUnavailable: '30%' }, 3, 2],
])('%j of five pods', async (spec, desiredHealthy, disruptionsAllowed) => {
  const w = await withBudget(spec);
  expect(status(w)).toMatchObject({ expectedPods: 5, currentHealthy: 5, desiredHealthy, disruptionsAllowed });
  expect(status(w).conditions[0]).toMatchObject({
    type: 'DisruptionAllowed',
    status: 'True',
    reason: 'SufficientPods',
  });
});

test('what a rollout wants counts, not what there is of it', async () => {
  const w = await withBudget({ maxUnavailable: 1 });
  await w.client.delete('pods', 'default', w.pods()[0]!.metadata.name!);
  await w.plane.idle();
  expect(status(w)).toMatchObject({ expectedPods: 5, currentHealthy: 4, disruptionsAllowed: 0 });
  expect(status(w).conditions[0].reason).toBe('InsufficientPods');
  await w.run(30);
  expect(status(w).disruptionsAllowed).toBe(1);
});

test('an eviction that was granted counts until it is seen or given up', async () => {
  const w = await withBudget({ maxUnavailable: 2 });
  const name = w.pods()[0]!.metadata.name!;
  const stored = structuredClone(w.get('poddisruptionbudgets.policy', 'web'));
  stored['status'].disruptedPods = { [name]: new Date(w.clock.now()).toISOString() };
  await w.client.updateStatus('poddisruptionbudgets.policy', stored);
  await w.plane.idle();
  expect(status(w).disruptionsAllowed).toBe(1);
  await w.run(125);
  expect(status(w)).toMatchObject({ disruptionsAllowed: 2 });
  expect(status(w).disruptedPods).toBeUndefined();
});

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

const condition = (w: World) => {
  const { status: is, reason, message } = status(w).conditions[0];
  return `${is} ${reason}: ${message}`;
};
const lone = (name: string, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' }, ...more },
  spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] },
});

test('an eviction that was granted and never came is told of', async () => {
  const w = await withBudget({ maxUnavailable: 2 });
  const name = w.pods()[0]!.metadata.name!;
  const stored = structuredClone(w.get('poddisruptionbudgets.policy', 'web'));
  stored['status'].disruptedPods = { [name]: new Date(w.clock.now()).toISOString() };
  await w.client.updateStatus('poddisruptionbudgets.policy', stored);
  await w.run(125);
  expect(w.events(name)).toContain("NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't");
});

test('without pods nothing is allowed, and it is said', async () => {
  const w = await createWorld();
  await w.client.create('poddisruptionbudgets.policy', budget({ maxUnavailable: 1 }));
  await w.run(1);
  expect(status(w)).toMatchObject({ expectedPods: 0, desiredHealthy: 0, disruptionsAllowed: 0, observedGeneration: 1 });
  expect(condition(w)).toBe('False InsufficientPods: ');
  expect(w.events('web')).toEqual(['NoPods: No matching pods found']);
});

test('pods without a controller count by themselves, but not as a share', async () => {
  const w = await createWorld();
  await w.client.create('pods', lone('one'));
  await w.client.create('poddisruptionbudgets.policy', budget({ maxUnavailable: 1 }));
  await w.run(30);
  expect(status(w)).toMatchObject({ expectedPods: 0, currentHealthy: 1, disruptionsAllowed: 0 });
  expect(w.events('web')).toEqual([
    'UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
  ]);
  await w.client.create('pods', lone('two'));
  await w.edit('poddisruptionbudgets.policy', 'web', (object) => {
    object['spec'] = { ...budget({ minAvailable: 1 })['spec'] };
  });
  await w.run(30);
  expect(status(w)).toMatchObject({ expectedPods: 2, currentHealthy: 2, desiredHealthy: 1, disruptionsAllowed: 1 });
});

test('a controller without a scale cannot be counted with', async () => {
  const w = await createWorld();
  await w.client.create('jobs.batch', {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'work', namespace: 'default' },
    spec: {
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          restartPolicy: 'Never',
          containers: [{ name: 'app', image: 'busybox:1.37', command: ['sleep', '500'] }],
        },
      },
    },
  });
  await w.client.create('poddisruptionbudgets.policy', budget({ minAvailable: '50%' }));
  await w.run(30);
  const message = 'jobs.batch does not implement the scale subresource';
  expect(condition(w)).toBe(`False SyncFailed: ${message}`);
  const [said] = w.get('poddisruptionbudgets.policy', 'web')['status'].conditions;
  expect('observedGeneration' in said).toBe(false);
  expect(status(w).disruptionsAllowed).toBe(0);
  expect(w.events('web')).toContain(
    `CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: ${message}`,
  );
  await w.client.delete('jobs.batch', 'default', 'work', { propagationPolicy: 'Background' });
  await w.run(60);
  expect(condition(w)).toBe('False InsufficientPods: ');
  expect(w.events('web').at(-1)).toBe('NoPods: No matching pods found');
});

test('two rollouts under one budget add up, whatever step they are at', async () => {
  const w = await withBudget({ maxUnavailable: '50%' }, 4);
  const other = deployment('web', { replicas: 2, selector: { matchLabels: { app: 'web', tier: 'b' } } });
  other.metadata.name = 'other';
  other['spec'].template.metadata.labels = { app: 'web', tier: 'b' };
  await w.client.create('deployments.apps', other);
  await w.run(30);
  expect(status(w)).toMatchObject({ expectedPods: 6, currentHealthy: 6, desiredHealthy: 3, disruptionsAllowed: 3 });
  expect(condition(w)).toBe('True SufficientPods: ');
});

test('a pod of two budgets is told of', async () => {
  const w = await createWorld();
  await w.client.create('poddisruptionbudgets.policy', budget({ minAvailable: 1 }));
  const second = budget({ minAvailable: 1 });
  second.metadata.name = 'second';
  await w.client.create('poddisruptionbudgets.policy', second);
  await w.client.create('pods', lone('one'));
  await w.run(5);
  expect(w.events('one')).toContain(
    'MultiplePodDisruptionBudgets: Pod "default"/"one" matches multiple PodDisruptionBudgets.  Chose "second" arbitrarily.',
  );
});

test('a pod that was to be disrupted and was not, is not any more after two minutes', async () => {
  const w = await createWorld();
  await w.client.create('pods', lone('one'));
  await w.run(20);
  const pod = w.get('pods', 'one');
  const now = new Date(w.clock.now()).toISOString().replace('.000', '');
  const target = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: now };
  await w.client.updateStatus('pods', {
    ...pod,
    status: { ...pod['status'], conditions: [...pod['status'].conditions, target] },
  });
  const said = () =>
    w.get('pods', 'one')['status'].conditions.find(({ type }: { type: string }) => type === target.type);
  await w.run(119);
  expect(said().status).toBe('True');
  await w.run(2);
  expect(said()).toMatchObject({ status: 'False' });
  expect(said().reason).toBeUndefined();
});

import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ApiStatusError } from '../../../src/api/status.ts';
import { bootstrap } from '../../../src/emulator/bootstrap.ts';
import { SimulatedClock } from '../../../src/emulator/clocks.ts';
import { Catalog } from '../../../src/emulator/registry/catalog.ts';
import { evictPod } from '../../../src/emulator/registry/evict.ts';
import { type Machine, SYSTEM_USER } from '../../../src/emulator/registry/machine.ts';
import { Store } from '../../../src/emulator/storage/store.ts';

const BUDGETS = 'poddisruptionbudgets.policy';
const labels = { app: 'web' };
const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default', uid: 'u', labels },
  spec: { nodeName: 'n', terminationGracePeriodSeconds: 30, containers: [{ name: 'c', image: 'i' }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
};
const budget = (status: Record<string, unknown>): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name: 'web', namespace: 'default', uid: 'b', generation: 2 },
  spec: { selector: { matchLabels: labels }, maxUnavailable: 1 },
  status: { observedGeneration: 2, disruptionsAllowed: 0, ...status },
});
async function evicting(
  status: Record<string, unknown>,
  spec: Record<string, unknown> = {},
  podStatus: Record<string, unknown> = {},
): Promise<Machine> {
  const clock = new SimulatedClock(Date.parse('2026-03-02T10:00:00Z'));
  const machine: Machine = {
    store: new Store(':memory:'),
    catalog: new Catalog(),
    clock,
    random: () => 0.5,
    admission: [],
  };
  bootstrap(machine);
  machine.store.put('pods', structuredClone({ ...pod, status: { ...pod['status'], ...podStatus } }));
  const asked = budget(status);
  machine.store.put(BUDGETS, { ...asked, spec: { ...asked['spec'], ...spec } });
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a', namespace: 'default' } };
  await evictPod(machine, 'default', 'a', eviction, { user: SYSTEM_USER, manager: 'test', subresource: undefined });
  return machine;
}

const said = (reason: string, message: string) => ({
  conditions: [{ type: 'DisruptionAllowed', status: 'False', reason, message }],
});

test.each([
  [{ desiredHealthy: 2, currentHealthy: 2 }, 'The disruption budget web needs 2 healthy pods and has 2 currently'],
  [{ observedGeneration: 1 }, 'The disruption budget web is still being processed by the server.'],
  [
    { desiredHealthy: 2, currentHealthy: 1, ...said('SyncFailed', 'found no controllers for pod "a"') },
    'The disruption budget web does not allow evicting pods currently because it failed sync: found no controllers for pod "a"',
  ],
  [
    { desiredHealthy: 1, currentHealthy: 3, ...said('Held', 'by hand') },
    'The disruption budget web does not allow evicting pods currently (Held): by hand',
  ],
  [{ desiredHealthy: 1, currentHealthy: 3 }, 'The disruption budget web does not allow evicting pods currently'],
])('refused with %j', async (status, message) => {
  const refusal = await evicting(status).then(
    () => undefined,
    (error: ApiStatusError) => error.status,
  );
  expect(refusal).toMatchObject({
    code: 429,
    reason: 'TooManyRequests',
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    details: { causes: [{ reason: 'DisruptionBudget', message }] },
  });
});

test('granted, it is taken from the budget at once; the last one says so', async () => {
  const machine = await evicting({ disruptionsAllowed: 1, desiredHealthy: 1, currentHealthy: 2 });
  expect(machine.store.get(BUDGETS, 'default', 'web')!['status']).toMatchObject({
    disruptionsAllowed: 0,
    disruptedPods: { a: '2026-03-02T10:00:00Z' },
    conditions: [{ type: 'DisruptionAllowed', status: 'False', reason: 'InsufficientPods', observedGeneration: 2 }],
  });
  expect(machine.store.get('pods', 'default', 'a')!.metadata.deletionTimestamp).toBeDefined();
});

test('too many that nobody has seen happen stop all others', async () => {
  const disruptedPods = Object.fromEntries(Array.from({ length: 2001 }, (_, at) => [`p${at}`, '2026-03-02T10:00:00Z']));
  await expect(evicting({ disruptionsAllowed: 1, disruptedPods })).rejects.toThrow(
    'poddisruptionbudget.policy "web" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller',
  );
});

const unready = { conditions: [{ type: 'Ready', status: 'False' }] };
const AlwaysAllow = { unhealthyPodEvictionPolicy: 'AlwaysAllow' };
const IfHealthyBudget = { unhealthyPodEvictionPolicy: 'IfHealthyBudget' };

test.each([
  ['ready', AlwaysAllow, {}, 1, false],
  ['not ready', AlwaysAllow, unready, 1, true],
  ['not ready', IfHealthyBudget, unready, 1, false],
  ['not ready', IfHealthyBudget, unready, 2, true],
  ['not ready', {}, unready, 2, true],
  ['not ready', {}, unready, 1, false],
  ['pending', {}, { phase: 'Pending', conditions: [] }, 0, true],
])('a pod that is %s, with %j: %j, %i of two healthy', async (_, spec, podStatus, currentHealthy, isGranted) => {
  const answer = evicting({ desiredHealthy: 2, currentHealthy }, spec, podStatus);
  if (!isGranted) {
    await expect(answer).rejects.toThrow("would violate the pod's disruption budget");
    return;
  }
  const { store } = await answer;
  expect(store.get('pods', 'default', 'a')!.metadata.deletionTimestamp).toBeDefined();
  // Who disrupts nobody takes nothing from the budget.
  expect(store.get(BUDGETS, 'default', 'web')!['status'].disruptedPods).toBeUndefined();
});

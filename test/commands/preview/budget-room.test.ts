import { expect, it } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { BudgetRoom } from '../../../src/commands/preview/budget-room.ts';

const pod = (app: string, { isReady = true, phase = 'Running' } = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: app, namespace: 'a', labels: { app } },
  status: { phase, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
});
const budget = (name: string, app: string, status: object, spec: object = {}, namespace = 'a'): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app } }, ...spec },
  status,
});
const one = { disruptionsAllowed: 1, currentHealthy: 3, desiredHealthy: 2 };
const none = { disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 2 };

it('gives each disruption once', () => {
  const room = new BudgetRoom([budget('b', 'web', one)]);
  expect(room.evict(pod('web'))).toEqual({ allowed: true, budget: 'b', room: 1 });
  expect(room.evict(pod('web'))).toEqual({ allowed: false, why: 'budget b allows 1 at a time' });
  expect(room.evict(pod('api'))).toEqual({ allowed: true });
});

it('says what a budget without room wants', () => {
  const room = new BudgetRoom([budget('b', 'web', none)]);
  expect(room.evict(pod('web'))).toEqual({
    allowed: false,
    why: 'budget b has no room (1 healthy, at least 2 wanted)',
  });
});

it('lets pods go that are not ready where the budget is healthy or allows it', () => {
  const sick = pod('web', { isReady: false });
  expect(new BudgetRoom([budget('b', 'web', { ...one, disruptionsAllowed: 0 })]).evict(sick).allowed).toBe(true);
  expect(new BudgetRoom([budget('b', 'web', none)]).evict(sick).allowed).toBe(false);
  const always = budget('b', 'web', none, { unhealthyPodEvictionPolicy: 'AlwaysAllow' });
  expect(new BudgetRoom([always]).evict(sick).allowed).toBe(true);
});

it('asks no budget for pods that do not run, nor one of another namespace or without a selector', () => {
  expect(new BudgetRoom([budget('b', 'web', none)]).evict(pod('web', { phase: 'Succeeded' })).allowed).toBe(true);
  expect(new BudgetRoom([budget('b', 'web', none, {}, 'other')]).evict(pod('web')).allowed).toBe(true);
  expect(new BudgetRoom([budget('b', 'web', none, { selector: undefined })]).evict(pod('web')).allowed).toBe(true);
});

it('refuses where several budgets are about a pod', () => {
  const room = new BudgetRoom([budget('b', 'web', one), budget('c', 'web', one)]);
  expect(room.evict(pod('web'))).toEqual({
    allowed: false,
    why: 'several budgets are about it (b, c): it cannot be evicted',
  });
});

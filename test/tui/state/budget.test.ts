import { expect, test } from 'vitest';
import type { RequestObserver, Transport } from '../../../src/kube/cluster.ts';
import { askedBy } from '../../../src/tui/state/asked-by.ts';
import { lineOfRequest, RequestBudget } from '../../../src/tui/state/budget.ts';
import { fakeCluster } from '../fake-services.ts';

function open() {
  const { timing } = fakeCluster();
  let observer: RequestObserver | undefined;
  const budget = new RequestBudget(
    { observe: (to: RequestObserver) => (observer = to) } as unknown as Transport,
    timing,
  );
  const ask = (path: string, watch = false) => observer!({ method: 'GET', path, watch, one: false });
  return { timing, budget, ask };
}

test('requests and bytes of the last minute are told, and forgotten', () => {
  const { timing, budget, ask } = open();
  const pods = ask('/api/v1/pods');
  pods.answered(200);
  pods.bytes(1000);
  pods.ended();
  timing.advance(5000);
  expect(budget.getSnapshot()).toEqual({ requests: 1, bytes: 1000, watches: 0 });
  timing.advance(30_000);
  ask('/version').answered(200);
  timing.advance(5000);
  expect(budget.getSnapshot().requests).toBe(2);
  timing.advance(30_000);
  expect(budget.getSnapshot()).toEqual({ requests: 1, bytes: 0, watches: 0 });
  timing.advance(60_000);
  expect(budget.getSnapshot().requests).toBe(0);
  // Nothing is asked: nothing runs.
  expect(timing.pending).toBe(0);
});

test('what is open is counted until it ends, once; what was refused never was', () => {
  const { timing, budget, ask } = open();
  const watch = ask('/apis/apps/v1/deployments', true);
  watch.answered(200);
  const refused = ask('/api/v1/secrets', true);
  refused.answered(403);
  refused.ended();
  timing.advance(5000);
  expect(budget.getSnapshot().watches).toBe(1);
  expect(budget.lines()).toMatchObject([
    { kind: 'deployments.apps', verb: 'watch', open: 1, failed: 0 },
    { kind: 'secrets', verb: 'watch', open: 0, failed: 1 },
  ]);
  watch.ended();
  watch.ended();
  timing.advance(5000);
  expect(budget.getSnapshot().watches).toBe(0);
});

test('a watch is told of at once, not at the end of a step', () => {
  const { timing, budget, ask } = open();
  timing.advance(10);
  const watch = ask('/api/v1/pods', true);
  watch.answered(200);
  timing.advance(150);
  expect(budget.getSnapshot().watches).toBe(1);
  watch.ended();
  timing.advance(150);
  expect(budget.getSnapshot().watches).toBe(0);
});

test('requests are named by kind and verb', () => {
  const line = (path: string, more = {}) =>
    Object.values(lineOfRequest({ method: 'GET', path, watch: false, one: false, ...more })).join(' ');
  expect(line('/api/v1/pods')).toBe('pods list');
  expect(line('/api/v1/namespaces')).toBe('namespaces list');
  expect(line('/api/v1/namespaces/shop')).toBe('namespaces get');
  expect(line('/api/v1/namespaces/shop/pods')).toBe('pods list');
  expect(line('/api/v1/namespaces/shop/pods/web-0/log', { watch: true })).toBe('pods/log watch');
  expect(line('/apis/apps/v1/namespaces/shop/deployments/web', { method: 'PATCH' })).toBe('deployments.apps patch');
  expect(line('/apis/metrics.k8s.io/v1beta1/nodes')).toBe('nodes.metrics.k8s.io list');
  expect(line('/api/v1/pods', { one: true })).toBe('pods get');
  expect(line('/version')).toBe('/version get');
});

test('what nobody has asked for waits while as much was asked as the settings allow, and goes on one by one', () => {
  const { timing, budget, ask } = open();
  budget.limit({ requestsPerMinute: 3 });
  const done: string[] = [];
  const poll = (name: string) =>
    budget.whenRoom(() => {
      done.push(name);
      ask(`/apis/metrics.k8s.io/v1beta1/${name}`).answered(200);
    });
  poll('first');
  expect(done).toEqual(['first']);
  // What a user does passes.
  for (const path of ['/api/v1/pods', '/api/v1/nodes', '/api/v1/secrets']) ask(path).answered(200);
  timing.advance(0);
  expect(budget.getSnapshot()).toMatchObject({ cap: { requestsPerMinute: 3 }, over: true });
  poll('second');
  poll('gone').cancel();
  poll('third');
  expect(done).toEqual(['first']);
  timing.advance(50_000);
  expect(done).toEqual(['first']);
  timing.advance(15_000);
  expect(done).toEqual(['first', 'second', 'third']);
  expect(budget.getSnapshot().over).toBe(false);
});

test('bytes have a cap of their own, and taking the caps away opens the gate', () => {
  const { timing, budget, ask } = open();
  budget.limit({ bytesPerMinute: 1000 });
  ask('/api/v1/pods', true).bytes(1000);
  timing.advance(0);
  expect(budget.getSnapshot().over).toBe(true);
  let isDone = false;
  budget.whenRoom(() => {
    isDone = true;
  });
  expect(isDone).toBe(false);
  budget.limit(undefined);
  timing.advance(1000);
  expect(isDone).toBe(true);
  expect(budget.getSnapshot().over).toBeUndefined();
});

test('requests are counted for whom they were sent, through all that comes of it', async () => {
  const { budget, ask } = open();
  await askedBy('pods', async () => {
    ask('/api/v1/pods');
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 1));
    ask('/api/v1/pods').bytes(10);
  });
  ask('/api/v1/pods');
  expect(budget.lines()).toMatchObject([
    { view: 'pods', kind: 'pods', requests: 2, bytes: 10, recent: 2, recentBytes: 10 },
    { view: '', kind: 'pods', requests: 1 },
  ]);
});

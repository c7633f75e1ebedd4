import { expect, test } from 'vitest';
import type { RequestObserver, Transport } from '../../../src/kube/cluster.ts';
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

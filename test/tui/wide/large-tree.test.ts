import { expect, test } from 'vitest';
import { findBuiltin } from '../../../src/api/resources.ts';
import type { Kept } from '../../../src/tui/views/pages/live-kinds.ts';
import { treeRows, wordTest } from '../../../src/tui/views/pages/tree-rows.ts';
import { xrayTree } from '../../../src/tui/views/pages/xray-tree.ts';

const pods = findBuiltin('pods')!;
const services = findBuiltin('services')!;

function kept(resource: typeof pods, name: string, rest: object): Kept {
  const value = { owners: [], labels: {}, note: '', sign: ' ', token: 'text', references: [], containers: [], ...rest };
  return { resource, namespace: `ns-${name.length}`, name, uid: `${resource.plural}-${name}`, value };
}

/** Milliseconds for the tree of so many pods and a tenth as many services. */
function effort(count: number): number {
  const items: Record<string, Map<string, Kept>> = { pods: new Map(), services: new Map() };
  for (let index = 0; index < count; index++) {
    const pod = kept(pods, `pod-${index}`, { labels: { app: `app-${index % (count / 10)}` } });
    items['pods']!.set(pod.name, pod);
    const service = kept(services, `svc-${index}`, { selector: { app: `app-${index}` } });
    if (index < count / 10) items['services']!.set(service.name, service);
  }
  const live = { items: (kind: string) => items[kind] ?? new Map(), resource: () => undefined, isKnown: () => true };
  const started = performance.now();
  const roots = xrayTree('services', live);
  const rows = treeRows(roots, { folds: new Map(), matches: wordTest('svc-1') });
  expect(rows.length).toBeGreaterThan(0);
  return performance.now() - started;
}

test('a tree of ten thousand pods is made in the time of some frames', () => {
  effort(1000);
  expect(effort(10_000)).toBeLessThan(2500);
});

import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, type World } from './world.ts';

const SLICES = 'endpointslices.discovery.k8s.io';
const ZONE = 'topology.kubernetes.io/zone';
const AUTO = { 'service.kubernetes.io/topology-mode': 'Auto' };
const SAID = 'addressType: IPv4';

const labelled = (name: string): Record<string, string> => ({ app: name });

/** Two nodes of a zone each, with so many ready pods on them. */
async function cluster(first: number, second: number, options: { zones?: [string, string]; spec?: object } = {}) {
  const w = await createWorld({ nodes: 3 });
  for (const [index, zone] of (options.zones ?? ['a', 'b']).entries()) {
    const name = `kctl-worker-${index + 1}`;
    await w.edit('nodes', name, ({ metadata }) => {
      metadata.labels = { ...metadata.labels, [ZONE]: zone };
    });
    for (let pod = 0; pod < (index === 0 ? first : second); pod++) {
      await w.client.create<KubeObject>('pods', {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `p${index}-${pod}`, namespace: 'default', labels: labelled('web') },
        spec: { nodeName: name, containers: [{ name: 'app', image: 'nginx:1.27' }] },
      } as KubeObject);
    }
  }
  await w.run(60);
  await w.client.create<KubeObject>('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', annotations: AUTO },
    spec: { selector: labelled('web'), ports: [{ port: 80 }], ...options.spec },
  } as KubeObject);
  await w.run(2);
  return w;
}

/** How many endpoints are for each zone; '-': without a hint. */
function hints(w: World): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const slice of w.lister.list<KubeObject>(SLICES, 'default')) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== 'web') continue;
    for (const { hints: said } of slice['endpoints'] ?? []) {
      const zone = said?.forZones.map(({ name }: { name: string }) => name).join() ?? '-';
      counts[zone] = (counts[zone] ?? 0) + 1;
    }
  }
  return counts;
}

/* What kube-controller-manager 1.36.3 answered to the same numbers of nodes and pods. */
test('endpoints are hinted at in proportion to the processors of zones', async () => {
  const w = await cluster(1, 5);
  expect(hints(w)).toEqual({ a: 3, b: 3 });
  expect(w.events('web')).toEqual([`TopologyAwareHintsEnabled: Topology Aware Hints has been enabled, ${SAID}`]);
});

test('where one less makes it impossible, hints go', async () => {
  const w = await cluster(3, 3);
  expect(hints(w)).toEqual({ a: 3, b: 3 });
  await w.client.delete('pods', 'default', 'p0-0', { gracePeriodSeconds: 0 });
  await w.run(2);
  expect(hints(w)).toEqual({ '-': 5 });
  expect(w.events('web').at(-1)).toBe(
    `TopologyAwareHintsDisabled: Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (5 endpoints, 2 zones), ${SAID}`,
  );
});

test.each([
  [1, 0, 'Insufficient number of endpoints (1 endpoints, 2 zones)', ['a', 'b']],
  [2, 2, 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes', ['a', 'a']],
] as const)('%d and %d endpoints: %s', async (first, second, message, zones) => {
  const w = await cluster(first, second, { zones: [...zones], spec: { trafficDistribution: 'PreferClose' } });
  expect(hints(w)).toEqual({ '-': first + second });
  expect(w.events('web')).toEqual([`TopologyAwareHintsDisabled: ${message}, ${SAID}`]);
});

test('who no longer asks for hints has none', async () => {
  const w = await cluster(2, 2);
  expect(hints(w)).toEqual({ a: 2, b: 2 });
  await w.edit('services', 'web', ({ metadata }) => {
    metadata.annotations = {};
  });
  await w.run(2);
  expect(hints(w)).toEqual({ '-': 4 });
  expect(w.events('web').at(-1)).toBe(`TopologyAwareHintsDisabled: Topology Aware Hints has been disabled, ${SAID}`);
});

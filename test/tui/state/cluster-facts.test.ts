import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { ClusterFacts } from '../../../src/tui/state/cluster-facts.ts';
import { fakeCluster } from '../fake-services.ts';

const METRICS = '/apis/metrics.k8s.io/v1beta1/nodes';
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Two nodes of 4 CPUs and 8 GiB each, in a cluster that answers for metrics what `usages` holds. */
async function started(usages: { cpu: string; memory: string }[] | undefined) {
  const fake = fakeCluster();
  const node: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    status: { allocatable: { cpu: '4', memory: '8Gi' } },
  };
  const answer = { usages };
  const { transport } = fake.services.cluster;
  const services = {
    ...fake.services,
    list: async () => [node, node],
    cluster: {
      ...fake.services.cluster,
      transport: {
        ...transport,
        json: async <T>(request: { method: 'GET'; path: string }): Promise<T> => {
          if (request.path !== METRICS || !answer.usages) return transport.json<T>(request);
          fake.requests.push(METRICS);
          return { items: answer.usages.map((usage) => ({ usage })) } as T;
        },
      },
    },
  };
  const facts = new ClusterFacts(services);
  let changes = 0;
  facts.subscribe(() => changes++);
  facts.start();
  await settled();
  return {
    facts,
    answer,
    changes: () => changes,
    asked: () => fake.requests.filter((path) => path === METRICS).length,
    pass: async (ms: number) => {
      fake.timing.advance(ms);
      await settled();
    },
  };
}

describe('facts for the header', () => {
  test('say what share of all nodes is in use, and ask again after half a minute', async () => {
    const { facts, answer, asked, pass } = await started([
      { cpu: '500m', memory: '1Gi' },
      { cpu: '500m', memory: '3145728Ki' },
    ]);
    expect(facts.getSnapshot()).toEqual({ serverVersion: 'v1.36.0', nodes: 2, cpu: 0.13, memory: 0.25 });
    answer.usages = [{ cpu: '4', memory: '4Gi' }];
    await pass(29_000);
    expect(asked()).toBe(1);
    await pass(1_000);
    expect([asked(), facts.getSnapshot().cpu]).toEqual([2, 0.5]);
    facts.stop();
    await pass(90_000);
    expect(asked()).toBe(2);
  });

  test('stay silent while what they show is as it was', async () => {
    const { answer, changes, pass, asked } = await started([{ cpu: '1000m', memory: '1Gi' }]);
    const before = changes();
    answer.usages = [{ cpu: '1003m', memory: '1025Mi' }];
    await pass(30_000);
    expect([asked(), changes()]).toEqual([2, before]);
  });

  test('wait for the first figures, but not where nobody serves any', async () => {
    const early = await started([]);
    expect(early.facts.getSnapshot()).toMatchObject({ cpu: null, memory: null });
    early.answer.usages = [{ cpu: '2', memory: '2Gi' }];
    await early.pass(30_000);
    expect(early.facts.getSnapshot()).toMatchObject({ cpu: 0.25, memory: 0.13 });
    const without = await started(undefined);
    expect(without.facts.getSnapshot()).toMatchObject({ nodes: 2, cpu: null, memory: null });
    const before = without.asked();
    await without.pass(120_000);
    expect([before, without.asked()]).toEqual([1, 1]);
  });
});

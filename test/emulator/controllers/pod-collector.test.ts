import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ControlContext } from '../../../src/emulator/controllers/controller.ts';
import { podCollector } from '../../../src/emulator/controllers/pod-collector.ts';
import { createWorld, deployment } from './world.ts';

test('of finished pods 12,500 stay: evicted ones go first, then the oldest', async () => {
  const finished = (at: number, more: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `p${at}`,
      namespace: 'default',
      uid: `u${at}`,
      creationTimestamp: new Date(at * 1000).toISOString(),
    },
    spec: { nodeName: 'n' },
    status: { phase: at % 2 ? 'Failed' : 'Succeeded', ...more },
  });
  const running = { ...finished(0), status: { phase: 'Running' } };
  const collected = async (count: number, evicted: number): Promise<string[]> => {
    const pods = Array.from({ length: count }, (_, at) =>
      finished(at + 1, at + 1 === evicted ? { phase: 'Failed', reason: 'Evicted' } : {}),
    );
    const gone: string[] = [];
    const context = {
      clock: { now: () => 0 },
      lister: { list: () => [running, ...pods], get: () => ({ metadata: { name: 'n' } }) },
      client: { delete: async (_resource: string, _namespace: string, name: string) => gone.push(name) },
    } as unknown as ControlContext;
    await podCollector(context).reconcile('pods');
    return gone;
  };
  expect(await collected(12_500, 40)).toEqual([]);
  expect(await collected(12_503, 40)).toEqual(['p40', 'p1', 'p2']);
});

test('a node has to be missing for forty seconds before its pods are ended', async () => {
  const w = await createWorld({ nodes: 3 });
  await w.client.create('deployments.apps', deployment('web', { replicas: 2 }));
  await w.run(35);
  const lost = w.pods().filter((one) => one['spec'].nodeName === 'kctl-worker-1');
  expect(lost).toHaveLength(1);
  await w.client.delete('nodes', undefined, 'kctl-worker-1');
  const there = () => w.pods().some(({ metadata }) => metadata.uid === lost[0]!.metadata.uid);
  // It is seen to be missing at the next of the looks, which come every twenty seconds.
  await w.run(5 + 39);
  expect(there()).toBe(true);
  await w.run(20);
  expect(there()).toBe(false);
});

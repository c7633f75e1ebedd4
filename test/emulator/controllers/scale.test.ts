import { expect, test } from 'vitest';
import { createWorld, deployment } from './world.ts';

test('hundreds of pods becoming ready are told in few writes of their owner and endpoints', async () => {
  const world = await createWorld({ nodes: 9 });
  const writes = new Map<string, number>();
  world.lister.subscribe('*', (_event, resource) => writes.set(resource, (writes.get(resource) ?? 0) + 1));
  await world.client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'big', namespace: 'default' },
    spec: { selector: { app: 'big' }, ports: [{ port: 80 }] },
  });
  await world.client.create('deployments.apps', deployment('big', { replicas: 400 }));
  await world.run(60);
  expect(world.get('deployments.apps', 'big')['status'].availableReplicas).toBe(400);
  const [first] = world.get('endpoints', 'big')['subsets'];
  expect(first.addresses).toHaveLength(400);
  const endpoints = world.lister
    .list('endpointslices.discovery.k8s.io', 'default')
    .flatMap((slice) => slice['endpoints'] as { conditions: { ready: boolean } }[]);
  expect(endpoints).toHaveLength(400);
  expect(endpoints.every(({ conditions }) => conditions.ready)).toBe(true);
  expect(writes.get('replicasets.apps')).toBeLessThan(300);
  expect(writes.get('endpoints')).toBeLessThan(300);
});

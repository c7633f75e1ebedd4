import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltin } from '../../../src/api/resources.ts';
import { lookUpOf, pullerFor } from '../../../src/tui/views/images/registry-images.ts';
import { putObject } from '../fake-services.ts';
import { type ImageWorld, imageWorld } from './image-world.ts';

let world: ImageWorld;
beforeEach(async () => {
  world = await imageWorld();
});
afterEach(() => world.close());

const node = (name: string, nodeInfo: object) =>
  ({ apiVersion: 'v1', kind: 'Node', metadata: { name }, status: { nodeInfo } }) as unknown as KubeObject;
const ref = (kind: string, name: string) => ({ resource: findBuiltin(kind)!, namespace: 'shop', name });

test('the registry tells of the image of a workload; of the bundled cluster none is asked', async () => {
  const host = await world.registry();
  const { services } = world.cluster;
  const { signal } = new AbortController();
  const puller = await pullerFor(services, ref('pods', 'web'));
  expect(await lookUpOf(services, [], signal).named(`${host}/shop/web:1`, puller)).toMatchObject({
    facts: { layers: [{}, {}, {}] },
  });
  const own = node('n', { containerRuntimeVersion: 'kctl-simulated://1.0.0' });
  expect(await lookUpOf(services, [own], signal).named(`${host}/shop/web:1`, puller)).toMatchObject({
    unknown: 'the cluster knows no such image',
  });
});

test('what makes pods pulls for the nodes of the cluster, a pod for its own', async () => {
  const { cluster } = world;
  const template = { metadata: {}, spec: { containers: [{ name: 'a', image: 'x' }], serviceAccountName: 'robot' } };
  putObject(cluster, 'deployments.apps', {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { template } },
  });
  expect((await pullerFor(cluster.services, ref('deployments.apps', 'web'))).platform.isAssumed).toBe(true);
  putObject(cluster, 'nodes', node('arm', { operatingSystem: 'linux', architecture: 'arm64' }));
  putObject(cluster, 'nodes', node('win', { operatingSystem: 'windows', architecture: 'amd64' }));
  expect(await pullerFor(cluster.services, ref('deployments.apps', 'web'))).toMatchObject({
    ...{ namespace: 'shop', spec: { serviceAccountName: 'robot' } },
    platform: { os: 'linux', architecture: 'arm64' },
  });
  cluster.objects.get('pods shop/web')!['spec'].nodeName = 'win';
  expect((await pullerFor(cluster.services, ref('pods', 'web'))).platform.os).toBe('windows');
});

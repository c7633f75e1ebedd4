import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { freeAddress, INGRESS_ADDRESS } from '../../../src/emulator/network/load-balancer-addresses.ts';
import { createWorld, type World } from './world.ts';

const CLEANUP = 'service.kubernetes.io/load-balancer-cleanup';
const balanced = (name: string, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }], ...spec },
});
const made = async (...services: KubeObject[]): Promise<World> => {
  const w = await createWorld();
  for (const service of services) await w.client.create('services', service);
  await w.run(1);
  return w;
};
const address = (w: World, name: string) => w.get('services', name)['status']?.loadBalancer?.ingress;

test('a service gets an address, and holds it until it is given back', async () => {
  const w = await made(balanced('web'), balanced('api'));
  expect(address(w, 'web')).toEqual([{ ip: '203.0.113.1', ipMode: 'VIP' }]);
  expect(address(w, 'api')).toEqual([{ ip: '203.0.113.2', ipMode: 'VIP' }]);
  expect(w.get('services', 'web').metadata.finalizers).toEqual([CLEANUP]);
  expect(w.events('web')).toEqual([
    'EnsuringLoadBalancer: Ensuring load balancer',
    'EnsuredLoadBalancer: Ensured load balancer',
  ]);
  await w.client.delete('services', 'default', 'web');
  await w.run(1);
  expect(w.lister.get('services', 'default', 'web')).toBeUndefined();
  expect(w.events('web').slice(2)).toEqual([
    'DeletingLoadBalancer: Deleting load balancer',
    'DeletedLoadBalancer: Deleted load balancer',
  ]);
  await w.client.create('services', balanced('next'));
  await w.run(1);
  expect(address(w, 'next')[0].ip).toBe('203.0.113.1');
});

test('a service of another type lets go', async () => {
  const w = await made(balanced('web'));
  await w.edit('services', 'web', (object) => {
    object['spec'].type = 'ClusterIP';
  });
  await w.run(1);
  expect(w.get('services', 'web')['status'].loadBalancer).toEqual({});
  expect(w.get('services', 'web').metadata.finalizers ?? []).toEqual([]);
});

test('a class of its own is left to another controller', async () => {
  const w = await made(balanced('web', { loadBalancerClass: 'example.org/mine' }));
  expect(address(w, 'web')).toBeUndefined();
  expect(w.get('services', 'web').metadata.finalizers ?? []).toEqual([]);
  expect(w.events('web')).toEqual([]);
});

test('an address that is asked for is given where it is free', async () => {
  const w = await made(
    balanced('web', { loadBalancerIP: '203.0.113.77' }),
    balanced('api', { loadBalancerIP: '8.8.8.8' }),
  );
  expect(address(w, 'web')[0].ip).toBe('203.0.113.77');
  expect(address(w, 'api')[0].ip).toBe('203.0.113.1');
});

test('addresses come from the ranges for documentation, and end', () => {
  const taken = new Set<string>();
  for (let ip = freeAddress(taken); ip; ip = freeAddress(taken)) taken.add(ip);
  expect(taken.size).toBe(3 * 254 - 1);
  expect(taken.has(INGRESS_ADDRESS)).toBe(false);
  expect([...taken].every((ip) => /^(203\.0\.113|198\.51\.100|192\.0\.2)\./.test(ip))).toBe(true);
});

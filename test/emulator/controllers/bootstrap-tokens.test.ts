import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, START } from './world.ts';

const CONTENT = 'apiVersion: v1\nkind: Config\n';

const token = (id: string, more: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  data: Object.fromEntries(
    Object.entries({ 'token-id': id, 'token-secret': '0123456789abcdef', ...more }).map(([key, value]) => [
      key,
      Buffer.from(value).toString('base64'),
    ]),
  ),
});

/* The signature is what kube-controller-manager 1.36.3 wrote for this content and token. */
test('bootstrap tokens sign what everybody may read of the cluster, until they end', async () => {
  const w = await createWorld();
  await w.client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig: CONTENT },
  });
  const signing = { 'usage-bootstrap-signing': 'true' };
  const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();
  await w.client.create('secrets', token('aaaaaa', { ...signing, expiration: at(60) }));
  await w.client.create('secrets', token('bbbbbb', signing));
  await w.client.create('secrets', token('cccccc', { expiration: at(-1) }));
  await w.client.create('secrets', token('dddddd'));
  await w.run(1);
  const keys = () => Object.keys(w.get('configmaps', 'cluster-info', 'kube-public')['data']).sort();
  const tokens = () =>
    w.lister
      .list<KubeObject>('secrets', 'kube-system')
      .flatMap(({ metadata, type }) => (type === 'bootstrap.kubernetes.io/token' ? [metadata.name!.slice(-6)] : []))
      .sort();
  expect(keys()).toEqual(['jws-kubeconfig-aaaaaa', 'jws-kubeconfig-bbbbbb', 'kubeconfig']);
  expect(w.get('configmaps', 'cluster-info', 'kube-public')['data']['jws-kubeconfig-bbbbbb']).toBe(
    'eyJhbGciOiJIUzI1NiIsImtpZCI6ImJiYmJiYiJ9.._w4wBQnHHxXU4boYi121OB_4b3FaEQOS_erKhiO7vQY',
  );
  expect(tokens()).toEqual(['aaaaaa', 'bbbbbb', 'dddddd']);
  await w.run(60);
  expect(keys()).toEqual(['jws-kubeconfig-bbbbbb', 'kubeconfig']);
  expect(tokens()).toEqual(['bbbbbb', 'dddddd']);
});

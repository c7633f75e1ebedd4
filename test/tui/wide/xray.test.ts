import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkScreen, sizes, type WideCluster, wideCluster } from './wide-cluster.ts';

let cluster: WideCluster;

beforeAll(async () => {
  cluster = await wideCluster();
  const { client } = cluster.emulator;
  const template = {
    metadata: { labels: { app: 'web' } },
    spec: {
      serviceAccountName: 'runner',
      containers: [
        { name: 'main', image: 'nginx:1.27', envFrom: [{ configMapRef: { name: 'settings' } }] },
        {
          name: 'side',
          image: 'busybox:1.36',
          env: [{ name: 'T', valueFrom: { secretKeyRef: { name: 'token', key: 't', optional: true } } }],
        },
      ],
      volumes: [
        { name: 'a', configMap: { name: 'not-there' } },
        { name: 'b', secret: { secretName: 'keys' } },
      ],
    },
  };
  const metadata = (name: string) => ({ name, namespace: 'default' });
  await client.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('runner') });
  await client.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings') });
  await client.create('secrets', { apiVersion: 'v1', kind: 'Secret', metadata: metadata('keys') });
  await client.create('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: metadata('web'),
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template },
  });
  await client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata('front'),
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
}, 60_000);

afterAll(() => cluster.stop());

describe.each(sizes)('xray at %i×%i', (cols, rows) => {
  test('goes from a deployment down to what its containers need, and marks what is missing', async () => {
    const s = await cluster.open('xray deploy', cols, rows);
    await s.waitFor(/container side/);
    checkScreen(s, cols);
    const text = s.text();
    expect(text).toMatch(/xray\(deployments default\)\[\d+\]/);
    expect(text).toMatch(/> ▾ (! )?deployment web {2}\d\/2/);
    expect(text).toMatch(/└─ ▾ (! )?replicaset web-\w+/);
    expect(text).toMatch(/├─ ▾ . pod web-|├─ ▾ pod web-/);
    expect(text).toMatch(/x configmap not-there {2}missing/);
    expect(text).toMatch(/ configmap settings/);
    expect(text).toMatch(/secret token {2}missing, but optional/);
    s.close();
  });
});

test('folds, filters and goes there', async () => {
  const s = await cluster.open('xray deploy', 120, 40);
  await s.waitFor(/container side/);
  await s.press('left');
  expect(s.text()).toMatch(/> ▸ .*deployment web/);
  expect(s.text()).not.toContain('replicaset');
  expect(s.text()).toMatch(/\[1\/\d+\]/);
  await s.press('right', 'right');
  expect(s.text()).toMatch(/> └─ ▾ .*replicaset web-/);
  await s.press('/');
  await s.type('secret keys\r');
  expect(s.text()).toContain('secret keys');
  expect(s.text()).not.toContain('configmap settings');
  await s.press('shift-g', 'enter');
  await s.waitFor(/secrets\(default · secret\/keys\)\[1\]/);
  await s.press('esc');
  await s.waitFor('xray(deployments default)');
});

test('everything that can be done to a pod can be done to a pod in the tree', async () => {
  const s = await cluster.open('xray svc', 120, 40);
  await s.waitFor(/▾ .*pod web-/);
  await s.press('/');
  await s.type('web-\r');
  await s.press('j');
  expect(s.lines().at(-1)).toContain('l Logs');
  await s.press('d');
  await s.waitFor(/Name: +web-/);
  await s.press('esc', 'ctrl-d');
  await s.waitFor(/Delete/);
  await s.press('esc');
});

test('lives: what is created or deleted shows by itself', async () => {
  const s = await cluster.open('xray deploy', 120, 40);
  await s.waitFor(/x configmap not-there {2}missing/);
  const { client } = cluster.emulator;
  await client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'not-there', namespace: 'default' },
  });
  await s.waitFor(/├─ {3}configmap not-there\n/);
});

test('of a kind that leads to no pods it says so', async () => {
  const s = await cluster.open('xray cm', 120, 40);
  await s.waitFor('xray knows no way from configmaps to pods');
});

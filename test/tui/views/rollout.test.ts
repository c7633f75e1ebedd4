import { afterEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { fakeCluster, podRow, putObject, start } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

const labels = { app: 'web' };
const created = new Date(start - 90_000).toISOString();

function replicaSet(name: string, revision: string, image: string, replicas: number): KubeObject {
  const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: created,
      annotations: { 'deployment.kubernetes.io/revision': revision },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'web', controller: true }],
    },
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}

function pod(name: string, owner: string, status: object): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: name,
      resourceVersion: '1',
      creationTimestamp: created,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, uid: owner, controller: true }],
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'nginx:1.28' }] },
    status,
  };
}

const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const crashing = {
  phase: 'Running',
  containerStatuses: [
    { name: 'web', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ],
};

test('draws revisions, pods, images and what stands in the way', async () => {
  const cluster = fakeCluster([podRow('shop', 'web-new-1')]);
  const old = replicaSet('web-old', '1', 'nginx:1.27', 1);
  const next = replicaSet('web-new', '2', 'nginx:1.28', 1);
  putObject(cluster, 'deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'web', generation: 2, creationTimestamp: created },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: next.spec.template },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 1, availableReplicas: 1 },
  });
  putObject(cluster, 'replicasets.apps', old);
  putObject(cluster, 'replicasets.apps', next);
  putObject(cluster, 'pods', pod('web-old-1', 'web-old', ready));
  putObject(cluster, 'pods', pod('web-new-1', 'web-new', crashing));
  cluster.images.set('nginx:1.28', {
    reference: 'docker.io/library/nginx:1.28',
    digest: 'sha256:1',
    sizeBytes: 2_000_000,
    simulated: true,
    layers: [{ digest: 'sha256:a', sizeBytes: 2_000_000, instruction: 'RUN make' }],
  });
  screen = await renderTest({ cols: 120, rows: 36, cluster });
  await screen.press(':');
  await screen.type('rollout web\r');
  await screen.waitFor('revision 2');
  await screen.waitFor('(simulated)');
  const text = screen.text();
  expect(text).toContain('rollout(shop/web)[1/2]');
  expect(text).toContain('1 out of 2 new replicas have been updated');
  expect(text).toMatch(/revision 2 \(new\) {2}web-new {2}0\/1 ready/);
  expect(text).toMatch(/nginx:1\.28 {2}1 layers, 2\.00MB \(simulated\)/);
  expect(text).toMatch(/x web-new-1 .* CrashLoopBackOff 3 restarts/);
  expect(text).toMatch(/revision 1 \(old\) {2}web-old {2}1\/1 ready/);
  expect(text).toMatch(/✓ web-old-1 █████ {2}ready/);
  expect(text).toContain('keeps crashing');
  await screen.press('/');
  expect(screen.text()).toContain('there is nothing to filter here');
  await screen.press('esc');
  expect(screen.text()).toContain('pods(shop)');
});

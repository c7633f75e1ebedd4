import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltin } from '../../../src/api/resources.ts';
import { RolloutStore } from '../../../src/store/rollout/rollout-store.ts';
import { DiffLoader } from '../../../src/tui/views/rollout/diff-loader.ts';
import { fakeCluster } from '../fake-services.ts';

const owner = (kind: string, uid: string) => [{ apiVersion: 'apps/v1', kind, name: uid, uid, controller: true }];
const template = (image: string) => ({ spec: { containers: [{ name: 'web', image }] } });

const set = (revision: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: `web-${revision}`,
    uid: `web-${revision}`,
    namespace: 'shop',
    resourceVersion: String(revision),
    annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    ownerReferences: owner('Deployment', 'web'),
  },
  spec: { replicas: 1, template: template(`web:${revision}`) },
});

const workload = (revision: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', uid: 'web', namespace: 'shop', generation: revision },
  spec: { replicas: 1, template: template(`web:${revision}`) },
});

const pod = (revision: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `pod-${revision}`,
    uid: `pod-${revision}`,
    namespace: 'shop',
    ownerReferences: owner('ReplicaSet', `web-${revision}`),
  },
  spec: { containers: [{ name: 'web', image: `web:${revision}` }] },
});

test('what is replaced is compared: not what was set in between and never ran, and for as long as it is the same', async () => {
  const fake = fakeCluster();
  const store = new RolloutStore(fake.timing);
  const ref = { resource: findBuiltin('deployments.apps')!, namespace: 'shop', name: 'web' };
  const loader = new DiffLoader(fake.services, ref, () => {});
  const put = async (revision: number, pods: KubeObject[]) => {
    store.dispatch({ type: 'list', kind: 'workload', objects: [workload(revision)] });
    store.dispatch({ type: 'list', kind: 'revision', objects: [1, 2, 3, 4].filter((one) => one <= revision).map(set) });
    store.dispatch({ type: 'list', kind: 'pod', objects: pods });
    store.flush();
    loader.look(store.getSnapshot());
    await Promise.resolve();
  };
  await put(3, [pod(1)]);
  await put(3, [pod(1), pod(3)]);
  await put(3, [pod(3)]);
  expect(fake.commands).toEqual(['rollout diff deployments.apps/web --revision=1..3 -o json -n shop']);
  await put(4, [pod(3)]);
  expect(fake.commands.at(-1)).toContain('--revision=3..4');
  loader.close();
  store.dispose();
});

test('one revision has nothing to be compared with; what cannot be compared is told', async () => {
  const fake = fakeCluster();
  const store = new RolloutStore(fake.timing);
  const ref = { resource: findBuiltin('deployments.apps')!, namespace: 'shop', name: 'web' };
  let changed = 0;
  const loader = new DiffLoader(fake.services, ref, () => changed++);
  const look = (revision: number) => {
    store.dispatch({ type: 'list', kind: 'workload', objects: [workload(revision)] });
    store.dispatch({ type: 'list', kind: 'revision', objects: [1, 2].filter((one) => one <= revision).map(set) });
    store.dispatch({ type: 'list', kind: 'pod', objects: [] });
    store.flush();
    loader.look(store.getSnapshot());
  };
  look(1);
  expect(loader.loaded).toEqual({ note: 'This is the only revision: there is nothing to compare it with.' });
  const line = 'rollout diff deployments.apps/web --revision=1..2 -o json -n shop';
  fake.answers.set(line, { code: 1, stdout: '', stderr: 'error: no rights\n' });
  look(2);
  expect(loader.loaded).toBeUndefined();
  await new Promise((resolve) => setImmediate(resolve));
  expect(loader.loaded).toMatchObject({ error: { message: 'no rights' } });
  expect(changed).toBe(1);
  loader.close();
  store.dispose();
});

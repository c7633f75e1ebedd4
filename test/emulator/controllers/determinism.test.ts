import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment, type World } from './world.ts';

const labelled = (name: string) => ({
  metadata: { labels: { app: name } },
  spec: { terminationGracePeriodSeconds: 7, containers: [{ name: 'app', image: 'nginx:1.27' }] },
});
const setImage = (w: World, resource: string, name: string, image: string) =>
  w.edit(resource, name, (object) => {
    object['spec'].template.spec.containers[0].image = image;
  });
const scale = (w: World, resource: string, name: string, replicas: number) =>
  w.edit(resource, name, (object) => {
    object['spec'].replicas = replicas;
  });

const kept: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'db', namespace: 'default' },
  spec: {
    serviceName: 'db',
    replicas: 3,
    selector: { matchLabels: { app: 'db' } },
    persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' },
    template: labelled('db'),
    volumeClaimTemplates: [
      {
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, storageClassName: 'own' },
      },
    ],
  },
};
const daemon: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'agent', namespace: 'default' },
  spec: { selector: { matchLabels: { app: 'agent' } }, template: labelled('agent') },
};
const storageClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'own' },
  provisioner: 'kctl.dev/simulated',
  volumeBindingMode: 'WaitForFirstConsumer',
};

/** A quarter of an hour of everything at once; returns every version of every object, as it was stored, in order. */
async function live(): Promise<string[]> {
  const w = await createWorld({ nodes: 5 });
  const history: string[] = [];
  w.lister.subscribe('*', ({ type, object }, resource) =>
    history.push(`${type} ${resource} ${JSON.stringify(object)}`),
  );
  await w.client.create('storageclasses.storage.k8s.io', storageClass);
  const web = deployment('web', { replicas: 6, revisionHistoryLimit: 1 });
  for (const object of [web, deployment('bad', {}, { image: 'example.invalid/none:1' })])
    await w.client.create('deployments.apps', object);
  await w.client.create('statefulsets.apps', kept);
  await w.client.create('daemonsets.apps', daemon);
  await w.run(60);
  await Promise.all([
    setImage(w, 'deployments.apps', 'web', 'nginx:1.28'),
    setImage(w, 'statefulsets.apps', 'db', 'nginx:1.28'),
    setImage(w, 'daemonsets.apps', 'agent', 'nginx:1.28'),
  ]);
  await w.run(15);
  await scale(w, 'deployments.apps', 'web', 11);
  await w.run(60);
  await w.client.delete('nodes', undefined, 'kctl-worker-2');
  await w.run(120);
  await setImage(w, 'deployments.apps', 'web', 'nginx:1.27');
  await setImage(w, 'daemonsets.apps', 'agent', 'nginx:1.27');
  await w.run(90);
  await w.edit('nodes', 'kctl-worker-1', (node) => {
    node.metadata.annotations = { 'kctl.dev/down': 'true' };
  });
  await w.run(400);
  await scale(w, 'deployments.apps', 'web', 4);
  await scale(w, 'statefulsets.apps', 'db', 1);
  await w.run(60);
  await w.client.delete('deployments.apps', 'default', 'web', { propagationPolicy: 'Foreground' });
  await w.run(60);
  return history;
}

describe('a history', () => {
  test('is lived through again byte for byte from the same seed', async () => {
    const [first, second] = [await live(), await live()];
    expect(first.length).toBeGreaterThan(1000);
    const differs = first.findIndex((line, at) => line !== second[at]);
    expect(differs < 0 ? [] : [first[differs], second[differs]]).toEqual([]);
    expect(second).toHaveLength(first.length);
  });
});

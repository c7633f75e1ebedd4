import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { createWorld, deployment } from './world.ts';

const { template } = deployment('own')['spec'];
const once = { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
const selector = { matchLabels: { app: 'own' } };

// Who says nothing of the dependents gets what the kind has always had (registry strategies' DefaultGarbageCollectionPolicy).
test.each([
  ['Job', 'batch/v1', 'jobs.batch', { suspend: true, template: once }, 'stay'],
  [
    'ReplicationController',
    'v1',
    'replicationcontrollers',
    { replicas: 0, selector: selector.matchLabels, template },
    'stay',
  ],
  ['CronJob', 'batch/v1', 'cronjobs.batch', { schedule: '0 0 1 1 *', jobTemplate: { spec: { template: once } } }, 'go'],
  ['Deployment', 'apps/v1', 'deployments.apps', { replicas: 0, selector, template }, 'go'],
  ['ReplicaSet', 'apps/v1', 'replicasets.apps', { replicas: 0, selector, template }, 'go'],
  ['StatefulSet', 'apps/v1', 'statefulsets.apps', { replicas: 0, selector, template, serviceName: 'x' }, 'go'],
  ['DaemonSet', 'apps/v1', 'daemonsets.apps', { selector, template }, 'go'],
  ['Pod', 'v1', 'pods', template.spec, 'go'],
])('when a %s is deleted without a word, what it owns', async (kind, apiVersion, resource, spec, outcome) => {
  const w = await createWorld({ nodes: 1 });
  const owner = await w.client.create<KubeObject>(resource, {
    apiVersion,
    kind,
    metadata: { name: 'own', namespace: 'default' },
    spec,
  });
  const { uid } = owner.metadata;
  await w.client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'owned', namespace: 'default', ownerReferences: [{ apiVersion, kind, name: 'own', uid: uid! }] },
  });
  await w.client.delete(resource, 'default', 'own');
  await w.run(60);
  const owned = w.lister.get<KubeObject>('configmaps', 'default', 'owned');
  expect(w.lister.get(resource, 'default', 'own')).toBeUndefined();
  expect(owned ? 'stay' : 'go').toBe(outcome);
  expect(owned?.metadata.ownerReferences).toBeUndefined();
});

import type { KubeObject, TableRow } from '../../src/api/meta.ts';
import { type FakeCluster, fakeCluster, podRow, putObject } from './fake-services.ts';

/** A row of any kind, with its name alone. */
function row(kind: string, namespace: string | undefined, name: string): TableRow {
  const metadata = { name, ...(namespace ? { namespace } : {}), uid: `uid-${name}`, resourceVersion: '1' };
  return { cells: [name, '1h'], object: { apiVersion: 'v1', kind, metadata } };
}

export function object(kind: string, namespace: string | undefined, name: string, rest: object): KubeObject {
  const metadata = { name, ...(namespace ? { namespace } : {}), uid: `uid-${name}`, resourceVersion: '1' };
  return { apiVersion: 'v1', kind, metadata, ...rest } as KubeObject;
}

const container = (name: string, image: string) => ({ name, image });

/** Pods, workloads, nodes and cron jobs for actions to be done to. */
export function workshop(): FakeCluster {
  const cluster = fakeCluster([
    podRow('shop', 'api-0'),
    podRow('shop', 'done-0', { status: 'Completed', ready: '0/1' }),
    podRow('shop', 'web-0'),
  ]);
  for (const name of ['api-0', 'done-0']) {
    putObject(cluster, 'pods', object('Pod', 'shop', name, { spec: { containers: [container('app', 'nginx:1.27')] } }));
  }
  const two = { containers: [container('app', 'nginx:1.27'), container('side', 'busybox:1.36')] };
  putObject(cluster, 'pods', object('Pod', 'shop', 'web-0', { spec: two }));
  const template = { spec: { initContainers: [container('init', 'busybox:1.36')], ...two } };
  const kinds: Record<string, [string, string | undefined, string, object][]> = {
    'deployments.apps': [
      ['Deployment', 'shop', 'web', { spec: { replicas: 3, template } }],
      ['Deployment', 'shop', 'worker', { spec: { replicas: 1, paused: true, template } }],
    ],
    nodes: [['Node', undefined, 'node-1', { spec: {} }]],
    'cronjobs.batch': [['CronJob', 'shop', 'report', { spec: { suspend: false } }]],
    'replicasets.apps': [['ReplicaSet', 'shop', 'web-old', {}]],
  };
  for (const [kind, list] of Object.entries(kinds)) {
    const rows = list.map(([type, namespace, name, rest]) => {
      putObject(cluster, kind, object(type, namespace, name, rest));
      return row(type, namespace, name);
    });
    cluster.services.tableSource({ ...kindOf(kind) } as never, {}).stop();
    cluster.tables.get(kind)!.rows = rows;
  }
  return cluster;
}

function kindOf(name: string): { plural: string; group: string } {
  const [plural = '', ...group] = name.split('.');
  return { plural, group: group.join('.') };
}

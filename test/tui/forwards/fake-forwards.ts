import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import type { KubeObject } from '../../../src/api/meta.ts';
import { groupResource } from '../../../src/api/resource.ts';
import type { Sink } from '../../../src/api/source.ts';
import { saveForwardSet } from '../../../src/store/forwards/forward-sets.ts';
import type { Listen } from '../../../src/store/forwards/local-listener.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { ForwardDesk, type ForwardServices } from '../../../src/tui/state/forwards.ts';
import { type FakeCluster, fakeCluster, podRow, putObject, resources } from '../fake-services.ts';

export function pod(name: string, more: { ready?: boolean; annotations?: Record<string, string> } = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      labels: { app: 'web' },
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-7', uid: 'rs', controller: true }],
      ...(more.annotations && { annotations: more.annotations }),
    },
    spec: {
      containers: [
        {
          name: 'app',
          ports: [
            { name: 'http', containerPort: 80 },
            { name: 'metrics', containerPort: 9090 },
          ],
        },
        { name: 'side', ports: [{ containerPort: 7000 }] },
      ],
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: (more.ready ?? true) ? 'True' : 'False' }] },
  };
}

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
  spec: { selector: { matchLabels: { app: 'web' } }, template: { spec: pod('web-1').spec } },
};

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'db',
    namespace: 'shop',
    uid: 'uid-db',
    annotations: { 'kftray.app/configs': 'db-5433-5432' },
  },
  spec: {
    selector: { app: 'web' },
    ports: [
      { port: 80, targetPort: 80 },
      { port: 5432, targetPort: 5432 },
    ],
  },
};

export interface ForwardRig {
  cluster: FakeCluster;
  desk: ForwardDesk;
  /** Local ports that are open. */
  open: Set<number>;
  /** Ports that another program has. */
  taken: Set<number>;
  /** Says which pods there are from now on. */
  pods(list: readonly KubeObject[]): void;
  /** A client of a local port: what the pod answers. */
  visit(port: number, message: string): Promise<string>;
  save(name: string, words: readonly string[], autostart?: boolean): void;
  dispose(): void;
}

/** A cluster in memory whose pods answer connections, and local ports that are no sockets. */
export function forwardRig(): ForwardRig {
  const home = mkdtempSync(join(tmpdir(), 'kctl-desk-'));
  const env = { KCTL_HOME: home, HOME: home };
  const cluster = fakeCluster([podRow('shop', 'web-1'), podRow('shop', 'web-2'), podRow('shop', 'other')]);
  for (const name of ['web-1', 'web-2']) putObject(cluster, 'pods', pod(name));
  putObject(cluster, 'deployments.apps', deployment);
  putObject(cluster, 'services', service);
  for (const [kind, name] of [
    ['deployments', 'web'],
    ['services', 'db'],
  ]) {
    const resource = resources.find(({ plural }) => plural === kind)!;
    cluster.services.tableSource(resource, {});
    cluster.tables.get(groupResource(resource))!.rows = [podRow('shop', name!)];
  }
  let pods: readonly KubeObject[] = [pod('web-1'), pod('web-2')];
  const sinks = new Map<Sink<KubeObject>, { name?: string }>();
  const open = new Set<number>();
  const taken = new Set<number>();
  const clients = new Map<number, (socket: Duplex) => void>();
  const listen: Listen = async (address, port, connected) => {
    const number = port === 0 ? 40_000 + open.size : port;
    if (taken.has(number)) {
      throw Object.assign(new Error('address already in use'), { code: 'EADDRINUSE', syscall: 'listen', port: number });
    }
    if (address === '127.0.0.1') clients.set(number, connected);
    open.add(number);
    return { port: number, close: () => void open.delete(number) };
  };
  const desk = new ForwardDesk({ env, listen });
  const forwards: ForwardServices = {
    desk,
    flags: [],
    network: async () => ({
      pods: (scope) => {
        let mine: Sink<KubeObject> | undefined;
        return {
          start(sink) {
            mine = sink;
            sinks.set(sink, scope);
            const found = pods.filter(({ metadata }) => !scope.name || metadata.name === scope.name);
            sink.replace([...found], { columns: [], resourceVersion: '1' });
          },
          stop: () => void (mine && sinks.delete(mine)),
        };
      },
      async dial({ pod: name, port }) {
        const [ours, theirs] = duplexPair();
        let asked = '';
        theirs.on('data', (chunk: Buffer) => {
          asked += chunk;
        });
        theirs.on('end', () => theirs.end(`${name}:${port}:${asked}`));
        return ours;
      },
      warm: async () => {},
      wake() {},
      close() {},
    }),
  };
  const withForwards = (plain: DashboardServices): DashboardServices => ({
    ...plain,
    env,
    forwards: { ...forwards },
    openContext: async (name) => withForwards(await plain.openContext(name)),
  });
  const services = withForwards(cluster.services);
  return {
    cluster: { ...cluster, services },
    desk,
    open,
    taken,
    pods(list) {
      pods = list;
      for (const [sink, { name }] of sinks) {
        sink.replace(
          list.filter(({ metadata }) => !name || metadata.name === name),
          { columns: [], resourceVersion: '2' },
        );
      }
    },
    visit(port, message) {
      const [client, server] = duplexPair();
      clients.get(port)!(server);
      client.end(message);
      return new Promise((resolve, reject) => {
        let answer = '';
        client.on('data', (chunk: Buffer) => {
          answer += chunk;
        });
        client.once('end', () => resolve(answer));
        client.once('error', reject);
      });
    },
    save: (name, words, autostart) => saveForwardSet(env, name, { words, ...(autostart && { autostart }) }),
    dispose() {
      desk.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../../src/api/meta.ts';
import { findBuiltinKind } from '../../../src/api/resources.ts';
import { ClusterForwardNetwork } from '../../../src/kube/forward-network.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { ForwardList } from '../../../src/store/forwards/forward-list.ts';
import type { RunningForward } from '../../../src/store/forwards/running-forward.ts';
import type { ForwardEvent } from '../../../src/store/forwards/supervisor.ts';
import { lastingTarget } from '../../../src/store/forwards/target.ts';
import { type FakeCluster, fakeCluster, processNode, runningPod } from '../../emulator/server/streams/fake-node.ts';
import { eventually } from '../../support/program.ts';

/** A TCP server of the test's; half-open, as programs that answer after the last question. */
export async function serve(handle: (socket: Socket) => void): Promise<{ port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** What stands between kctl and the API server, and can fail as networks do. */
export class Gate {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #target: number;
  #server: Server | undefined;
  port = 0;
  /** How many connections have come. */
  passed = 0;

  constructor(target: number) {
    this.#target = target;
  }

  async open(): Promise<this> {
    this.#server = createServer((near) => {
      this.passed++;
      const far = connect(this.#target, '127.0.0.1');
      const pair = [near, far] as const;
      this.#pairs.add(pair);
      for (const [one, other] of [pair, [far, near] as const]) {
        one.on('error', () => {});
        one.once('close', () => {
          other.destroy();
          this.#pairs.delete(pair);
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => this.#server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.#server!.address() as AddressInfo).port;
    return this;
  }

  /** Nobody listens any more, and what was open is cut. */
  shut(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.#server?.close(() => resolve()));
  }

  cut(): void {
    for (const [near, far] of this.#pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** What is open stays open, and nothing comes through it any more: a network that is gone. */
  freeze(): void {
    for (const [near, far] of this.#pairs) {
      near.unpipe(far);
      far.unpipe(near);
      near.pause();
      far.pause();
    }
  }
}

export const readyPod = (name: string): KubeObject => {
  const pod = runningPod(name);
  return {
    ...pod,
    metadata: { ...pod.metadata, labels: { app: 'web' } },
    status: { ...(pod.status as object), conditions: [{ type: 'Ready', status: 'True' }] },
  } as KubeObject;
};

const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] },
};

/** A service with pods, of which each has a program of its own behind every port, and forwards to it through a gate. */
export class Rig {
  readonly list: ForwardList;
  readonly events: ForwardEvent[] = [];
  readonly network: ClusterForwardNetwork;
  readonly gate: Gate;
  readonly #cluster: FakeCluster;
  readonly #home: string;

  private constructor(cluster: FakeCluster, gate: Gate, network: ClusterForwardNetwork, home: string) {
    this.#cluster = cluster;
    this.gate = gate;
    this.network = network;
    this.#home = home;
    this.list = new ForwardList({ report: (_forward, event) => this.events.push(event) });
  }

  /** @param programs by pod: the port on this machine of what runs in it */
  static async start(programs: Record<string, number>): Promise<Rig> {
    const node = {
      ...processNode,
      connect: async (_namespace: string, pod: string) =>
        new Promise<Socket>((resolve, reject) => {
          const port = programs[pod];
          if (port === undefined) throw new Error('connection refused');
          const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true }, () =>
            resolve(socket),
          );
          socket.once('error', reject);
        }),
    };
    const cluster = await fakeCluster(node, { pods: Object.keys(programs).map(readyPod) });
    const gate = await new Gate(Number(new URL(cluster.url).port)).open();
    const home = mkdtempSync(join(tmpdir(), 'kctl-forwards-'));
    const kubeconfig = join(home, 'kubeconfig');
    writeFileSync(kubeconfig, cluster.kubeconfig.replace(cluster.url, `https://127.0.0.1:${gate.port}`));
    const { transport } = await openCluster({ env: {}, kubeconfig });
    return new Rig(cluster, gate, new ClusterForwardNetwork(transport), home);
  }

  get store(): FakeCluster['store'] {
    return this.#cluster.store;
  }

  forward(request: { local?: number; addresses?: readonly string[] } = {}): Promise<RunningForward> {
    return this.list.start({
      name: 'web',
      target: lastingTarget(findBuiltinKind('v1', 'Service')!, service),
      remote: '80',
      local: 0,
      context: '',
      network: this.network,
      ...request,
    });
  }

  /** The forward as it is now. */
  get now(): RunningForward {
    return this.list.now()[0]!;
  }

  heard(type: ForwardEvent['type']): Promise<ForwardEvent> {
    return eventually(() => this.events.find((event) => event.type === type), `a forward that says ${type}`);
  }

  async stop(): Promise<void> {
    this.list.stopAll();
    this.network.close();
    await this.gate.shut();
    await this.#cluster.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import type { LogsModel } from '../../src/tui/views/logs/logs-model.ts';
import { renderTest, type TestScreen } from './render-test.ts';

/** Stands between the dashboard and the cluster, and can go away. */
class Wire {
  readonly #sockets = new Set<Socket>();
  readonly #to: number;
  #server: Server | undefined;
  port = 0;

  constructor(to: number) {
    this.#to = to;
  }

  async mend(): Promise<void> {
    const server = createServer((socket) => {
      const far = connect(this.#to, '127.0.0.1');
      for (const one of [socket, far]) {
        this.#sockets.add(one);
        one.on('error', () => undefined);
        one.on('close', () => {
          socket.destroy();
          far.destroy();
        });
      }
      socket.pipe(far).pipe(socket);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as { port: number }).port;
  }

  cut(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }
}

let emulator: Emulator;
let wire: Wire;
let folder: string;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-tui-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  wire = new Wire(emulator.port);
  await wire.mend();
  const kubeconfig = emulator.adminKubeconfig.replace(`:${emulator.port}`, `:${wire.port}`);
  writeFileSync(join(folder, 'config'), kubeconfig, { mode: 0o600 });
});

afterEach(() => screen?.close());

afterAll(async () => {
  wire.cut();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

async function open(line: string): Promise<TestScreen> {
  const env = {
    KUBECONFIG: join(folder, 'config'),
    HOME: folder,
    KUBECACHEDIR: join(folder, 'cache'),
    KCTL_HOME: folder,
  };
  const options = { env, cwd: folder };
  const services = clusterServices(await openCluster(options), options);
  screen = await renderTest({ cols: 100, rows: 24, cluster: { services } });
  await screen.press(':');
  await screen.type(`${line}\r`);
  return screen;
}

function pod(name: string, script: string) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels: { app: name.split('-')[0]! } },
    spec: {
      initContainers: [{ name: 'setup', image: 'busybox', command: ['sh', '-c', 'echo setting up'] }],
      containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', script] }],
    },
  };
}

const counting = 'n=0; while true; do echo count $n; n=$((n+1)); sleep 0.05; done';

const linesOf = (s: TestScreen): string[] => {
  const { ring } = s.dashboard.current() as LogsModel;
  return Array.from({ length: ring.length }, (_, index) => ring.at(ring.first + index))
    .filter(({ note }) => !note)
    .map(({ text }) => text);
};

async function until(s: TestScreen, holds: () => boolean): Promise<void> {
  for (let round = 0; round < 1500 && !holds(); round++) await s.settle();
  if (!holds()) throw new Error(`it never came:\n${s.text()}`);
}

test('a connection that breaks is told, and taken up again without a line lost or seen twice', async () => {
  await emulator.client.create('pods', pod('counter-1', counting));
  const s = await open('logs counter-1');
  await until(s, () => linesOf(s).includes('count 3'));
  wire.cut();
  await until(s, () => /reconnecting · autoscroll/.test(s.text()));
  await until(s, () => s.text().includes('! reconnecting'));
  expect(s.text()).toContain('count 3');
  const before = linesOf(s).length;
  await wire.mend();
  await until(s, () => linesOf(s).length > before + 20);
  await until(s, () => !s.text().includes('reconnecting'));
  const counted = linesOf(s).map((line) => Number(line.replace('count ', '')));
  expect(counted).toEqual(counted.map((_, index) => index));
  await until(s, () => s.text().includes('● live'));
});

test('containers follow one another, pods come and go, and crashes are told', async () => {
  const s = await open('logs app=loop -a');
  await until(s, () => s.text().includes('No pod has a log here yet. Those that come are followed.'));
  await emulator.client.create('pods', pod('loop-1', 'echo alive; sleep 0.3; echo dying; exit 3'));
  await until(s, () => linesOf(s).includes('setting up') && linesOf(s).includes('dying'));
  expect(linesOf(s).slice(0, 3)).toEqual(['setting up', 'alive', 'dying']);
  await until(s, () => /restarted \(exit code 3, Error, restart 1\)/.test(s.text()));
  expect(s.text()).toMatch(/loop-1 +main +│ alive|main +│ alive/);
  await emulator.client.create('pods', pod('loop-2', counting));
  await until(s, () => linesOf(s).includes('count 2'));
  await until(s, () => /loop-2 main +│ count/.test(s.text()));
  await emulator.client.delete('pods', 'default', 'loop-2', { gracePeriodSeconds: 0 });
  await until(s, () => s.text().includes('- loop-2 main is gone'));
});

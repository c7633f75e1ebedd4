import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FaultSpec } from '../../src/api/control/faults.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../src/tui/services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let emulator: Emulator;
let folder: string;
let services: DashboardServices;
let s: TestScreen;

const start = (port = 0) =>
  startEmulator({ dataDir: join(folder, 'data'), port, nodes: 1, seed: 'empty', name: 'test', log: () => undefined });

const map = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' } });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-connection-'));
  emulator = await start();
  await emulator.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await emulator.client.create('configmaps', map('first'));
  const config = join(folder, 'config');
  // A second context, on the same server, for going elsewhere.
  const second = '- name: other\n  context:\n    cluster: test\n    user: test\ncurrent-context';
  writeFileSync(config, emulator.adminKubeconfig.replace('current-context', second), { mode: 0o600 });
  const options = { env: { KUBECONFIG: config, HOME: folder, KUBECACHEDIR: join(folder, 'cache') }, cwd: folder };
  services = clusterServices(await openCluster(options), options);
  s = await renderTest({ cols: 120, rows: 30, cluster: { services }, kind: 'configmaps shop' });
  await until(/first/);
  await until('● live');
});

afterEach(async () => {
  s.close();
  await emulator.stop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** Waits for what takes the time of a back-off. */
async function until(text: string | RegExp, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    await s.settle();
    if (typeof text === 'string' ? s.text().includes(text) : text.test(s.text())) return;
    if (Date.now() > end) throw new Error(`the screen never showed ${text}:\n${s.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function fault(spec: FaultSpec): Promise<void> {
  // By another connection: what the dashboard does is not in its way.
  await services.cluster.transport.json({ method: 'POST', path: '/kctl/v1/faults', body: JSON.stringify(spec) });
}

/** The rows are there, and keys do what they do. */
async function expectUsable(): Promise<void> {
  await s.press('/');
  await s.type('fir\r');
  expect(s.text()).toMatch(/configmaps\(shop\)\[1\/\d+\] \/fir/);
  expect(s.text()).toMatch(/^> .*first/m);
  await s.press('esc');
}

test('a server that has forgotten the version (410) is listed anew, without an empty screen', async () => {
  await fault({ kind: 'gone' });
  await emulator.client.create('configmaps', map('second'));
  for (let round = 0; round < 20; round++) {
    await s.settle();
    expect(s.text()).toContain('first');
  }
  await until('second');
  await until('● live');
});

test('watches that are cut are taken up where they ended', async () => {
  await fault({ kind: 'watch-drop', cut: true });
  await emulator.client.create('configmaps', map('second'));
  await until('second');
  await until('● live');
  await expectUsable();
});

test('a token that is not accepted any more: the rows stay, and the screen says why nothing comes in', async () => {
  await fault({ kind: 'status', code: 401, resources: ['configmaps'], forMs: 4000 });
  await fault({ kind: 'watch-drop', resources: ['configmaps'] });
  await until(/✗ not logged in, for \d+s/);
  expect(s.text()).toMatch(/! .*Unauthorized|! .*logged in/);
  await expectUsable();
  // It goes on by itself when the credentials are good again.
  await emulator.client.create('configmaps', map('second'));
  await until('second');
  await until('● live');
}, 30_000);

test('a slow server: keys are answered at once, and other views open meanwhile', async () => {
  await fault({ kind: 'slow', delayMs: 5000, resources: ['secrets'] });
  await s.press(':');
  await s.type('secrets shop\r');
  await s.settle();
  expect(s.text()).toContain('Loading secrets…');
  expect(s.text()).toContain('○ connecting');
  const begun = Date.now();
  await s.press(':');
  await s.type('ctx other\r');
  await until('Context other', 3000);
  await until(/pods\(default\)/, 3000);
  await s.press(':');
  await s.type('configmaps shop\r');
  await until('first', 3000);
  expect(Date.now() - begun).toBeLessThan(4500);
});

test('a server that goes and comes back: what was read stays, with its age, and goes on by itself', async () => {
  const { port } = emulator;
  await emulator.stop();
  await until(/! reconnecting, as of \d+s ago/);
  await until(/! The connection to the server .* was refused/);
  await expectUsable();
  emulator = await start(port);
  await emulator.client.create('configmaps', map('second'));
  await until('● live');
  await until('second');
}, 40_000);

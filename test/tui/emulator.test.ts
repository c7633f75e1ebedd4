import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import { ownProgram } from './own-program.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let emulator: Emulator;
let folder: string;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-tui-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
});

afterEach(() => screen?.close());

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

async function open(kind: string): Promise<TestScreen> {
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, KUBECACHEDIR: join(folder, 'cache') };
  const options = { env, cwd: folder };
  const services = clusterServices(await openCluster(options), options, ownProgram);
  screen = await renderTest({ cols: 120, rows: 30, cluster: { services }, kind });
  return screen;
}

function configMap(name: string) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { greeting: '안녕' } };
}

test('shows what happens in a cluster as it happens, and takes objects away', async () => {
  await emulator.client.create('configmaps', configMap('first'));
  const s = await open('configmaps');
  await s.waitFor('first');
  await s.waitFor('● live');
  await s.waitFor(/Server v1\.\d+/);
  await emulator.client.create('configmaps', configMap('second'));
  await s.waitFor('second');
  await s.press('y');
  await s.waitFor('greeting: 안녕');
  await s.press('esc', 'd');
  await s.waitFor(/Namespace: +default/);
  await s.press('esc', 'ctrl-d', 'right', 'enter');
  await s.waitFor('Deleted configmaps default/first');
  await s.waitFor('configmaps(default)[2]');
  expect(emulator.lister.get('configmaps', 'default', 'first')).toBeUndefined();
});

test('goes to kinds by the names that discovery gives', async () => {
  const s = await open('pods');
  await s.press(':');
  await s.type('sc\r');
  await s.waitFor('storageclasses.storage.k8s.io');
  await s.press(':');
  await s.type('ctx\r');
  await s.waitFor(/test +\*/);
  await s.press(':');
  await s.type('ctx nowhere\r');
  await s.waitFor('no context exists with the name: "nowhere"');
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { clusterServices } from '../../../src/tui/cluster-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let emulator: Emulator;
let folder: string;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-object-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
});

afterEach(() => screen?.close());

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

async function open(kind: string, cols = 120): Promise<TestScreen> {
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, KUBECACHEDIR: join(folder, 'cache') };
  const options = { env, cwd: folder };
  const services = clusterServices(await openCluster(options), options);
  screen = await renderTest({ cols, rows: 30, cluster: { services }, kind });
  return screen;
}

function deployment(name: string, replicas: number) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] } },
    },
  };
}

test('the tree grows and shrinks with what it shows, from any of its objects', async () => {
  await emulator.client.create('deployments.apps', deployment('web', 1));
  const s = await open('deployments');
  await s.waitFor('web');
  await s.press('shift-y');
  await s.waitFor(/> .*Deployment web +\d\/1/);
  await s.waitFor(/└─ ReplicaSet web-\w+/);
  await s.waitFor(/ {2}└─ Pod web-\w+-\w+/);
  const live = emulator.lister.get('deployments.apps', 'default', 'web')!;
  await emulator.client.update('deployments.apps', { ...live, spec: { ...live['spec'], replicas: 2 } });
  await s.waitFor(/├─ Pod web-\w+-\w+/);
  await s.press('down', 'down', 'enter');
  await s.waitFor(/pods\(default · pod\/web-\w+-\w+\)\[1\]/);
  await s.press('shift-y');
  // The whole tree again, with the cursor on the pod that it was opened from.
  await s.waitFor(/Deployment web/);
  await s.waitFor(/> .*Pod web-\w+-\w+/);
});

test('a config map of a megabyte is there at once, and read from end to end', async () => {
  const data = Object.fromEntries(
    Array.from({ length: 10 }, (_, part) => [
      `part-${part}`,
      '설정 line of text\n'.repeat(4000) + (part === 9 ? 'the very end\n' : ''),
    ]),
  );
  await emulator.client.create('configmaps', {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'big', namespace: 'default' },
    data,
  });
  const s = await open('configmaps');
  await s.waitFor('big');
  await s.press('y');
  await s.waitFor('part-0: |');
  await s.press('/');
  await s.type('very end\r');
  expect(s.text()).toContain('/very end (1/1)');
  expect(s.text()).toContain('the very end');
  await s.press('w', 'shift-g');
  expect(s.text()).toContain('uid:');
});

test('a role binding leads to what its role allows', async () => {
  const s = await open('clusterrolebindings');
  await s.waitFor('cluster-admin');
  await s.press('/');
  await s.type('^cluster-admin$\r');
  await s.press('enter');
  await s.waitFor(/\* +\* +yes +yes/);
});

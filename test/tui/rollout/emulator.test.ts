import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { clusterServices } from '../../../src/tui/cluster-services.ts';
import { eventually } from '../../support/program.ts';
import { ownProgram } from '../own-program.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let emulator: Emulator;
let folder: string;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-rollout-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
});

afterEach(() => screen?.close());

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

const labels = { app: 'web' };
const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'web', image: 'nginx:1.27', env: [{ name: 'LEVEL', value: 'info' }] }] },
    },
  },
};

/** Waits for what takes its own time. */
async function sees(text: RegExp): Promise<void> {
  const isSeen = async () => {
    await screen!.settle();
    return text.test(screen!.text());
  };
  await eventually(isSeen, `${text} on\n${screen!.text()}`, 20_000);
}

test('a rollout on a real API: layers come, it ends and says so; then another, compared with the first', async () => {
  await emulator.client.create('deployments.apps', web);
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, KUBECACHEDIR: join(folder, 'cache') };
  const options = { env, cwd: folder };
  const services = clusterServices(await openCluster(options), options, ownProgram);
  screen = await renderTest({ cols: 200, rows: 40, cluster: { services }, kind: 'deployments' });
  await screen.waitFor('web');
  await screen.press('shift-r');
  await sees(/pull \d+% \S+\/7\d\S+MB/);
  await sees(/[●◔○] [0-9a-f]{12} \d\S+B/);
  await sees(/Done: rollout of deployment default\/web/);
  await sees(/This is the only revision/);
  const set = ['set', 'env', 'deployment/web', 'LEVEL=debug', '-n', 'default'];
  expect((await services.run(set)).code).toBe(0);
  await sees(/\+ env LEVEL: "debug"/);
  await sees(/✓ deployment "web" successfully rolled out/);
  expect(screen.text()).toMatch(/revision 2 \(new\) +1\/1 ready/);
}, 20_000);

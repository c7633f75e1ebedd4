import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FaultSpec } from '../../src/api/control/faults.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../src/tui/services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

/** What goes wrong on the way, with logs and views of one object in front; connection.test.ts has it for tables. */

let emulator: Emulator;
let folder: string;
let services: DashboardServices;
let s: TestScreen;

const start = (port = 0) =>
  startEmulator({ dataDir: join(folder, 'data'), port, nodes: 1, seed: 'empty', name: 'test', log: () => undefined });

const settings = (mode: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings', namespace: 'default' },
  data: { mode },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-faults-'));
  emulator = await start();
  await emulator.client.create('configmaps', settings('quiet'));
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, KUBECACHEDIR: join(folder, 'cache') };
  const options = { env, cwd: folder };
  services = clusterServices(await openCluster(options), options);
  s = await renderTest({ cols: 120, rows: 30, cluster: { services }, kind: 'configmaps default' });
  await until(/settings/);
});

afterEach(async () => {
  s.close();
  await emulator.stop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
});

/** Waits for what takes the time of a back-off. @param holds what must stay on the screen meanwhile */
async function until(text: RegExp, holds?: RegExp): Promise<void> {
  const end = Date.now() + 20_000;
  for (;;) {
    await s.settle();
    if (holds) expect(s.text()).toMatch(holds);
    if (text.test(s.text())) return;
    if (Date.now() > end) throw new Error(`the screen never showed ${text}:\n${s.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function fault(spec: FaultSpec): Promise<void> {
  await services.cluster.transport.json({ method: 'POST', path: '/kctl/v1/faults', body: JSON.stringify(spec) });
}

const endFaults = () => services.cluster.transport.json({ method: 'DELETE', path: '/kctl/v1/faults' });

const change = async (mode: string) => void (await emulator.client.apply('configmaps', settings(mode)));

async function open(line: string): Promise<void> {
  await s.press(':');
  await s.type(`${line}\r`);
}

/** A view of the object, with what it says of it. */
const views = [
  ['y', 'yaml', /mode: quiet/, /mode: loud/],
  ['d', 'describe', /mode:\n----\nquiet/, /mode:\n----\nloud/],
] as const;

describe.each(views)('%s of an object', (key, name, before, after) => {
  // Both follow their object in one way: what takes long is tried with the first.
  const once = key === 'y' ? test : () => undefined;

  beforeEach(async () => {
    await open('cm default /settings');
    await until(/\[1\/2\] \/settings/);
    await s.press(key);
    await until(before);
    await until(/● live/);
  });

  /** Searching, and going back and forth, are as ever. */
  async function expectUsable(text: RegExp): Promise<void> {
    await s.press('/');
    await s.type('mode\r');
    expect(s.text()).toContain(`${name}(configmaps default/settings)`);
    expect(s.text()).toMatch(/\/mode \(\d\/\d\)/);
    await s.press('esc');
    await s.press('esc');
    await until(/configmaps\(default\)\[1\/2\]/);
    await s.press(key);
    await until(text);
  }

  test('410 and a watch that is cut: it is read anew, and what was read stays meanwhile', async () => {
    await fault({ kind: 'gone' });
    await fault({ kind: 'watch-drop', cut: true });
    await change('loud');
    await until(after, /mode:/);
    await until(/● live/, /mode:/);
    await expectUsable(after);
  });

  test('a token that is not accepted any more is told, and taken up again', async () => {
    await fault({ kind: 'status', code: 401, resources: ['configmaps', 'events'] });
    await fault({ kind: 'watch-drop' });
    await until(/✗ not logged in, for \d+s/, before);
    await endFaults();
    await until(/● live/, /mode:/);
    await change('loud');
    await until(after);
  });

  once('a lost network: the text stays with its age, and goes on by itself', async () => {
    const { port } = emulator;
    await emulator.stop();
    await until(/! reconnecting, as of \d+s ago/, before);
    await until(/! The connection to the server .* was refused/, before);
    expect(s.text()).toMatch(before);
    emulator = await start(port);
    await change('loud');
    await until(after, /mode:/);
    await until(/● live/);
  });

  once('a slow server: it says that it loads, and keys are answered', async () => {
    await s.press('esc');
    await fault({ kind: 'slow', delayMs: 15_000, resources: ['configmaps'] });
    const begun = Date.now();
    await s.press('y');
    await until(/yaml\(configmaps default\/settings\)/);
    await open('secrets default');
    await until(/secrets\(default\)\[/);
    expect(Date.now() - begun).toBeLessThan(14_000);
  });
});

const counting = 'n=0; while true; do echo count $n; n=$((n+1)); sleep 0.05; done';

const highest = (): number => Math.max(-1, ...[...s.text().matchAll(/count (\d+)/g)].map(([, count]) => Number(count)));

async function untilBeyond(count: number): Promise<void> {
  const end = Date.now() + 20_000;
  while (highest() <= count) {
    if (Date.now() > end) throw new Error(`no line came after ${count}:\n${s.text()}`);
    await s.settle();
  }
}

// A lost network is in logs-emulator.test.ts. One test, for one pod that has to start.
test('logs: a slow server, 410, a cut watch and a token that is not accepted any more', async () => {
  await emulator.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'counter', namespace: 'default' },
    spec: { containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', counting] }] },
  });
  await fault({ kind: 'slow', delayMs: 1500, resources: ['pods/log'] });
  await open('logs counter -n default');
  await until(/logs\(/);
  await s.press('t');
  expect(highest()).toBe(-1);
  await untilBeyond(3);

  await fault({ kind: 'gone' });
  await fault({ kind: 'watch-drop', cut: true });
  await untilBeyond(highest() + 10);
  await until(/● live/, /count \d/);

  await fault({ kind: 'status', code: 401, resources: ['pods', 'pods/log'] });
  await fault({ kind: 'watch-drop', resources: ['pods'] });
  await until(/not logged in/, /count \d/);
  await endFaults();
  await s.press('m');
  await untilBeyond(highest() + 5);
  await until(/● live/, /count \d/);
}, 40_000);

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { keptForwards } from '../../../src/store/forwards/ask-keepers.ts';
import { clusterServices } from '../../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { eventually } from '../../support/program.ts';
import { ownProgram } from '../own-program.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let emulator: Emulator;
let folder: string;
let env: Record<string, string>;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-forwarding-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'demo', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  env = {
    KUBECONFIG: join(folder, 'config'),
    HOME: folder,
    KCTL_HOME: join(folder, 'kctl'),
    KUBECACHEDIR: join(folder, 'cache'),
  };
});

afterEach(() => {
  screen?.close();
  screen = undefined;
});

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

async function connect(): Promise<DashboardServices> {
  const options = { env, cwd: folder };
  return clusterServices(await openCluster(options), options, ownProgram);
}

async function open(kind: string): Promise<{ s: TestScreen; services: DashboardServices }> {
  const services = await connect();
  screen = await renderTest({ cols: 190, rows: 30, cluster: { services }, kind });
  return { s: screen, services };
}

/** A busy machine is waited for. */
const seen = (s: TestScreen, text: RegExp | string): Promise<unknown> =>
  eventually(async () => {
    await s.settle();
    return typeof text === 'string' ? s.text().includes(text) : text.test(s.text());
  }, `${text} on the screen`);

/** A port that nobody has, so that two of these tests can run at a time. */
const local = async (services: DashboardServices): Promise<number> => {
  const listener = await services.forwards!.desk.listen('127.0.0.1', 0, (socket) => socket.destroy());
  listener.close();
  return listener.port;
};

const status = async (port: number): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).status;

test('a forward of the dashboard answers, moves when its pod is deleted, and others see it', async () => {
  const { s, services } = await open('deployments /web');
  const port = await local(services);
  await seen(s, /web +3\/3/);
  await s.press('shift-f');
  await seen(s, /> 80 http \(web\) +80\d\d/);
  await s.press(...Array<string>(4).fill('backspace'));
  await s.type(String(port));
  await s.press('enter', 'enter', 'enter');
  await seen(s, `deployment/web is forwarded: http://localhost:${port} -> 80`);
  await seen(s, new RegExp(`web +⇄${port} +3/3`));
  expect(await status(port)).toBe(200);
  await s.press('f');
  await seen(s, /deployment\/web +Active .* 0\/1 +\d+/);
  const [first] = services.forwards!.desk.own;
  await eventually(async () => {
    const [kept] = await keptForwards(env);
    return kept?.keeper.kind === 'dashboard' && kept.forwards[0]?.local === port;
  }, 'another kctl to see the forward');
  const told: string[] = [];
  s.dashboard.toasts.subscribe(() => told.push(s.dashboard.toasts.getSnapshot()?.text ?? ''));
  expect(await services.run(['delete', 'pod', first!.pod, '--now'])).toMatchObject({ code: 0 });
  const second = () => services.forwards!.desk.own[0]!.pod;
  await eventually(() => second() !== first!.pod, 'another pod to take over');
  expect(told.join()).toContain(`has moved from pod ${first!.pod} to ${second()}`);
  await seen(s, new RegExp(`deployment/web +Active .*${second()}`));
  expect(await status(port)).toBe(200);
  screen!.close();
  screen = undefined;
  await expect(status(port)).rejects.toThrow();
  expect(await keptForwards(env)).toEqual([]);
});

test('a set that is marked so begins with the dashboard', async () => {
  const services = await connect();
  const port = await local(services);
  const save = ['pf', 'save', 'morning', `deploy/web=${port}:80`, '--autostart'];
  expect(await services.run(save)).toMatchObject({ code: 0 });
  services.cluster.transport.close();
  const { s, services: opened } = await open('deployments');
  await eventually(() => opened.forwards!.desk.own.length === 1, 'the set to begin');
  await seen(s, `Set morning has started with the dashboard: http://localhost:${port}`);
  expect(await status(port)).toBe(200);
  await s.type(':pf\r');
  await s.press('ctrl-w');
  await seen(s, /deployment\/web +Active/);
  // Once more changes nothing: it runs.
  await s.type(':pf up morning\r');
  await seen(s, 'Set morning, forwards started: 0');
});

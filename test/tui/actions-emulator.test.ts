import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { templates, templateText } from '../../src/tui/actions/change/templates.ts';
import { clusterServices } from '../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../src/tui/services.ts';
import { ownProgram } from './own-program.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let emulator: Emulator;
let folder: string;
let services: DashboardServices;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-doing-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  const env = {
    KUBECONFIG: join(folder, 'config'),
    HOME: folder,
    KCTL_HOME: join(folder, 'kctl'),
    KUBECACHEDIR: join(folder, 'cache'),
  };
  const options = { env, cwd: folder };
  services = clusterServices(await openCluster(options), options, ownProgram);
});

afterEach(() => screen?.close());

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

async function open(kind: string): Promise<TestScreen> {
  screen = await renderTest({ cols: 120, rows: 40, cluster: { services }, kind });
  return screen;
}

const replicas = async (): Promise<string> =>
  (await services.run(['get', 'deploy/web', '-o', 'jsonpath={.spec.replicas}'])).stdout;

test('scaling shows the field that changes, changes it, and is taken back by a key', async () => {
  const made = await services.run(['create', 'deployment', 'web', '--image=nginx:1.27', '--replicas=1']);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const s = await open('deployments');
  await s.waitFor(/web +\d\/1/);
  await s.press('s', 'backspace');
  await s.type('2');
  await s.waitFor(/spec\.replicas: 1 -> 2 +\(of kubectl-create\)/);
  await s.press('tab', 'right', 'enter');
  await s.waitFor('Scaled deployments.apps default/web');
  expect(await replicas()).toBe('2');
  await s.press('shift-u');
  await s.waitFor('spec.replicas: 2 -> 1');
  await s.waitFor('scale deployments.apps/web --replicas=2 -n default');
  await s.press('right', 'enter');
  await s.waitFor(/Change \d+ is taken back/);
  expect(await replicas()).toBe('1');
});

test('a rollback shows the template that comes back', async () => {
  const set = await services.run(['set', 'image', 'deploy/web', 'nginx=nginx:1.28']);
  expect(set.code).toBe(0);
  const s = await open('deployments');
  await s.waitFor(/web +\d\/1/);
  await s.press('ctrl-l');
  await s.waitFor('revision 1');
  await s.press('enter');
  await s.waitFor(/containers\[name=nginx\]\.image: "nginx:1\.28" -> "nginx:1\.27"/);
  await s.waitFor('rollout undo deployments.apps/web --to-revision=1 -n default');
  await s.press('right', 'enter');
  await s.waitFor('Rolled back deployments.apps default/web');
  const image = ['get', 'deploy/web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}'];
  expect((await services.run(image)).stdout).toBe('nginx:1.27');
});

test('z on a deployment shows its replica sets, and Ctrl-L there rolls back to one', async () => {
  const s = await open('deployments');
  await s.waitFor(/web +\d\/1/);
  await s.press('z');
  await s.waitFor('replicasets.apps(default · deploy/web)[2]');
  const revisions = s.text();
  expect(revisions.match(/web-[a-z0-9]+ /g)?.length).toBeGreaterThanOrEqual(2);
  await s.press('ctrl-l');
  await s.waitFor(/Roll back to revision \d+\?/);
});

test('what the server refuses is shown whole, and nothing is changed', async () => {
  const s = await open('deployments');
  await s.waitFor(/web +\d\/1/);
  await s.press('alt-l');
  await s.type('a/b/c=x');
  await s.press('tab');
  await s.waitFor(/x .*invalid|x error/);
  await s.press('right', 'enter');
  await s.waitFor('Label failed');
  expect((await services.run(['get', 'deploy/web', '-o', 'jsonpath={.metadata.labels}'])).stdout).toBe('{"app":"web"}');
});

test('a cordon is seen by field before it is done', async () => {
  const s = await open('nodes');
  await s.waitFor(/Ready/);
  await s.press('c');
  await s.waitFor(/spec\.unschedulable: \(none\) -> true/);
  await s.press('right', 'enter');
  await s.waitFor('SchedulingDisabled');
  await s.press('u');
  await s.waitFor(/spec\.unschedulable: true -> \(none\)/);
});

describe('templates', () => {
  test('are at least twenty kinds', () => {
    const kinds = new Set(templates.map(({ yaml }) => /^kind: (.*)$/m.exec(yaml)?.[1]));
    expect(kinds.size).toBeGreaterThanOrEqual(20);
  });

  test.each(templates)('$name is taken by a server as it stands', async (template) => {
    const stdin = templateText(template, 'default');
    const tried = await services.run(['create', '-f', '-', '--dry-run=server', '--validate=strict'], { stdin });
    expect(tried.stderr).toBe('');
    expect(tried).toMatchObject({ code: 0 });
    expect(stdin.includes('namespace: default')).toBe(!template.clusterWide);
  });
});

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { startEmulator } from '../../../src/emulator/start.ts';
import { openCluster } from '../../../src/kube/open-cluster.ts';
import { clusterServices } from '../../../src/tui/cluster-services.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { ownProgram } from '../own-program.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let emulator: Emulator;
let folder: string;
let services: DashboardServices;
let screen: TestScreen | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-editing-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  const env = {
    KUBECONFIG: join(folder, 'config'),
    HOME: folder,
    KCTL_HOME: join(folder, 'kctl'),
    KUBECACHEDIR: join(folder, 'cache'),
    PATH: process.env.PATH,
    TMPDIR: folder,
    EDITOR: join(folder, 'editor.sh'),
  };
  const options = { env, cwd: folder };
  services = clusterServices(await openCluster(options), options, ownProgram);
});

afterEach(() => screen?.close());

afterAll(async () => {
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

/** Has the editor do this with the file. */
function editorDoes(script: string): void {
  writeFileSync(join(folder, 'editor.sh'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'editor.sh'), 0o700);
}

async function open(kind: string): Promise<TestScreen> {
  screen = await renderTest({ cols: 120, rows: 40, cluster: { services }, kind });
  return screen;
}

const kctl = async (...argv: string[]): Promise<string> => {
  const { code, stdout, stderr } = await services.run(argv);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout;
};

test('an edit of a deployment that moves meanwhile keeps what both have changed', async () => {
  await kctl('create', 'deployment', 'web', '--image=nginx:1.27', '--replicas=1');
  editorDoes('sed -i "s/nginx:1.27/nginx:1.28/; 0,/  replicas: 1/s//  replicas: 2/" $1');
  const s = await open('deployments');
  await s.waitFor(/web +\d\/1/);
  await expect.poll(() => kctl('get', 'deploy', 'web', '-o', 'jsonpath={.status.replicas}')).toBe('1');
  await s.press('e');
  await s.waitFor('The server would take it');
  await s.waitFor('its template changes, 1 pod would be replaced');
  await kctl('patch', 'deploy', 'web', '-p', '{"spec":{"replicas":3,"minReadySeconds":5}}');
  await s.waitFor('you have 2, others made it 3');
  await s.waitFor('spec.minReadySeconds: (none) -> 5');
  await s.press('m', 's');
  await s.waitFor('Saved deployments.apps default/web');
  const path = '{.spec.replicas} {.spec.minReadySeconds} {.spec.template.spec.containers[0].image}';
  expect(await kctl('get', 'deploy', 'web', '-o', `jsonpath=${path}`)).toBe('2 5 nginx:1.28');
  // Saving is a change like any other: a key takes it back.
  await s.press('shift-u');
  await s.waitFor('spec.replicas: 2 -> 3');
});

test('what the server refuses is told before anybody saves', async () => {
  editorDoes('sed -i "s/image: nginx:.*/image: \\"\\"/" $1');
  const s = await open('deployments');
  await s.waitFor(/web +\d\//);
  await s.press('e');
  await s.waitFor('x The server refuses it:');
  await s.waitFor('Required value');
  await s.press('ctrl-d');
  await s.waitFor('Thrown away');
});

test('a secret goes to the server as it was typed', async () => {
  await kctl('create', 'secret', 'generic', 'tokens', '--from-literal=password=hunter2', '--from-literal=old=x');
  editorDoes('sed -i "s/hunter2/비밀 번호/; /old: x/d" $1');
  const s = await open('secrets');
  await s.waitFor('tokens');
  await s.press('e');
  await s.waitFor('The server would take it');
  expect(s.text()).not.toContain('비밀');
  await s.press('s');
  await s.waitFor('Saved secrets default/tokens');
  const { data } = JSON.parse(await kctl('get', 'secret', 'tokens', '-o', 'json'));
  expect(data).toEqual({ password: Buffer.from('비밀 번호').toString('base64') });
});

test('what an open table has shown can be compared with, and seen as it was', async () => {
  const s = await open('deployments');
  await s.waitFor(/web +\d\//);
  await kctl('set', 'image', 'deploy/web', 'nginx=nginx:1.30');
  await s.press('shift-d');
  await s.waitFor(/image: nginx:1\.2\d +│ .*image: nginx:1\.30/);
});

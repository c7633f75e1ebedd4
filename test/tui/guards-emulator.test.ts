import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findBuiltin } from '../../src/api/resources.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/start.ts';
import type { Cluster } from '../../src/kube/cluster.ts';
import { openCluster } from '../../src/kube/open-cluster.ts';
import { runServices } from '../../src/tui/run-program.ts';
import type { DashboardServices } from '../../src/tui/services.ts';
import { ownProgram } from './own-program.ts';

let emulator: Emulator;
let cluster: Cluster;
let folder: string;
let run: DashboardServices['run'];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-guards-'));
  emulator = await startEmulator({ dataDir: ':memory:', port: 0, nodes: 1, seed: 'empty', name: 'test' });
  writeFileSync(join(folder, 'config'), emulator.adminKubeconfig, { mode: 0o600 });
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, KCTL_HOME: folder };
  cluster = await openCluster({ env, cwd: folder });
  ({ run } = runServices(ownProgram, cluster, env));
  await emulator.client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
});

afterAll(async () => {
  cluster.transport.close();
  await emulator.stop();
  rmSync(folder, { recursive: true });
});

const settings = (dashboard: object) => writeFileSync(join(folder, 'settings.json'), JSON.stringify({ dashboard }));
const names = (namespace: string) =>
  emulator.lister
    .list('configmaps', namespace)
    .map(({ metadata }) => metadata.name)
    .filter((name) => name !== 'kube-root-ca.crt')
    .sort();
const list = (...items: string[]) =>
  JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'List' },
    items: items.map((item) => {
      const [namespace, name] = item.split('/');
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } };
    }),
  });

beforeEach(async () => {
  settings({});
  for (const namespace of ['default', 'shop']) {
    for (const name of names(namespace)) await run(['delete', 'configmap', name!, '-n', namespace]);
  }
});

test('what is forbidden is refused before anything is sent, whatever the words of the command line', async () => {
  await run(['create', 'configmap', 'kept', '-n', 'shop']);
  settings({ deny: [{ action: 'del*', namespace: 'sh*', why: 'Ask the shop team.' }] });
  const refused = [
    ['delete', 'configmap', 'kept', '-n', 'shop'],
    ['delete', 'configmap/kept', '-nshop'],
    ['delete', '--namespace=shop', 'configmap', '--all'],
    // The namespace stands in no flag: the request itself is held back.
    ['delete', '--raw', '/api/v1/namespaces/shop/configmaps/kept'],
    ['delete', 'configmaps', '-A', '--field-selector=metadata.name=kept'],
  ];
  for (const argv of refused) {
    const { code, stderr } = await run(argv);
    expect([argv.join(' '), code, stderr]).toEqual([argv.join(' '), 1, expect.stringContaining('Ask the shop team.')]);
  }
  expect(await run(['delete', '-f', '-'], { stdin: list('shop/kept') })).toMatchObject({ code: 1 });
  expect(names('shop')).toEqual(['kept']);
  // Rehearsals and other namespaces pass.
  expect(await run(['delete', 'configmap', 'kept', '-n', 'shop', '--dry-run=server'])).toMatchObject({ code: 0 });
  await run(['create', 'configmap', 'gone']);
  expect(await run(['delete', 'configmap', 'gone'])).toMatchObject({ code: 0, stderr: '' });
});

test('a rule for a request holds for undo too, which deletes what was created', async () => {
  await run(['create', 'configmap', 'made', '-n', 'shop']);
  settings({ deny: [{ action: 'delete' }] });
  const { code, stdout, stderr } = await run(['undo', '--yes']);
  expect(stdout + stderr).toContain('the settings forbid delete');
  expect(code).toBe(1);
  expect(names('shop')).toEqual(['made']);
});

test('more objects than may be changed at once are refused before the first one is', async () => {
  settings({ maxBulk: 2 });
  const three = list('default/a', 'default/b', 'shop/c');
  const refused = await run(['apply', '-f', '-'], { stdin: three });
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain('3 objects are more than the 2 that the settings allow at once');
  expect([...names('default'), ...names('shop')]).toEqual([]);
  expect(await run(['apply', '-f', '-'], { stdin: list('default/a', 'default/b') })).toMatchObject({ code: 0 });
  settings({});
  await run(['create', '-f', '-'], { stdin: list('default/c') });
  settings({ maxBulk: 2 });
  const all = await run(['delete', 'configmaps', 'a', 'b', 'c']);
  expect(all.stderr).toContain('3 objects are more than the 2');
  expect(names('default')).toEqual(['a', 'b', 'c']);
});

test('another context is changed from there only, where there are rules', async () => {
  settings({ maxBulk: 2 });
  const { code, stderr } = await run(['create', 'configmap', 'x', '--context=elsewhere']);
  expect([code, stderr]).toEqual([1, expect.stringContaining('elsewhere has rules of its own')]);
});

test('an object that took the name of the one that was looked at is not deleted: the server is given the uid', async () => {
  await run(['create', 'configmap', 'twin']);
  const { uid } = emulator.lister.get('configmaps', 'default', 'twin')!.metadata;
  await run(['delete', 'configmap', 'twin']);
  await run(['create', 'configmap', 'twin']);
  const ref = { resource: findBuiltin('configmaps')!, namespace: 'default', name: 'twin' };
  const argv = ['delete', 'configmaps/twin', '--wait=false', '-n', 'default'];
  const { code, stderr } = await run(argv, { targets: [{ ...ref, uid: uid! }] });
  expect([code, stderr]).toEqual([1, expect.stringContaining('the UID in the precondition')]);
  expect(names('default')).toEqual(['twin']);
  const now = emulator.lister.get('configmaps', 'default', 'twin')!.metadata.uid!;
  expect(await run(argv, { targets: [{ ...ref, uid: now }] })).toMatchObject({ code: 0 });
  expect(names('default')).toEqual([]);
});

test('a drain counts as its nodes, and rows that were chosen are not counted again', async () => {
  await run(['create', 'deployment', 'web', '--image=nginx:1.27', '--replicas=3']);
  settings({ maxBulk: 1 });
  const [node] = emulator.lister.list('nodes');
  const drained = await run(['drain', node!.metadata.name!, '--ignore-daemonsets', '--timeout=20s']);
  expect(drained).toMatchObject({ code: 0 });
  const ref = { resource: findBuiltin('configmaps')!, namespace: 'default' };
  const targets = ['a', 'b'].map((name) => ({ ...ref, name }));
  const { code } = await run(['create', '-f', '-'], { stdin: list('default/a', 'default/b'), targets });
  expect(code).toBe(0);
  expect(names('default')).toEqual(['a', 'b']);
});

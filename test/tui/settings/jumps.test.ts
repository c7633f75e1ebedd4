import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readUserFiles, type UserFiles } from '../../../src/settings/read-user-files.ts';
import { type FakeCluster, fakeCluster, podRow, putObject } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let home: string;
let s: TestScreen | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-jumps-'));
});
afterEach(() => {
  s?.close();
  s = undefined;
  rmSync(home, { recursive: true });
});

const write = (text: string, folder = home) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'jumps.yaml'), text);
};
const files = (): UserFiles => readUserFiles({ KCTL_HOME: home }, 'kind-dev');

/** A dashboard on pods whose discovery finds kinds by version and group, too. */
async function open(): Promise<FakeCluster> {
  const fake = fakeCluster([podRow('shop', 'web-0', { labels: { app: 'web' } })]);
  const { discovery } = fake.services.cluster;
  const resolve = discovery.resolve.bind(discovery);
  discovery.resolve = (name) => resolve(name.replace(/^(\w+)\.v1\./, '$1.'));
  putObject(fake, 'pods', podRow('shop', 'web-0', { labels: { app: 'web' } }).object);
  s = await renderTest({ cols: 100, rows: 24, cluster: fake, kind: 'pods shop', userFiles: files });
  return fake;
}

const scopeOf = (fake: FakeCluster, kind: string) => fake.tables.get(kind)?.scopes.at(-1);

test('enter leads where the file says, by what the object has', async () => {
  write(
    "jumps:\n  v1/pods:\n    targetGVR: apps/v1/deployments\n    labelSelector: 'app={{.metadata.labels.app}}'\n    fieldSelector: 'metadata.name!={{.metadata.name}}'\n",
  );
  const fake = await open();
  await s!.press('enter');
  await s!.waitFor('deployments');
  expect(s!.lines().join('\n')).toContain('pod/web-0');
  expect(scopeOf(fake, 'deployments.apps')).toEqual({
    namespace: 'shop',
    labelSelector: 'app=web',
    fieldSelector: 'metadata.name!=web-0',
  });
  await s!.press('esc');
  await s!.waitFor('web-0');
});

test.each([
  ['all', {}],
  ['default', { namespace: 'default' }],
  ['same', { namespace: 'shop' }],
])('in the namespaces that it names: %s', async (place, scope) => {
  write(`jumps:\n  v1/pods:\n    targetGVR: v1/configmaps\n    targetNamespace: ${place}\n`);
  const fake = await open();
  await s!.press('enter');
  await s!.waitFor('configmaps');
  expect(scopeOf(fake, 'configmaps')).toEqual(scope);
});

test('a field that is not there is an error and no selector of everything', async () => {
  write("jumps:\n  v1/pods:\n    targetGVR: v1/configmaps\n    labelSelector: '{{.spec.nothing.here}}'\n");
  const fake = await open();
  await s!.press('enter');
  await s!.waitFor(/error executing template/);
  expect(fake.tables.get('configmaps')).toBeUndefined();
});

test('what is no kind is told', async () => {
  write('jumps:\n  v1/pods:\n    targetGVR: configmaps\n');
  await open();
  await s!.press('enter');
  await s!.waitFor('jumps.yaml: "configmaps" is no GROUP/VERSION/RESOURCE');
});

test('a file that changes holds at once; what is wrong in it is told and changes nothing', async () => {
  const fake = await open();
  write('jumps:\n  v1/pods:\n    targetGVR: v1/configmaps\n');
  s!.dashboard.reloadFiles();
  write('jumps:\n  v1/pods:\n    target: v1/services\n');
  s!.dashboard.reloadFiles();
  await s!.waitFor('there is no such setting; did you mean "targetGVR"?');
  await s!.press('enter');
  await s!.waitFor('configmaps');
  expect(fake.tables.get('services')).toBeUndefined();
});

test('a context has ways of its own, and :settings shows them', async () => {
  write('jumps:\n  v1/pods:\n    targetGVR: v1/services\n');
  write('jumps:\n  v1/pods:\n    targetGVR: v1/configmaps\n', join(home, 'contexts', 'kind-dev'));
  await open();
  await s!.press(':');
  await s!.type('settings\r');
  await s!.waitFor('Enter leads to');
  expect(s!.text()).toMatch(/v1\/pods +v1\/configmaps/);
});

test('$GROUPS is what the server says, asked once and only where it is wanted', async () => {
  writeFileSync(
    join(home, 'plugins.yaml'),
    [
      'plugins:',
      '  who:',
      '    shortCut: Shift-Z',
      '    description: Who',
      '    scopes: [all]',
      '    command: kctl',
      '    background: true',
      '    args: [get, pods, --as-group, $GROUPS]',
      '  plain:',
      '    shortCut: Shift-Q',
      '    description: Plain',
      '    scopes: [all]',
      '    command: kctl',
      '    background: true',
      '    args: [get, $NAME]',
      '',
    ].join('\n'),
  );
  const fake = await open();
  const told = { status: { userInfo: { groups: ['dev', 'system:authenticated'] } } };
  fake.answers.set('auth whoami -o json', { code: 0, stdout: JSON.stringify(told), stderr: '' });
  await s!.press('shift-q');
  await s!.settle();
  expect(fake.commands).not.toContain('auth whoami -o json');
  await s!.press('shift-z', 'shift-z');
  await s!.settle();
  expect(fake.commands).toContain('get pods --as-group dev,system:authenticated');
  expect(fake.commands.filter((line) => line.startsWith('auth whoami'))).toHaveLength(1);
});

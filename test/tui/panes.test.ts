import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fakeCluster, podRow } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let screen: TestScreen | undefined;
afterEach(() => screen?.close());

async function open(cols: number, rows: number): Promise<TestScreen> {
  const cluster = fakeCluster([podRow('shop', 'web-1'), podRow('shop', 'db-0')]);
  screen = await renderTest({ cols, rows, cluster });
  await screen.waitFor('web-1');
  return screen;
}

test('a new tab shows what its neighbour shows, has a name, and goes', async () => {
  const { press, type, text, lines } = await open(100, 24);
  await press('alt-t');
  expect(lines()[2]).toContain('1 pods');
  expect(lines()[2]).toContain('[2 pods');
  await type(':deploy\r');
  expect(lines()[2]).toContain('[2 deployments');
  await press('alt-r');
  await type('rollouts');
  await press('enter');
  expect(lines()[2]).toContain('[2 rollouts]');
  await press('alt-p');
  expect(lines()[2]).toContain('[1 pods');
  await press('alt-n', 'alt-w');
  expect(text()).not.toContain('rollouts');
});

test('panes lie side by side, keys go to one of them, and zoom shows it alone', async () => {
  const { press, type, lines, text } = await open(120, 24);
  await press('alt-v');
  await type(':deploy\r');
  const title = lines().find((line) => line.includes('▶'))!;
  expect(title).toMatch(/pods\(shop\).*│?▶ deployments\.apps\(shop\)/);
  await press('alt-o');
  expect(lines().find((line) => line.includes('▶'))).toMatch(/▶ pods\(shop\).*deployments/);
  await press('alt-z');
  expect(text()).not.toContain('deployments.apps(');
  await press('alt-z', 'alt-x');
  expect(lines().find((line) => line.includes('deployments.apps('))).not.toContain('▶');
});

test('what is too small for two panes shows the one with the focus', async () => {
  const { press, resize, text } = await open(120, 24);
  await press('alt-v');
  await resize(44, 24);
  expect(text()).not.toContain('│');
  await resize(120, 24);
  expect(text()).toContain('│');
});

test('a workspace is kept with its tabs and panes, and comes back', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kctl-workspaces-'));
  const cluster = fakeCluster([podRow('shop', 'web-1')]);
  const services = { ...cluster.services, env: { KCTL_HOME: home } };
  const start = () => renderTest({ cols: 140, rows: 30, cluster: { ...cluster, services } });
  screen = await start();
  await screen.press('alt-v');
  await screen.type(':deploy all /x\r');
  await screen.press('alt-s');
  await screen.type(':no\r');
  await screen.press('alt-o', 'alt-t');
  await screen.type(':svc\r');
  await screen.type(':workspace save morning\r');
  screen.close();
  screen = await start();
  await screen.type(':workspace morning\r');
  await screen.waitFor('[1 pods shop]  2 services shop');
  await screen.waitFor('nodes[0]');
  await screen.waitFor('deployments.apps(all)[0] /x');
  expect(screen.lines().find((line) => line.includes('▶'))).toMatch(/▶ pods\(shop\)/);
  await screen.press('alt-n');
  await screen.waitFor('services(shop)');
  await screen.type(':workspace delete morning\r');
  await screen.type(':workspace morning\r');
  await screen.waitFor('there is no workspace "morning"');
});

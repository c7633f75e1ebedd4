import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fakeCluster, podRow, putObject } from './fake-services.ts';
import { renderTest, type TestScreen } from './render-test.ts';

let s: TestScreen;
let folder: string | undefined;
afterEach(() => {
  s.close();
  if (folder) rmSync(folder, { recursive: true });
});

async function open(cols = 140, rows = 30, env: Record<string, string> = {}) {
  const names = ['api-0', 'web-0', 'web-1'];
  const fake = fakeCluster(names.map((name) => podRow('shop', name)));
  for (const name of names) putObject(fake, 'pods', podRow('shop', name).object);
  const services = { ...fake.services, env };
  s = await renderTest({ cols, rows, cluster: { services, timing: fake.timing }, kind: 'pods shop' });
  return { fake, services };
}

async function follow(what: string): Promise<void> {
  await s.press('alt-f');
  await s.type(what);
  await s.press('enter');
  await s.settle();
  await s.settle();
}

test.each([
  [80, 24],
  [120, 40],
  [200, 50],
])('a pane shows what is under the cursor beside it, at %i×%i', async (cols, rows) => {
  await open(cols, rows);
  await follow('desc');
  await s.waitFor(/describe\(pods shop\/api-0/);
  expect(s.text()).toMatch(/Name: +api-0/);
  // The keys stay where they were.
  expect(s.text()).toMatch(/▶ pods/);
  await s.press('j', 'j');
  await s.waitFor(/Name: +web-1/);
  expect(s.text()).not.toMatch(/Name: +api-0/);
});

test('rows that are passed on the way are not opened', async () => {
  const { fake } = await open();
  let described = 0;
  const { describe } = fake.services;
  fake.services.describe = (ref) => {
    described++;
    return describe(ref);
  };
  s.close();
  s = await renderTest({ cols: 140, rows: 30, cluster: fake, kind: 'pods shop' });
  await follow('desc');
  await s.waitFor(/Name: +api-0/);
  const before = described;
  for (const step of ['down', 'down', 'up', 'down'] as const) s.dashboard.current().move(step);
  await s.settle();
  await s.waitFor(/Name: +web-1/);
  expect(described - before).toBe(1);
});

test('two follow, and one in which something else is opened follows no more', async () => {
  await open(200, 40);
  await follow('yaml');
  await s.waitFor('name: api-0');
  await follow('desc');
  await s.waitFor(/Name: +api-0/);
  await s.press('j');
  await s.waitFor('name: web-0');
  await s.waitFor(/Name: +web-0/);
  // The description's pane: out of it leads Esc, and it stays as it is then.
  await s.press('alt-o', 'esc', 'alt-o', 'alt-o', 'j');
  await s.waitFor('name: web-1');
  expect(s.text()).not.toMatch(/Name: +web-1/);
});

test('workspaces keep who follows whom', async () => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-links-'));
  const { services, fake } = await open(140, 30, { KCTL_HOME: folder });
  await follow('desc');
  await s.waitFor(/Name: +api-0/);
  await s.press(':');
  await s.type('workspace save two\r');
  await s.waitFor('Kept as two');
  expect(readFileSync(join(folder, 'dashboard', 'workspaces.json'), 'utf8')).toContain('"show": "describe"');
  s.close();
  s = await renderTest({ cols: 140, rows: 30, cluster: { services, timing: fake.timing }, kind: 'pods shop' });
  await s.press(':');
  await s.type('workspace two\r');
  await s.waitFor(/Name: +api-0/);
  await s.press('j');
  await s.waitFor(/Name: +web-0/);
});

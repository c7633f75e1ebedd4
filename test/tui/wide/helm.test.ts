import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { allValues, readRelease } from '../../../src/store/helm/release.ts';
import { runServices } from '../../../src/tui/run-program.ts';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { ownProgram } from '../own-program.ts';
import { checkScreen, sizes, type WideCluster, wideCluster } from './wide-cluster.ts';

/** Two revisions as helm 3.19 wrote them. */
const secrets: KubeObject[] = JSON.parse(
  readFileSync(new URL('../../fixtures/helm/hello.json', import.meta.url), 'utf8'),
);

let cluster: WideCluster;

beforeAll(async () => {
  cluster = await wideCluster();
  const { client } = cluster.emulator;
  await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  for (const secret of secrets) await client.create('secrets', secret);
}, 60_000);

afterAll(() => cluster.stop());

describe('what helm keeps in a secret', () => {
  test('is read as helm wrote it', async () => {
    const release = await readRelease(secrets[1]!);
    expect(release).toMatchObject({ name: 'hello', version: 2, config: { greeting: '안녕', image: { tag: '1.28' } } });
    expect(release.chart?.metadata).toMatchObject({ name: 'greeter', version: '1.4.2', appVersion: '2.0' });
    expect(allValues(release)).toEqual({ replicas: 1, greeting: '안녕', image: { name: 'nginx', tag: '1.28' } });
  });

  test('may be plain, as old versions wrote it; null takes a value of the chart away', async () => {
    const json = JSON.stringify({
      name: 'old',
      version: 1,
      chart: { values: { a: 1, b: { c: 2 } } },
      config: { a: null, b: 3 },
    });
    const twice = (bytes: Buffer) => Buffer.from(bytes.toString('base64')).toString('base64');
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
    const release = await readRelease({ ...secret, data: { release: twice(Buffer.from(json)) } });
    expect(allValues(release)).toEqual({ b: 3 });
    await expect(readRelease({ ...secret, data: { release: twice(gzipSync('nonsense')) } })).rejects.toThrow(
      /secret s holds no release that can be read/,
    );
    await expect(readRelease({ ...secret, data: {} })).rejects.toThrow('secret s holds no release');
  });
});

describe.each(sizes)('releases at %i×%i', (cols, rows) => {
  test('each stands once, as its newest revision is', async () => {
    const s = await cluster.open('helm shop', cols, rows);
    await s.waitFor(/helm\(shop\)\[1\]/);
    await s.waitFor(/hello +2 +deployed +greeter-1\.4\.2/);
    checkScreen(s, cols);
    s.close();
  });
});

test('from a release to its history, its values, its manifest, its hooks and its notes', async () => {
  const s = await cluster.open('helm shop', 120, 40);
  await s.waitFor(/greeter-1\.4\.2 +2\.0/);
  await s.press('m');
  await s.waitFor('manifest(hello.v2)');
  await s.waitFor('name: hello-greeting');
  await s.press('esc', 'i');
  await s.waitFor('Say 안녕 to 서울.');
  await s.press('esc', 'shift-h');
  await s.waitFor('# pre-upgrade');
  await s.press('esc', 'enter');
  await s.waitFor(/helm-history\(shop · hello\)\[2\]/);
  expect(s.text()).toMatch(/hello +2 +deployed[\s\S]*hello +1 +superseded/);
  await s.press('enter');
  await s.waitFor('values(hello.v2)');
  await s.waitFor('greeting: 안녕');
  expect(s.text()).not.toContain('replicas');
  await s.press('v');
  await s.waitFor('replicas: 1');
});

test('a release leads to the layers of the images that its manifest names', async () => {
  const { client } = cluster.emulator;
  const spec = { template: { spec: { containers: [{ name: 'main', image: 'busybox:1' }] } } };
  const manifest = JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec });
  const release = gzipSync(JSON.stringify({ name: 'web', namespace: 'live', version: 1, manifest })).toString('base64');
  await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'live' } });
  await client.create('secrets', {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1' },
    metadata: {
      ...{ name: 'sh.helm.release.v1.web.v1', namespace: 'live' },
      labels: { owner: 'helm', name: 'web', version: '1', status: 'deployed' },
    },
    data: { release: Buffer.from(release).toString('base64') },
  });
  const s = await cluster.open('helm live', 120, 40);
  await s.waitFor(/web +1 +deployed/);
  await s.press('shift-i');
  await s.waitFor('layers(busybox:1)');
  await s.press('esc');
  await s.waitFor(/> +web +1 +deployed/);
  s.close();
});

/** Commands run in this process, and on nobody's terminal. */
const withProgram = (services: DashboardServices) => {
  const { cluster: opened, env } = services;
  Object.assign(services, runServices(ownProgram, opened, env, undefined));
};

const kept = (name: string) => cluster.emulator.lister.get('secrets', 'shop', `sh.helm.release.v1.${name}`);

test('a release is rolled back to the revision under the cursor, after a look at what comes of it', async () => {
  const s = await cluster.open('helm shop', 120, 40, withProgram);
  await s.waitFor(/hello +2 +deployed/);
  await s.press('enter');
  await s.waitFor(/hello +1 +superseded/);
  await s.press('j', 'r');
  await s.waitFor('Roll hello back?');
  await s.waitFor('kctl helm rollback hello 1 -n shop');
  await s.waitFor('Revision 3 of hello would be as revision 1 was');
  expect(kept('hello.v3')).toBeUndefined();
  await s.press('tab', 'enter');
  await s.waitFor(/hello +3 +deployed/);
  expect(s.text()).toMatch(/hello +2 +superseded/);
}, 30_000);

test('a release is uninstalled, with its history or without', async () => {
  const s = await cluster.open('helm shop', 120, 40, withProgram);
  await s.waitFor(/hello +\d +deployed/);
  await s.press('ctrl-d');
  await s.waitFor('Uninstall?');
  await s.waitFor('kctl helm uninstall hello -n shop');
  await s.waitFor('Release hello would be uninstalled');
  await s.press('shift-tab', 'right');
  await s.waitFor('kctl helm uninstall hello --keep-history -n shop');
  await s.press('tab', 'tab', 'enter');
  await s.waitFor(/hello +\d +uninstalled/);
}, 30_000);

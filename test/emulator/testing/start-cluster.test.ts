import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCluster } from '../../../src/emulator/testing/start-cluster.ts';

const home = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Another project, with this package and the client library among its dependencies. */
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'kctl-project-'));
  const modules = join(project, 'node_modules');
  mkdirSync(join(modules, '@kubernetes'), { recursive: true });
  symlinkSync(home, join(modules, 'kctl'));
  symlinkSync(join(home, 'node_modules/@kubernetes/client-node'), join(modules, '@kubernetes/client-node'));
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const CONSUMER = `
import { KubeConfig, CoreV1Api, AppsV1Api } from '@kubernetes/client-node';
import { startCluster } from 'kctl/testing';
import { writeSync } from 'node:fs';

const clusters = await Promise.all([
  startCluster({ clock: 'simulated', nodes: 2 }),
  startCluster({ kubeconfigPath: 'kubeconfig', name: 'other' }),
]);
const [first, second] = clusters;
const config = new KubeConfig();
config.loadFromString(first.kubeconfig);
const core = config.makeApiClient(CoreV1Api);
await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
  namespace: 'default',
  body: {
    metadata: { name: 'web' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'nginx:1.27' }] } },
    },
  },
});
await first.advance(60_000);
const { items } = await core.listNamespacedPod({ namespace: 'default' });
const fromFile = new KubeConfig();
fromFile.loadFromFile(second.kubeconfigPath);
const other = await fromFile.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'default' });
writeSync(1, JSON.stringify({
  phases: items.map((pod) => pod.status.phase),
  nodes: (await core.listNode()).items.length,
  others: other.items.length,
  context: fromFile.getCurrentContext(),
}));
await Promise.all(clusters.map((cluster) => cluster.stop()));
// The process ends by itself only where nothing was left behind.
`;

describe('kctl/testing in another project', () => {
  test('gives clusters that a client library works with, and leaves nothing behind', async () => {
    writeFileSync(join(project, 'consumer.mjs'), CONSUMER);
    const { stdout } = await promisify(execFile)(process.execPath, ['consumer.mjs'], { cwd: project, timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual({
      phases: ['Running', 'Running', 'Running'],
      nodes: 2,
      others: 0,
      context: 'other',
    });
    expect(statSync(join(project, 'kubeconfig')).mode & 0o777).toBe(0o600);
  });

  test('says its types', () => {
    const tsc = join(home, 'node_modules/typescript-native/bin/tsc');
    const check = (text: string, target = 'esnext') => {
      writeFileSync(join(project, 'typed.ts'), text);
      const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', target, '--types', '', 'typed.ts'];
      execFileSync(process.execPath, [tsc, ...flags], { cwd: project, stdio: 'pipe' });
    };
    const head = `import { startCluster, type RunningCluster } from 'kctl/testing';\n`;
    check(`${head}const c: RunningCluster = await startCluster({ seed: 'demo', nodes: 3 }); c.url satisfies string;`);
    check(`${head}const c: RunningCluster = await startCluster(); await c.stop();`, 'es2022');
    expect(() => check(`${head}await startCluster({ nodes: 'three' });`)).toThrow();
  });
});

describe('a cluster in this process', () => {
  test('is set up and looked at without HTTP, and what is got is a copy', async () => {
    await using cluster = await startCluster();
    const made = await cluster.client.create('configmaps', {
      metadata: { name: 'a', namespace: 'default' },
      data: { k: 'v' },
    });
    made.data.k = 'changed';
    expect(cluster.client.get('configmaps', 'default', 'a')?.data).toEqual({ k: 'v' });
    await cluster.client.update('configmaps', { ...made, data: { k: 'new' } });
    expect(cluster.client.list('configmaps', 'default').map((one) => one.data.k)).toContain('new');
    await expect(
      cluster.client.create('configmaps', { metadata: { name: 'A', namespace: 'default' } }),
    ).rejects.toMatchObject({
      status: { reason: 'Invalid', code: 422 },
    });
    await cluster.client.delete('configmaps', 'default', 'a');
    expect(cluster.client.get('configmaps', 'default', 'a')).toBeUndefined();
    await expect(cluster.advance(1)).rejects.toThrow("startCluster({ clock: 'simulated' })");
    await cluster.stop();
  });

  test('is kept in a folder that one of them has at a time', async () => {
    const dataDir = join(project, 'data');
    const first = await startCluster({ dataDir });
    await expect(startCluster({ dataDir })).rejects.toMatchObject({
      code: 'conflict',
      message: `the cluster's database ${join(dataDir, 'cluster.db')} is in use by another process`,
    });
    await first.client.create('configmaps', { metadata: { name: 'kept', namespace: 'default' } });
    await first.stop();
    const second = await startCluster({ dataDir });
    expect(second.client.get('configmaps', 'default', 'kept')).toBeDefined();
    await second.stop();
  });

  test('does not stay where its kubeconfig cannot be written', async () => {
    const kubeconfigPath = join(project, 'no', 'such', 'folder');
    await expect(startCluster({ kubeconfigPath, dataDir: join(project, 'orphan') })).rejects.toThrow();
    const again = await startCluster({ dataDir: join(project, 'orphan'), kubeconfigPath: join(project, 'config') });
    expect(readFileSync(join(project, 'config'), 'utf8')).toBe(again.kubeconfig);
    await again.stop();
  });
});

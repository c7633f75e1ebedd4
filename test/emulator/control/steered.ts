import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Json, type TestCluster, testCluster } from '../server/cluster.ts';

/** Clusters and folders of one test file, which go after each test. */
export function steered() {
  const clusters: TestCluster[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const one of clusters.splice(0)) await one.stop();
    for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
  });
  return {
    async start(options: Parameters<typeof testCluster>[0] = {}): Promise<TestCluster> {
      const cluster = await testCluster(options);
      clusters.push(cluster);
      return cluster;
    },
    /** Ends the cluster that was started last. */
    stop: () => clusters.pop()!.stop(),
    folder(): string {
      const folder = mkdtempSync(join(tmpdir(), 'kctl-steered-'));
      folders.push(folder);
      return folder;
    },
  };
}

/** `POST /kctl/v1/<path>` */
export async function post(
  cluster: TestCluster,
  path: string,
  body: unknown = {},
): Promise<{ status: number; answer: Json }> {
  const { status, body: answer } = await cluster.call('POST', `/kctl/v1/${path}`, { body });
  return { status, answer };
}

/** A Deployment with two pods of nginx. */
export const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'app', image: 'nginx:1.27' }] },
    },
  },
};

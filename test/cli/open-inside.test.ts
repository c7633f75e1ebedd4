import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ContextParts } from '../../src/cli/context.ts';
import { openInside } from '../../src/cli/open-inside.ts';
import type { Cluster } from '../../src/kube/cluster.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-inside-'));
afterAll(() => rmSync(folder, { recursive: true }));

const context = (name: string) => ({ name, context: { cluster: 'c', user: 'u' } });
const kubeconfig = {
  ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
  clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
  users: [{ name: 'u', user: {} }],
  contexts: [context('here'), context('there')],
};
writeFileSync(join(folder, 'config'), JSON.stringify(kubeconfig));

const cluster = { contextName: 'here', namespace: 'default', namespaceExplicit: false } as Cluster;

async function opened(globals: Record<string, unknown>): Promise<Cluster> {
  const env = { KUBECONFIG: join(folder, 'config'), HOME: folder };
  const io = { env, cwd: folder, stderr: process.stderr };
  const parts = { io, tool: 'kctl', commandPath: 'get', globals } as unknown as ContextParts;
  return openInside(cluster)(parts);
}

describe('the cluster of a command line that runs inside the dashboard', () => {
  it('is the one that is open, in the namespace that the command line names', async () => {
    expect(await opened({ 'as-group': [], context: '', namespace: '' })).toBe(cluster);
    expect(await opened({ namespace: 'shop' })).toEqual({ ...cluster, namespace: 'shop', namespaceExplicit: true });
    expect(await opened({ context: 'here', namespace: 'shop' })).toMatchObject({ namespace: 'shop' });
  });

  it('is another one where the command line names another context or another identity', async () => {
    expect(await opened({ context: 'there' })).toMatchObject({ contextName: 'there', clusterName: 'c' });
    const other = await opened({ as: 'somebody', namespace: 'shop' });
    expect(other).not.toBe(cluster);
    expect(other).toMatchObject({ contextName: 'here', namespace: 'shop', namespaceExplicit: true });
    await expect(opened({ context: 'nowhere' })).rejects.toThrow('nowhere');
  });
});

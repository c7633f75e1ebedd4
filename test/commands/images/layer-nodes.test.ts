import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openImageStore } from '../../../src/oci/store/open-store.ts';
import { makeImage, storeImage } from '../../oci/store/images.ts';
import { eventually } from '../../support/program.ts';
import { emulated } from '../emulated.ts';

test('image layers --nodes says which nodes have which layer, and what each would pull', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kctl-layers-'));
  const store = openImageStore(join(home, 'images'));
  const registry = () => ({ store, hosts: () => ['localhost:5000'], checkPassword: () => undefined });
  const cluster = await emulated({ nodes: 2, registry });
  try {
    const base = { 'lib/base': 'base' };
    await storeImage(store, await makeImage([base, { app: 'one' }]), 'docker.io/shop/web:1');
    await storeImage(store, await makeImage([base, { app: 'two' }]), 'docker.io/shop/web:2');
    const kctl = (line: string) => cluster.run(line.split(' '), { env: { KCTL_HOME: home } });
    await kctl('run web --image=shop/web:1');
    const told = await eventually(async () => {
      const { stdout } = await kctl('image layers shop/web:2 --nodes -o json');
      const { layers } = JSON.parse(stdout) as { layers: { nodes: string[] }[] };
      return layers[0]!.nodes.length > 0 && layers.map(({ nodes }) => nodes);
    }, 'the pull');
    expect(told).toEqual([['kctl-worker-1'], []]);
    const { stdout } = await kctl('image layers shop/web:2 --nodes');
    expect(stdout).toMatch(/^LAYER +DIGEST +SIZE +ADDED +CHANGED +REMOVED +SHARED +NODES +INSTRUCTION\n/);
    expect(stdout).toMatch(/\n1 .* 1\/2 +COPY layer0 \/\n2 .* 0\/2 +COPY layer1 \/\n/);
    expect(stdout).toMatch(/\nNODE +HAS +TO PULL\nkctl-control-plane +0\/2 +\d+B\nkctl-worker-1 +1\/2 +\d+B\n/);
    // Without the flag no cluster is asked.
    expect((await kctl('image layers shop/web:2')).stdout).not.toContain('NODES');
  } finally {
    await cluster.stop();
    store.close();
    rmSync(home, { recursive: true });
  }
});

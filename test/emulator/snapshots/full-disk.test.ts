import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configMap, type TestCluster, testCluster } from '../server/cluster.ts';

const MOUNT = '/bin/mount';
const UMOUNT = '/bin/umount';
const MAPS = '/api/v1/namespaces/default/configmaps';

test('a full disk leaves the snapshot that was, and the state that is', async ({ skip }) => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) skip('needs the right to mount a small file system');
  const dir = mkdtempSync(join(tmpdir(), 'kctl-full-'));
  const data = join(dir, 'data');
  mkdirSync(data);
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', 'size=12m', 'kctl-test', data], { stdio: 'ignore' });
  } catch {
    rmSync(dir, { recursive: true });
    skip('needs the right to mount a small file system');
  }
  let cluster: TestCluster | undefined;
  try {
    cluster = await testCluster({ dataDir: data, log: () => {} });
    const { call } = cluster;
    const post = (what: string, body: object) => call('POST', `/kctl/v1/snapshots/${what}`, { body });
    const put = (name: string, letter: string) =>
      call('POST', MAPS, { body: configMap(name, { data: { text: letter.repeat(300_000) } }) });
    const shown = async () =>
      (await call('GET', MAPS)).body.items
        .filter(({ data }: { data: object }) => 'text' in data)
        .map(({ metadata, data }: never) => `${metadata['name']} ${(data['text'] as string)[0]}`);
    for (const name of ['one', 'two', 'three', 'four', 'five']) await put(name, 'a');
    expect((await post('save', { name: 'kept' })).status).toBe(200);
    for (const name of ['one', 'two', 'three', 'four', 'five']) {
      const body = configMap(name, { data: { text: 'b'.repeat(300_000) } });
      expect((await call('PUT', `${MAPS}/${name}`, { body })).status).toBe(200);
    }
    let filled = 0;
    while ((await put(`full-${filled}`, 'c')).status === 201) filled++;
    const before = await shown();

    const refused = await post('save', { name: 'kept', force: true });
    expect([refused.status, refused.body.message]).toEqual([
      500,
      expect.stringMatching(/^snapshot "kept" could not be written: .*(full|no space)/i),
    ]);
    expect(readdirSync(join(data, 'snapshots'))).toEqual(['kept.snapshot']);

    const failed = await post('restore', { name: 'kept' });
    expect([failed.status, failed.body.message]).toEqual([
      500,
      "Internal error occurred: the cluster's database could not be written: database or disk is full",
    ]);
    expect(await shown()).toEqual(before);

    execFileSync(MOUNT, ['-o', 'remount,size=64m', data]);
    expect((await post('restore', { name: 'kept' })).status).toBe(200);
    expect(await shown()).toEqual(['five a', 'four a', 'one a', 'three a', 'two a']);
    // The control plane lives.
    await call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'new' } },
    });
    await expect
      .poll(async () => (await call('GET', '/api/v1/namespaces/new/serviceaccounts/default')).status)
      .toBe(200);
  } finally {
    await cluster?.stop();
    execFileSync(UMOUNT, [data]);
    rmSync(dir, { recursive: true, force: true });
  }
});

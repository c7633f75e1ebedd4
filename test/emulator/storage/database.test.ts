import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../src/emulator/storage/database.ts';
import { configMap, testCluster } from '../server/cluster.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kctl-database-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A killed process leaves what it handed to the system; only this says that the system is asked for the disk's word, too. */
test('each commit is synced, and nobody else may write', () => {
  const database = openDatabase(join(dir, 'data'));
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get()!)[0];
  expect([pragma('synchronous'), pragma('journal_mode'), pragma('locking_mode')]).toEqual([2, 'wal', 'exclusive']);
  database.close();
});

test('no file of a cluster is for others to read, also in a folder that is', async ({ skip }) => {
  if (process.platform === 'win32') skip('has no such modes');
  chmodSync(dir, 0o755);
  const cluster = await testCluster({ dataDir: dir });
  try {
    await cluster.call('POST', '/api/v1/namespaces/default/configmaps', { body: configMap('a') });
    const modes = readdirSync(dir).map((name) => [name, (statSync(join(dir, name)).mode & 0o077).toString(8)]);
    expect(modes.length).toBeGreaterThan(2);
    expect(modes.filter(([name]) => name === 'cluster.db' || name === 'cluster.db-wal')).toHaveLength(2);
    expect(modes.filter(([, mode]) => mode !== '0')).toEqual([]);
  } finally {
    await cluster.stop();
  }
});

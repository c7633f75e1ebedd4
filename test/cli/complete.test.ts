import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../commands/fake-cluster.ts';

test.each([
  [['cluster', 'scenario', 'run', 'cr'], 'crash-loop\n:4\n'],
  [['cluster', 'sna'], 'snapshot\n:4\n'],
  [['cluster', 'start', '--nam'], '--namespace\n--name\n:4\n'],
  [['delete', '--dry-run', 'zz'], ':4\n'],
  [['delete', '--dry-run=s'], 'server\n:4\n'],
  [['version', '-o', ''], 'json\nyaml\n:4\n'],
  [['delete', '--cascade', 'zz'], ':4\n'],
  [['delete', '--cascade=f'], 'foreground\n:4\n'],
  [['get', '-k', ''], ':16\n'],
])('%j', async (words, stdout) => {
  expect(await run(['__completeNoDesc', ...words])).toMatchObject({ stdout, code: 0 });
});

test.each([
  [['get', '-o', 'n'], 'kctl', 'name\nneat\n:4\n'],
  [['get', '-o', 'n'], 'kubectl', 'name\n:4\n'],
  [['create', 'configmap', '-o', 'd'], 'kctl', 'decoded\n:4\n'],
  [['get', '--where', ''], 'kctl', ':4\n'],
])('formats and flags that only kctl has: %j as %s', async (words, tool, stdout) => {
  expect(await run(['__completeNoDesc', ...words], {}, { tool })).toMatchObject({ stdout, code: 0 });
});

test('the names of bundled clusters', async () => {
  const home = mkdtempSync(join(tmpdir(), 'kctl-complete-'));
  try {
    for (const name of ['one', 'two']) mkdirSync(join(home, 'clusters', name), { recursive: true });
    const { stdout } = await run(['__complete', 'cluster', 'stop', '--name', ''], {}, { env: { KCTL_HOME: home } });
    expect(stdout).toBe('one\ntwo\n:4\n');
  } finally {
    rmSync(home, { recursive: true });
  }
});

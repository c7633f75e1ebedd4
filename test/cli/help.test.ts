import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../commands/fake-cluster.ts';

test('help lists commands under their headings', async () => {
  const { stdout, code } = await run(['help']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Basic Commands \(Intermediate\):\n( {2}\S.*\n)* {2}get +Display one or many resources$/m);
  expect(await run(['--help'])).toMatchObject({ stdout });
  expect(await run([])).toMatchObject({ stdout, code: 0 });
});

test('help of a command shows usage, examples and flags, from every way of asking', async () => {
  const { stdout } = await run(['help', 'get']);
  expect(stdout).toContain('  kubectl get pods -o wide\n');
  expect(stdout).toMatch(/^ {2}-A, --all-namespaces +Use the objects of all namespaces\.$/m);
  expect(await run(['get', '--help'])).toMatchObject({ stdout, code: 0 });
  expect(await run(['get', 'pods', '-h'])).toMatchObject({ stdout, code: 0 });
});

test('help of a subcommand; a group without one shows its help and fails', async () => {
  const help = await run(['help', 'config', 'view']);
  expect(help.stdout).toContain('kubectl config view [--minify]');
  const bare = await run(['config']);
  expect(bare).toMatchObject({ stdout: '', code: 1 });
  expect(bare.stderr).toContain('use-context');
});

test('an unknown topic is named', async () => {
  expect(await run(['help', 'nope'])).toMatchObject({
    stdout: '',
    stderr: expect.stringMatching(/^Unknown help topic \[`nope`\]\n\n/),
    code: 0,
  });
});

test('options lists the global flags', async () => {
  expect((await run(['options'])).stdout).toMatch(/^ {2}-n, --namespace +The namespace of this request\.$/m);
});

test('what only kctl has stands apart, and is not told to who calls kubectl', async () => {
  const kctl = await run(['help'], {}, { tool: 'kctl' });
  const own = /^Beyond kubectl:\n((?: {2}\S.*\n)+)/m.exec(kctl.stdout)?.[1];
  expect(own).toMatch(/^ {2}why +Say why/m);
  expect(own).toMatch(/^ {2}cluster +Start/m);
  expect(kctl.stdout.match(/^ {2}why /gm)).toHaveLength(1);
  const kubectl = await run(['help']);
  expect(kubectl.stdout).not.toMatch(/^ {2}(why|cluster|ui) /m);
  expect(kubectl.stdout).not.toContain('Beyond');

  const get = await run(['get', '--help'], {}, { tool: 'kctl' });
  expect(get.stdout).toMatch(/^Flags:\n(?!.*--where)[\s\S]*^Flags that only kctl has:\n[\s\S]*^ +--where /m);
  expect(get.stdout.match(/--where /g)).toHaveLength(1);
  expect((await run(['get', '--help'])).stdout).not.toContain('--where');
  const rollout = await run(['rollout', '--help'], {}, { tool: 'kctl' });
  expect(rollout.stdout).toMatch(/^Beyond kubectl:\n {2}diff .*\n {2}promote .*\n {2}watch /m);
});

test('on a terminal lines are as long as it is wide', async () => {
  for (const words of [['help'], ['get', '--help'], ['options']]) {
    const { stdout } = await run(words, {}, { tool: 'kctl', terminal: true });
    const prose = stdout.split('\n').filter((line) => !line.startsWith('  kctl ') && !line.startsWith('Use "'));
    expect(prose.filter((line) => line.length > 80)).toEqual([]);
  }
});

test('plugins are commands, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'kctl-help-'));
  try {
    for (const name of ['kubectl-who_am_i', 'kctl-foo-bar', 'kubectl-get']) {
      writeFileSync(join(folder, name), '#!/bin/sh\n');
      chmodSync(join(folder, name), 0o755);
    }
    const { stdout } = await run(['help'], {}, { tool: 'kctl', env: { PATH: folder } });
    const words = /^Plugins:\n((?: {2}\S.*\n)+)/m.exec(stdout)?.[1]?.match(/^ {2}\S+/gm);
    expect(words?.map((word) => word.trim())).toEqual(['foo', 'who-am-i']);
    expect((await run(['help'])).stdout).not.toContain('Plugins:');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

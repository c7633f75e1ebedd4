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
  expect(stdout).toMatch(/^ {2}-A, --all-namespaces +Use the objects of all namespaces\. +\[boolean\]$/m);
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
  expect((await run(['options'])).stdout).toMatch(
    /^ {2}-n, --namespace +The namespace of this request\. +\[string\]$/m,
  );
});

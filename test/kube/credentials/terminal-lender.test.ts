import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { execCredentials } from '../../../src/kube/credentials/exec-plugin.ts';
import { setTerminalLender } from '../../../src/kube/credentials/terminal-lender.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-lender-'));
});
afterEach(() => {
  setTerminalLender(undefined);
  rmSync(folder, { recursive: true });
});

const answer = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}';

async function ask(interactiveMode: 'Never' | 'IfAvailable', name: string): Promise<string[]> {
  const command = join(folder, name);
  writeFileSync(command, `#!/bin/sh\nprintf 'Password: ' >&2\necho '${answer}'\n`);
  chmodSync(command, 0o755);
  const happened: string[] = [];
  setTerminalLender(async (work) => {
    happened.push('lent');
    const result = await work();
    happened.push('back');
    return result;
  });
  const stderr = new PassThrough();
  stderr.on('data', (text) => happened.push(String(text)));
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const options = { env: process.env, stderr, stdin: stdin as unknown as NodeJS.ReadStream };
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode };
  expect(await execCredentials(exec, { server: 'https://x' }, options).authorization()).toBe('Bearer t');
  return happened;
}

test.skipIf(process.platform === 'win32')('a plugin that may ask gets the terminal of who draws on it', async () => {
  expect(await ask('IfAvailable', 'asks')).toEqual(['lent', 'Password: ', 'back']);
});

test.skipIf(process.platform === 'win32')('a plugin that never asks leaves the screen alone', async () => {
  expect(await ask('Never', 'never')).toEqual(['Password: ']);
});

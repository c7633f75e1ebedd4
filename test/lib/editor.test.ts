import { statSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { editorCommand, editText } from '../../src/lib/editor.ts';
import type { IoStreams } from '../../src/lib/io.ts';

const io = (env: IoStreams['env']): IoStreams => ({
  stdin: Readable.from([]),
  stdout: new Writable(),
  stderr: new Writable(),
  env: { PATH: process.env.PATH, TMPDIR: process.env.TMPDIR, ...env },
  cwd: '/',
});

test.each([
  [{}, { words: ['vi'], inShell: false }],
  [{ EDITOR: 'nano' }, { words: ['nano'], inShell: false }],
  [
    { EDITOR: 'nano', KUBE_EDITOR: 'code -w' },
    { words: ['code', '-w'], inShell: false },
  ],
  [
    { EDITOR: "sh -c 'x'", SHELL: '/bin/sh' },
    { words: ['/bin/sh', '-c', "sh -c 'x'"], inShell: true },
  ],
  [{ EDITOR: 'a\\ b c' }, { words: ['/bin/bash', '-c', 'a\\ b c'], inShell: true }],
])('%j', (env, command) => {
  expect(editorCommand(env, 'linux')).toEqual(command);
});

test('the system has its own editor', () => {
  expect(editorCommand({}, 'win32').words).toEqual(['notepad']);
});

test('the file is for its owner alone, and stays', async () => {
  const { path, text } = await editText('a\n', 'x-edit-', '.yaml', io({ EDITOR: 'sed -i s/a/b/' }));
  expect(text).toBe('b\n');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(path).toMatch(/x-edit-\d+\.yaml$/);
});

test.each([
  ['no-such-editor', 'unable to launch the editor "no-such-editor"'],
  ['false', 'there was a problem with the editor "false"'],
])('%s', async (editor, message) => {
  await expect(editText('a', 'x-', '.yaml', io({ EDITOR: editor }))).rejects.toThrow(message);
});

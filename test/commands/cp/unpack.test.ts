import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Header, pack } from 'tar-stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { archivePrefix, parseFileSpec } from '../../../src/commands/cp/file-spec.ts';
import { unpack } from '../../../src/commands/cp/unpack.ts';

let home: string;
let said: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-cp-'));
  mkdirSync(join(home, 'out'));
  said = [];
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

type Entry = Partial<Header> & { name: string };

function take(entries: readonly Entry[], prefix = 'tmp/d'): Promise<void> {
  const archive = pack();
  for (const entry of entries) archive.entry(entry, entry.type ? '' : 'bytes');
  archive.finalize();
  return unpack(archive as unknown as Readable, {
    prefix,
    target: join(home, 'out'),
    shownTarget: 'out',
    warn: (line) => said.push(line),
    linkAdvice: '(advice)',
  });
}

test('files and directories go below the target', async () => {
  await take([{ name: 'tmp/d/a' }, { name: 'tmp/d/sub', type: 'directory' }, { name: 'tmp/d/sub/b' }]);
  expect(readdirSync(join(home, 'out'), { recursive: true }).sort()).toEqual(['a', 'sub', 'sub/b']);
  expect(said).toEqual([]);
});

test('nothing leaves the target: ways up, absolute names, links that are there', async () => {
  mkdirSync(join(home, 'elsewhere'));
  symlinkSync(join(home, 'elsewhere'), join(home, 'out', 'door'));
  symlinkSync(join(home, 'elsewhere', 'new'), join(home, 'out', 'dangling'));
  await take([
    { name: 'tmp/d/../../evil' },
    { name: 'tmp/d/door/evil' },
    { name: 'tmp/d/dangling' },
    { name: 'tmp/d/good' },
  ]);
  expect(readdirSync(join(home, 'elsewhere'))).toEqual([]);
  expect(existsSync(join(home, 'evil'))).toBe(false);
  expect(said.filter((line) => line.includes('outside target destination'))).toHaveLength(3);
  expect(readFileSync(join(home, 'out', 'good'), 'utf8')).toBe('bytes');
  await expect(take([{ name: '/etc/evil' }])).rejects.toThrow('tar contents corrupted');
});

test('links and devices are not made; a second name of a file is a copy', async () => {
  await take([
    { name: 'tmp/d/a' },
    { name: 'tmp/d/out', type: 'symlink', linkname: '/etc/passwd' },
    { name: 'tmp/d/b', type: 'link', linkname: 'tmp/d/a' },
    { name: 'tmp/d/c', type: 'link', linkname: 'etc/passwd' },
    { name: 'tmp/d/dev', type: 'block-device' },
  ]);
  expect(readdirSync(join(home, 'out')).sort()).toEqual(['a', 'b']);
  expect(said[0]).toBe('warning: skipping symlink: "out/out" -> "/etc/passwd" (advice)\n');
  expect(said).toHaveLength(3);
});

test('what is read of names', () => {
  expect(parseFileSpec('ns/pod:/a/', 'linux')).toEqual({ namespace: 'ns', pod: 'pod', path: '/a' });
  expect(parseFileSpec('C:\\dir', 'win32')).toMatchObject({ pod: '', path: 'C:\\dir' });
  expect(() => parseFileSpec('a/b/c:d')).toThrow('filespec must match');
  expect(archivePrefix('/etc/nginx')).toBe('etc/nginx');
  expect(archivePrefix('../../a')).toBe('a');
  expect(archivePrefix('/')).toBe('');
});

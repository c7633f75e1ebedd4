import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { replaceFile } from '../../src/lib/replace-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-replace-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('the new content is for the owner only, whatever the old file allowed', () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'old', { mode: 0o644 });
  replaceFile(path, 'new');
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['new', 0o600]);
  expect(readdirSync(folder)).toEqual(['a']);
});

test('a failure leaves nothing behind', () => {
  const path = join(folder, 'a');
  mkdirSync(path);
  expect(() => replaceFile(path, 'new')).toThrow(/EISDIR|EEXIST|ENOTEMPTY|EPERM/);
  expect(readdirSync(folder)).toEqual(['a']);
});

test.skipIf(process.platform === 'win32')('a link that waits under the temporary name is not followed', () => {
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const path = join(folder, 'a');
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
  symlinkSync(victim, `${path}.${process.pid}.${(0.5).toString(36).slice(2, 10)}`);
  expect(() => replaceFile(path, 'new')).toThrow('EEXIST');
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

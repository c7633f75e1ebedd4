import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { diskFailure } from '../../../src/oci/store/disk-failure.ts';
import { openImageStore } from '../../../src/oci/store/open-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'kctl-disk-'));
afterAll(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

const failed = (more: object) => diskFailure(Object.assign(new Error('as the system says it'), more), folder);

describe('what the disk does is told as that', () => {
  test.each([
    [{ code: 'ENOSPC' }, 'no space is left on its disk'],
    [{ code: 'EDQUOT' }, 'no space is left on its disk'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 13 }, 'no space is left on its disk'],
    [{ code: 'EROFS' }, 'it cannot be written'],
    [{ code: 'ERR_SQLITE_ERROR', errcode: 1032 }, 'it cannot be written'],
  ])('%o', (more, text) => {
    const error = failed(more) as KctlError;
    expect(error).toBeInstanceOf(KctlError);
    expect([error.code, error.message]).toEqual(['config', `the image store in ${folder}: ${text}`]);
    expect(error.hint).toBeTruthy();
  });

  test('all else stays what it is', () => {
    for (const more of [{}, { code: 'ENOENT' }, { code: 'ERR_SQLITE_ERROR', errcode: 1 }]) {
      expect(failed(more)).not.toBeInstanceOf(KctlError);
    }
    const own = new KctlError('input', 'x');
    expect(diskFailure(own, folder)).toBe(own);
  });
});

test.skipIf(process.getuid?.() === 0)('a folder that may not be written', () => {
  chmodSync(folder, 0o500);
  expect(() => openImageStore(join(folder, 'images'))).toThrow(/it cannot be written/);
});

import { expect, test } from 'vitest';
import { KctlError } from '../../../src/lib/errors.ts';
import { isFull } from '../../../src/oci/transfer/fetch-blob.ts';

/** As files and node:sqlite tell it. */
const full = (more: object) => Object.assign(new Error('full'), more);

test('a full disk is known from files, from the database, and in the words of the store', () => {
  for (const cause of [full({ code: 'ENOSPC' }), full({ code: 'ERR_SQLITE_ERROR', errcode: 13 })]) {
    expect(isFull(cause)).toBe(true);
    expect(isFull(new KctlError('config', 'no space is left', { cause }))).toBe(true);
  }
  for (const error of [undefined, full({ code: 'ERR_SQLITE_ERROR', errcode: 5 }), new KctlError('input', 'wrong')]) {
    expect(isFull(error)).toBe(false);
  }
});

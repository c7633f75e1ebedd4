import { expect, test } from 'vitest';
import { contentHash } from '../../../src/commands/create/append-hash.ts';

test("the hash is kubectl's, whatever order the fields come in", () => {
  const fields = { name: 'x', data: { a: 'b' }, kind: 'ConfigMap' };
  expect(contentHash(fields)).toBe('64686gkt6c');
  expect(contentHash({ ...fields, name: 'y' })).not.toBe('64686gkt6c');
});

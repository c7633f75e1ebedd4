import { expect, test } from 'vitest';
import { textOfBytes, withBytes } from '../../../src/lib/go-template/raw-bytes.ts';

test.each([
  ['', []],
  ['plain', [...Buffer.from('plain')]],
  ['서버 😀', [...Buffer.from('서버 😀')]],
])('%j is its own text', (text, bytes) => {
  expect(textOfBytes(Buffer.from(bytes))).toBe(text);
  expect(withBytes(text)).toBe(text);
});

test('bytes that are no text come back as they were, among text that is', () => {
  const bytes = Buffer.concat([
    Buffer.from([0xff, 0x00, 0xfe, 0x80]),
    Buffer.from('가😀'),
    Buffer.from([0xed, 0xa0, 0x80, 0xf0]),
  ]);
  const text = textOfBytes(bytes);
  expect(text).toContain('가😀');
  expect(withBytes(text)).toEqual(bytes);
});

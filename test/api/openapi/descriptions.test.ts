import { expect, test } from 'vitest';
import { descriptionTables } from '../../../src/api/facts/descriptions/index.ts';
import { namedType } from '../../../src/api/schema.ts';

test('descriptions are of types and fields that exist, once each, and are sentences', () => {
  const seen = new Set<string>();
  let type = '';
  for (const line of descriptionTables.flatMap((table) => table.split('\n')).filter(Boolean)) {
    const isField = line.startsWith('  ');
    const [name = '', ...words] = line.trim().split(' ');
    if (!isField) type = name;
    const key = isField ? `${type}.${name}` : name;
    expect([key, seen.has(key)]).toEqual([key, false]);
    seen.add(key);
    if (type === '*') continue;
    if (type !== 'meta/v1.Patch') expect([type, namedType(type) !== undefined]).toEqual([type, true]);
    if (isField) expect([key, namedType(type)?.fields.has(name)]).toEqual([key, true]);
    expect([key, /^\S.*\.$/.test(words.join(' '))]).toEqual([key, true]);
  }
  expect(seen.size).toBeGreaterThan(900);
});

import { expect, test } from 'vitest';
import { csvFields } from '../../src/lib/csv-fields.ts';

test.each([
  ['', []],
  ['a=1,b', ['a=1', 'b']],
  ['type=image,"name=web:1,web:2",push=true', ['type=image', 'name=web:1,web:2', 'push=true']],
  ['"a ""b"" c"', ['a "b" c']],
  ['a,,b,', ['a', 'b']],
  ['"a"b,c', ['"a"b', 'c']],
])('%s', (line, fields) => expect(csvFields(line)).toEqual(fields));

import { expect, test } from 'vitest';
import { duplicateFields } from '../../src/api/duplicate-fields.ts';

test.each<[string, string[]]>([
  ['{"a":1,"b":{"a":2},"c":[{"a":1},{"a":2}]}', []],
  ['{"a":1,"a":2,"a":3}', ['a']],
  ['{"spec":{"replicas":1,"replicas":2}}', ['spec.replicas']],
  ['{"spec":{"containers":[{"name":"a"},{"name":"a","image":"x","image":"y"}]}}', ['spec.containers[1].image']],
  ['{"data":{"k":"{\\"k\\":1,\\"k\\":2}","x":"\\\\","x":"}"}}', ['data.x']],
  ['{"a":[[1,{"b":1,"b":2}]],"\\u0061":0}', ['a[0][1].b', 'a']],
  ['[{"op":"add","op":"test"},{"op":"add"}]', ['[0].op']],
  ['{"metadata":{"labels":{}},"metadata":{}}', ['metadata']],
  ['"x"', []],
])('%s gives %j more than once', (json, wanted) => expect(duplicateFields(json)).toEqual(wanted));

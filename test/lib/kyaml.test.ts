import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toKyaml } from '../../src/lib/yaml/kyaml.ts';
import { parseFirstYamlDocument } from '../../src/lib/yaml.ts';

const golden = JSON.parse(readFileSync(new URL('./golden/kyaml.json', import.meta.url), 'utf8')) as {
  object: object;
  text: string;
};

test('an object looks as sigs.k8s.io/yaml/kyaml v1.6.0 printed it', () => {
  expect(toKyaml(golden.object)).toBe(golden.text);
});

test('what is printed reads back as it was', () => {
  const { data } = golden.object as { data: object };
  expect(parseFirstYamlDocument(toKyaml({ data, n: [1, { a: null }] }), 'kyaml')).toEqual({
    data,
    n: [1, { a: null }],
  });
});

import { expect, test } from 'vitest';
import { contentHash } from '../../src/kustomize/resource/hash.ts';
import { parseNode } from '../../src/kustomize/tree/parse.ts';

// The hashes are those that kubectl 1.32 gives to these objects.
test.each([
  ['configMapGenerator, a=1', 'kind: ConfigMap\nmetadata: {name: a}\ndata: {a: "1"}', 'h29d89cmmt'],
  ['a ConfigMap without data', 'kind: ConfigMap\nmetadata: {name: a}', '6ct58987ht'],
  ['the name does not count', 'kind: ConfigMap\nmetadata: {name: b}\ndata: {a: "1"}', 'h29d89cmmt'],
  ['binaryData counts', 'kind: ConfigMap\nbinaryData: {b: AP/+}', '9dt7hcm6bk'],
  ['signs that Go escapes in JSON', 'kind: ConfigMap\ndata: {a: "<&>"}', 'm9gb99d79d'],
  ['a Secret', 'kind: Secret\ntype: Opaque\ndata: {p: cQ==}', 'hb2dth72f6'],
])('%s', (_about, text, hash) => {
  expect(contentHash(parseNode(text)!)).toBe(hash);
});

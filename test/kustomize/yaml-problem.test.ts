import { expect, test } from 'vitest';
import { parseNode } from '../../src/kustomize/tree/parse.ts';

const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';

// What kubectl 1.32 says of these texts.
test.each([
  ['a tab', 'data:\n\ta: b\n', 'yaml: line 6: found character that cannot start any token'],
  ['a tab in a block', 'data:\n  a: b\n\tc: d\n', 'yaml: line 6: found a tab character that violates indentation'],
  ['two colons', 'data:\n  a: b: c\n', 'yaml: line 6: mapping values are not allowed in this context'],
  ['less indentation', 'data:\n  a: b\n c: d\n', 'yaml: line 6: did not find expected key'],
  ['more indentation', 'data:\n  a: b\n   c: d\n', 'yaml: line 7: mapping values are not allowed in this context'],
  ['no colon', 'data\n', "yaml: line 5: could not find expected ':'"],
  ['no closing quote', 'data:\n  a: "b\n  c: d\n', 'yaml: line 6: found unexpected end of stream'],
  ['no closing brace', 'data: {a: b\n', "yaml: line 4: did not find expected ',' or '}'"],
  ['no closing bracket', 'data: [a, b\nfoo: bar\n', "yaml: line 4: did not find expected ',' or ']'"],
  ['an unknown escape', 'data:\n  a: "\\q"\n', 'yaml: line 6: found unknown escape character'],
  ['a list in a map', 'data:\n  a: b\n  - c\n', 'yaml: line 5: did not find expected key'],
  ['an unknown anchor', 'data:\n  a: *foo\n', "yaml: unknown anchor 'foo' referenced"],
  ['a reserved sign', 'data:\n  a: @foo\n', 'yaml: line 6: found character that cannot start any token'],
  ['no space', 'data:\n  a:b\n  c: d\n', 'yaml: line 7: mapping values are not allowed in this context'],
  ['two commas', 'data: {a: b,, c: d}\n', 'yaml: line 4: did not find expected node content'],
  ['words after quotes', 'data:\n  a: "b" c\n', 'yaml: line 5: did not find expected key'],
  ['words after a bar', 'data:\n  a: |foo\n   b\n', 'yaml: line 6: did not find expected comment or line break'],
  ['a control character', 'data:\n  a: "\x01"\n', 'yaml: control characters are not allowed'],
])('%s', (_about, rest, message) => {
  expect(() => parseNode(head + rest)).toThrow(message);
});

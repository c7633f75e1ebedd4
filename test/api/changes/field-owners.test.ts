import { expect, it } from 'vitest';
import { fieldDifferences } from '../../../src/api/changes/field-diff.ts';
import { ownersOf } from '../../../src/api/changes/field-owners.ts';

const before = {
  metadata: { labels: { 'a.b/c': '1' } },
  spec: { ports: [{ containerPort: 80, protocol: 'TCP', hostPort: 1 }], args: ['a'] },
};
const after = {
  metadata: { labels: { 'a.b/c': '2' } },
  spec: { ports: [{ containerPort: 80, protocol: 'TCP', hostPort: 2 }], args: ['b'] },
};

it('finds the managers of fields by keys of maps and of items', () => {
  const managed = [
    { manager: 'labels', fieldsV1: { 'f:metadata': { 'f:labels': { 'f:a.b/c': {} } } } },
    {
      manager: 'ports',
      fieldsV1: {
        'f:spec': { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:hostPort': {} } } },
      },
    },
    { manager: 'other', fieldsV1: { 'f:spec': { 'f:ports': { 'k:{"containerPort":81}': { 'f:hostPort': {} } } } } },
    { manager: 'whole', fieldsV1: { 'f:spec': {} } },
  ];
  const found = fieldDifferences(before, after).map((one) => [one.path, ownersOf(one, managed)]);
  expect(found).toEqual([
    ["metadata.labels['a.b/c']", ['labels']],
    ['spec.ports[containerPort=80].hostPort', ['ports', 'whole']],
    ['spec.args', ['whole']],
  ]);
});

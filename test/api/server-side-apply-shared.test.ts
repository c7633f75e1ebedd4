import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { trackUpdate } from '../../src/api/server-side-apply.ts';

const pod = (name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'app', image: 'nginx' }] },
});
const write = (manager: string, before: KubeObject | undefined, after: KubeObject): KubeObject => {
  const managedFields = trackUpdate({ before, after, manager, now: '2026-01-01T00:00:00Z' });
  return { ...after, metadata: { ...after.metadata, managedFields } };
};
type Fields = Record<string, Record<string, unknown>>;
const ownedBy = (object: KubeObject, manager: string) =>
  object.metadata.managedFields!.find((entry) => entry.manager === manager)?.fieldsV1;

test('objects that are written in the same way share what it says, and keep it when one of them changes', () => {
  const a = write('one', undefined, pod('a', { x: '1', y: '1' }));
  const b = write('one', undefined, pod('b', { x: '2', y: '2' }));
  expect(ownedBy(a, 'one')).toBe(ownedBy(b, 'one'));
  const before = structuredClone(ownedBy(a, 'one'));
  const taken = { ...b, metadata: { ...b.metadata, labels: { x: '2', y: '3' } } };
  const c = write('two', b, taken);
  expect(ownedBy(c, 'two')).toEqual({ 'f:metadata': { 'f:labels': { 'f:y': {} } } });
  expect(ownedBy(c, 'one')).not.toEqual(before);
  expect(ownedBy(a, 'one')).toEqual(before);
  expect(ownedBy(b, 'one')).toEqual(before);
});

test('what somebody sent is written in order, also where its owner loses nothing', () => {
  const sent = pod('a', { x: '1' });
  const fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:z': {}, 'f:b': {} } } };
  sent.metadata.managedFields = [
    { manager: 'old', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 },
  ];
  const after = { ...sent, metadata: { ...sent.metadata, labels: { x: '2' } } };
  const owned = ownedBy(write('new', sent, after), 'old');
  expect(JSON.stringify(owned)).toBe('{"f:metadata":{"f:labels":{"f:b":{},"f:z":{}}}}');
});

test('where one of them has something of its own, they share all the rest', () => {
  const status = (ip: string) => ({
    phase: 'Running',
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: 'True' }],
  });
  const [a, b] = ['10.0.0.1', '10.0.0.2'].map((ip) => {
    const before = write('one', undefined, pod('a', { x: '1' }));
    const after = { ...before, status: status(ip) };
    const managedFields = trackUpdate({
      before,
      after,
      manager: 'two',
      now: '2026-01-01T00:00:00Z',
      subresource: 'status',
    });
    return ownedBy({ ...after, metadata: { ...after.metadata, managedFields } }, 'two') as Fields;
  }) as [Fields, Fields];
  expect(Object.keys(a['f:status']!['f:podIPs'] as object)).toEqual(['.', 'k:{"ip":"10.0.0.1"}']);
  expect(Object.keys(b['f:status']!['f:podIPs'] as object)).toEqual(['.', 'k:{"ip":"10.0.0.2"}']);
  expect(a['f:status']!['f:conditions']).toBe(b['f:status']!['f:conditions']);
  const [one, other] = [a, b].map((fields) => Object.values(fields['f:status']!['f:podIPs'] as object).at(-1));
  expect(one).toEqual({ '.': {}, 'f:ip': {} });
  expect(one).toBe(other);
});

test('what was read in parts is what was written', () => {
  let object = write('one', undefined, pod('a', { x: '1', y: '1' }));
  for (let round = 0; round < 50; round++) {
    const labels = { x: String(round), [`l${round % 7}`]: String(round) };
    const sent = { ...object, metadata: { ...object.metadata, labels } };
    const shared = write(`m${round % 3}`, object, sent);
    const apart = write(`m${round % 3}`, structuredClone(object), structuredClone(sent));
    expect(JSON.stringify(shared.metadata.managedFields)).toBe(JSON.stringify(apart.metadata.managedFields));
    object = shared;
  }
});

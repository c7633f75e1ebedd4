import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { trackUpdate } from '../../src/api/server-side-apply.ts';

const pod = (name: string, labels: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: { containers: [{ name: 'app', image: 'nginx' }] },
});
const write = (
  manager: string,
  before: KubeObject | undefined,
  after: KubeObject,
  now = '2026-01-01T00:00:00Z',
  subresource?: string,
): KubeObject => {
  const managedFields = trackUpdate({ before, after, manager, now, subresource });
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
    return ownedBy(write('two', before, after, undefined, 'status'), 'two') as Fields;
  }) as [Fields, Fields];
  expect(Object.keys(a['f:status']!['f:podIPs'] as object)).toEqual(['.', 'k:{"ip":"10.0.0.1"}']);
  expect(Object.keys(b['f:status']!['f:podIPs'] as object)).toEqual(['.', 'k:{"ip":"10.0.0.2"}']);
  expect(a['f:status']!['f:conditions']).toBe(b['f:status']!['f:conditions']);
  const [one, other] = [a, b].map((fields) => Object.values(fields['f:status']!['f:podIPs'] as object).at(-1));
  expect(one).toEqual({ '.': {}, 'f:ip': {} });
  expect(one).toBe(other);
});

test('an update that was seen before leaves what it would leave if it had not been', () => {
  const at = (round: number) => `2026-01-01T00:00:${10 + round}Z`;
  const random = seeded(7);
  const pick = (count: number) => Math.floor(random() * count);
  for (let name = 0; name < 60; name++) {
    let object = write('creator', undefined, pod(`p${name}`, { x: '1' }), at(0));
    for (let round = 1; round < 6; round++) {
      const manager = `m${pick(2)}`;
      const labels = { x: String(pick(2)), ...(pick(2) ? { y: String(round) } : {}) };
      const conditions = [{ type: 'Ready', status: String(pick(2)) }];
      const sent = { ...object, metadata: { ...object.metadata, labels }, status: { conditions } };
      const subresource = pick(2) ? 'status' : undefined;
      const shared = write(manager, object, sent, at(round), subresource);
      // What is read from a copy is known to nobody.
      const apart = write(manager, structuredClone(object), structuredClone(sent), at(round), subresource);
      expect(JSON.stringify(shared.metadata.managedFields)).toBe(JSON.stringify(apart.metadata.managedFields));
      object = shared;
    }
  }
});

test('names that look like paths are told apart', () => {
  const owned = ['a;r1b', 'a', '1a', 'f:a', '3f:a'].map((label) => {
    const before = write('one', undefined, pod('a', { x: '1' }));
    const after = { ...before, metadata: { ...before.metadata, labels: { x: '1', [label]: '1' } } };
    return ownedBy(write('two', before, after), 'two');
  });
  expect(owned).toEqual(
    ['a;r1b', 'a', '1a', 'f:a', '3f:a'].map((label) => ({ 'f:metadata': { 'f:labels': { [`f:${label}`]: {} } } })),
  );
});

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

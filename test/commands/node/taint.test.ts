import { expect, test } from 'vitest';
import { parseTaints, refuseContradictions, splitTaintWords } from '../../../src/commands/node/taint-args.ts';
import { changeTaints } from '../../../src/commands/node/taint-changes.ts';

const node = (...taints: object[]) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, spec: { taints } });

test('nodes come before taints', () => {
  expect(splitTaintWords(['nodes', 'a', 'k=v:NoSchedule', 'j-'])).toEqual({
    resources: ['nodes', 'a'],
    taints: ['k=v:NoSchedule', 'j-'],
  });
  expect(() => splitTaintWords(['nodes', 'k-', 'a'])).toThrow('before taint changes: a');
});

test('all forms of taints are read', () => {
  expect(parseTaints(['a=b:NoSchedule', 'c:NoExecute', 'd-', 'e:PreferNoSchedule-'])).toEqual({
    add: [
      { key: 'a', value: 'b', effect: 'NoSchedule' },
      { key: 'c', effect: 'NoExecute' },
    ],
    remove: [
      { key: 'd', effect: '' },
      { key: 'e', effect: 'PreferNoSchedule' },
    ],
  });
});

test.each([
  ['a=b', 'invalid taint spec: a=b'],
  ['a=b:Sometimes', 'invalid taint effect: Sometimes, unsupported taint effect'],
  ['a=b=c:NoSchedule', 'invalid taint spec: a=b=c:NoSchedule'],
  ['a:b:NoSchedule', 'invalid taint effect: b'],
])('%s is refused', (spec, message) => {
  expect(() => parseTaints([spec])).toThrow(message.replace('invalid taint effect: b', 'invalid taint'));
});

test('what comes cannot go at once', () => {
  expect(() => refuseContradictions(parseTaints(['a=b:NoSchedule', 'a-']))).toThrow('in the same command: a=');
  expect(() => refuseContradictions(parseTaints(['a=b:NoSchedule', 'a:NoExecute-']))).not.toThrow();
});

test('new taints stand before those that stay', () => {
  const before = node({ key: 'own', effect: 'NoSchedule' });
  expect(changeTaints(before, parseTaints(['k=v:NoExecute']), false)).toEqual({
    operation: 'tainted',
    taints: [
      { key: 'k', value: 'v', effect: 'NoExecute' },
      { key: 'own', effect: 'NoSchedule' },
    ],
  });
});

test('an existing taint needs --overwrite', () => {
  const before = node({ key: 'k', value: 'old', effect: 'NoSchedule' });
  const changes = parseTaints(['k=new:NoSchedule']);
  expect(() => changeTaints(before, changes, false)).toThrow('node n already has k taint(s)');
  expect(changeTaints(before, changes, true)).toEqual({
    operation: 'modified',
    taints: [{ key: 'k', value: 'new', effect: 'NoSchedule' }],
  });
});

test('a removal takes one effect, or all of the key', () => {
  const before = node({ key: 'k', effect: 'NoSchedule' }, { key: 'k', effect: 'NoExecute' });
  expect(changeTaints(before, parseTaints(['k:NoExecute-']), false)).toMatchObject({
    operation: 'untainted',
    taints: [{ key: 'k', effect: 'NoSchedule' }],
  });
  expect(changeTaints(before, parseTaints(['k-']), false).taints).toEqual([]);
  expect(() => changeTaints(before, parseTaints(['x-']), false)).toThrow('taint "x" not found');
});

import { expect, test } from 'vitest';
import { textWidth } from '../../../src/lib/text-width.ts';
import { wrapLines } from '../../../src/tui/widgets/wrap-lines.ts';

const drain = [
  'Pods of the node:',
  'NODE   POD                                 FATE         NEXT     DETAIL',
  'n1     shop/web-6777f5d966-lghj4           goes         n2       budget web: 1 of 2 allowed; data of emptyDir tmp is lost',
  'n1     kube-system/한국                    in the way   -        no controller brings it back',
  'What comes of it:',
  '  ! 1 node would be cordoned and not drained, because 1 pod of it is in the way of that',
];

test('a table that is too wide is wrapped cell by cell, under its heading', () => {
  expect(wrapLines(drain, 72)).toEqual([
    'Pods of the node:',
    'NODE  POD                        FATE        NEXT  DETAIL',
    'n1    shop/web-6777f5d966-lghj4  goes        n2    budget web: 1 of 2',
    '                                                   allowed; data of',
    '                                                   emptyDir tmp is lost',
    'n1    kube-system/한국           in the way  -     no controller brings',
    '                                                   it back',
    'What comes of it:',
    '  ! 1 node would be cordoned and not drained, because 1 pod of it is in',
    '  the way of that',
  ]);
});

test('one that fits stays as it was printed', () => {
  expect(wrapLines(drain.slice(1, 4), 140)).toEqual(drain.slice(1, 4));
});

test.each([56, 44, 30, 20])('nothing is lost in %i cells', (room) => {
  const lines = wrapLines(drain, room);
  for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(room);
  const letters = (text: string) => [...text.replaceAll(/\s/g, '')].sort().join('');
  // Narrow ones name the columns in each row.
  const names = room < 50 ? drain[1]! : '';
  expect(letters(lines.join(''))).toBe(letters(drain.join('') + names));
});

test('with no room for columns, each row stands by itself behind their names', () => {
  expect(wrapLines(drain.slice(1, 4), 40)).toEqual([
    'NODE    n1',
    'POD     shop/web-6777f5d966-lghj4',
    'FATE    goes',
    'NEXT    n2',
    'DETAIL  budget web: 1 of 2 allowed; data',
    '        of emptyDir tmp is lost',
    '',
    'NODE    n1',
    'POD     kube-system/한국',
    'FATE    in the way',
    'NEXT    -',
    'DETAIL  no controller brings it back',
  ]);
});

import { expect, test } from 'vitest';
import { LineSelection } from '../../../src/store/logs/line-selection.ts';
import { type LogEntry, lineEntry, noteEntry } from '../../../src/store/logs/log-entry.ts';
import { LogRing } from '../../../src/store/logs/log-ring.ts';

const source = {
  of: { namespace: 'n', pod: 'p', uid: 'u', container: 'c' },
  name: 'p',
  level: -1,
  last: -1,
  isOver: false,
};
const entry = (text: string, key = '') => lineEntry({ key, stamp: key, text }, { ...source });
const texts = (ring: LogRing) => Array.from({ length: ring.length }, (_, index) => ring.at(ring.first + index).text);
const isEven = ({ text }: LogEntry) => Number(text) % 2 === 0;
const shown = (ring: LogRing, list: LineSelection) =>
  Array.from({ length: list.length }, (_, index) => ring.at(list.seqAt(index)).text);

test('keeps the last lines, and counts what fell out', () => {
  const ring = new LogRing({ maxLines: 3 });
  for (const text of ['1', '2', '3', '4', '5']) ring.push(entry(text));
  expect(texts(ring)).toEqual(['3', '4', '5']);
  expect([ring.lines, ring.dropped, ring.first, ring.next]).toEqual([3, 2, 2, 5]);
  ring.push(noteEntry({ text: 'said', weight: 'quiet' }, ''));
  ring.push(entry('6'));
  expect([ring.lines, ring.dropped]).toEqual([2, 4]);
  ring.clear();
  expect([ring.length, ring.lines, ring.dropped, ring.size]).toEqual([0, 0, 0, 0]);
});

test('is bounded by size too, and always holds the newest line', () => {
  const ring = new LogRing({ maxSize: 10 });
  ring.push(entry('aaaaaa'));
  ring.push(entry('bbbbbb'));
  expect(texts(ring)).toEqual(['bbbbbb']);
  ring.push(entry('c'.repeat(50)));
  expect(texts(ring)).toEqual(['c'.repeat(50)]);
  expect(ring.isFull(1)).toBe(true);
});

test('grows without mixing places up', () => {
  const ring = new LogRing({ maxLines: 5000 });
  for (let count = 0; count < 12_345; count++) ring.push(entry(String(count)));
  expect(texts(ring)).toEqual(Array.from({ length: 5000 }, (_, index) => String(7345 + index)));
});

test('is put in order of time, those of one moment as they came', () => {
  const ring = new LogRing();
  const epoch = ring.epoch;
  for (const [text, key] of [
    ['c', '3'],
    ['a', '1'],
    ['a2', '1'],
    ['b', '2'],
  ] as const)
    ring.push(entry(text, key));
  ring.sortByTime();
  expect(texts(ring)).toEqual(['a', 'a2', 'b', 'c']);
  expect(ring.epoch).not.toBe(epoch);
  const sorted = ring.epoch;
  ring.sortByTime();
  expect(ring.epoch).toBe(sorted);
});

test('a selection is right from the newest end at once, and whole after some work', () => {
  const ring = new LogRing({ maxLines: 5000 });
  for (let count = 0; count < 5000; count++) ring.push(entry(String(count)));
  const even = new LineSelection(ring, isEven);
  expect(even.work(() => false)).toBe(false);
  expect(shown(ring, even).at(-1)).toBe('4998');
  expect(even.length).toBe(64);
  expect(even.progress).toBeCloseTo(0.026, 2);
  for (let count = 5000; count < 5010; count++) ring.push(entry(String(count)));
  even.catchUp();
  expect(shown(ring, even).at(-1)).toBe('5008');
  while (!even.work(() => false));
  expect(shown(ring, even)).toEqual(Array.from({ length: 2500 }, (_, index) => String(10 + 2 * index)));
  expect(even.seqAt(even.indexOf(31))).toBe(32);
  expect(even.indexOf(99_999)).toBe(even.length);
});

test('a selection follows what falls out, what is cleared and what changes places', () => {
  const ring = new LogRing({ maxLines: 10 });
  const even = new LineSelection(ring, isEven);
  for (let count = 0; count < 100; count++) {
    ring.push(entry(String(count), String(1000 - count)));
    if (count % 7 === 0) even.catchUp();
  }
  even.catchUp();
  expect(shown(ring, even)).toEqual(['90', '92', '94', '96', '98']);
  ring.sortByTime();
  even.work(() => true);
  expect(shown(ring, even)).toEqual(['98', '96', '94', '92', '90']);
  ring.clear();
  even.work(() => true);
  expect(even.length).toBe(0);
});

test('what has no level has that of the line before, in the same log', () => {
  const one = { ...source };
  const other = { ...source };
  const levelOf = (text: string, from: typeof source) => lineEntry({ key: '', stamp: '', text }, from).level;
  expect(levelOf('starting', one)).toBe(-1);
  expect(levelOf('{"level":"error","msg":"x"}', one)).toBe(4);
  expect(levelOf('  at run (a.js:1)', one)).toBe(4);
  expect(levelOf('  at run (a.js:1)', other)).toBe(-1);
  expect(levelOf('level=warn msg=slow', one)).toBe(3);
  expect(levelOf('{"level":20,"nested":{"level":"error"}}', one)).toBe(1);
  expect(levelOf('\u001b[31mERROR\u001b[0m red', one)).toBe(4);
});

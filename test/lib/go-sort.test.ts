import { describe, expect, test } from 'vitest';
import { goSort } from '../../src/lib/go-sort.ts';

/** Keys that repeat, from a sequence that is the same everywhere, each with its place. */
function keyed(length: number, kinds: number): [key: number, place: number][] {
  let seed = 12_345;
  return Array.from({ length }, (_, place) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return [(seed >>> 16) % kinds, place];
  });
}

const places = (length: number, kinds: number) =>
  goSort(keyed(length, kinds), (a, b) => a[0] < b[0])
    .map(([, place]) => place)
    .join(' ');

describe('equals stand where Go puts them', () => {
  // From sort.Slice of Go 1.25 with the same keys.
  test.each([
    [12, 3, '8 1 2 10 11 0 3 4 5 6 7 9'],
    [13, 3, '8 1 2 12 11 10 6 7 0 9 5 4 3'],
    [20, 4, '1 2 19 7 9 11 3 0 15 14 5 8 6 10 12 13 16 17 18 4'],
    [
      40,
      2,
      '19 1 2 38 37 5 6 7 8 9 30 22 21 10 26 15 16 17 18 13 20 12 11 23 24 25 14 27 28 29 0 31 32 33 34 35 36 4 3 39',
    ],
    [
      70,
      5,
      '11 69 39 33 53 5 54 19 18 15 12 20 68 2 57 41 44 56 8 7 40 21 34 66 10 25 32 29 28 27 52 46 26 24 63 45 0 37 61 13 16 47 65 64 36 35 31 17 38 49 50 6 30 23 59 55 48 14 58 22 60 9 62 51 43 42 4 67 3 1',
    ],
    [
      100,
      7,
      '56 99 42 49 96 93 89 51 83 81 10 80 54 35 29 28 61 0 25 19 68 20 46 75 62 18 2 31 48 3 52 22 57 50 86 77 12 73 37 55 15 60 17 65 26 63 91 23 92 41 76 39 59 34 24 43 11 32 78 6 13 98 53 90 84 88 74 67 44 69 45 36 72 21 66 64 95 97 58 79 33 38 47 7 70 85 8 87 82 9 14 16 71 5 94 27 4 30 40 1',
    ],
  ])('%i items of %i kinds', (length, kinds, wanted) => {
    expect(places(length, kinds)).toBe(wanted);
  });
});

test.each([0, 1, 12, 13, 200, 3000])('%i items come out in order', (length) => {
  const keys = goSort(keyed(length, 50), (a, b) => a[0] < b[0]).map(([key]) => key);
  expect(keys).toEqual(
    keyed(length, 50)
      .map(([key]) => key)
      .sort((a, b) => a - b),
  );
});

test('what is in order, or the other way round, stays together', () => {
  const up = Array.from({ length: 60 }, (_, place) => place);
  const less = (a: number, b: number) => a < b;
  expect(goSort(up, less)).toEqual(up);
  expect(goSort(up.toReversed(), less)).toEqual(up);
  expect(goSort([...up.slice(1), 0], less)).toEqual(up);
});

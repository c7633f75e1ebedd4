import { expect, test } from 'vitest';
import { LineMerger, type Timed } from '../../../src/store/logs/line-merger.ts';
import { quickTiming } from './fake-logs.ts';

interface Item extends Timed {
  from: number;
}

const item = (from: number, time: number, size = 10): Item => ({ from, size, key: String(time).padStart(9, '0') });

test('whole logs come out in order of time, however they come in', async () => {
  const out: Item[] = [];
  const merger = new LineMerger<Item>({
    ...{ isStrict: true, timing: quickTiming() },
    write: (items) => void out.push(...items),
  });
  const sources = Array.from({ length: 7 }, () => merger.source());
  const expected: string[] = [];
  await Promise.all(
    sources.map(async (source, from) => {
      for (let batch = 0; batch < 40; batch++) {
        const items = Array.from({ length: 100 }, (_, at) => item(from, (batch * 100 + at) * (from + 1)));
        expected.push(...items.map(({ key }) => key));
        const waiting = source.push(items);
        if (waiting) await waiting;
        if (batch % (from + 2) === 0) await new Promise(setImmediate);
      }
      source.end();
    }),
  );
  await merger.drain();
  expect(out.map(({ key }) => key)).toEqual(expected.sort());
});

test('nothing is written before every open log has shown where it begins', async () => {
  const out: string[] = [];
  const merger = new LineMerger<Item>({
    ...{ isStrict: true, timing: quickTiming() },
    write: (items) => void out.push(...items.map(({ key }) => key)),
  });
  const [one, other] = [merger.source(), merger.source()];
  void one.push([item(0, 5)]);
  await new Promise(setImmediate);
  expect(out).toEqual([]);
  void other.push([item(1, 3)]);
  expect(out).toEqual(['000000003']);
  other.end();
  one.end();
  await merger.drain();
  expect(out).toEqual(['000000003', '000000005']);
});

test('a slow reader makes the sources wait, and loses nothing', async () => {
  let held = 0;
  let most = 0;
  let written = 0;
  const merger = new LineMerger<Item>({
    ...{ isStrict: false, timing: quickTiming() },
    write(items) {
      written += items.length;
      held -= items.length;
      return new Promise((resolve) => setImmediate(resolve));
    },
  });
  const each = 30_000;
  await Promise.all(
    [0, 1, 2, 3].map(async (from) => {
      const source = merger.source();
      for (let at = 0; at < each; at += 100) {
        const items = Array.from({ length: 100 }, (_, offset) => item(from, at + offset));
        held += items.length;
        most = Math.max(most, held);
        const waiting = source.push(items);
        if (waiting) await waiting;
      }
      source.end();
    }),
  );
  await merger.drain();
  expect(written).toBe(4 * each);
  expect(most).toBeLessThan(4 * 2200 + 1000);
});

test('long lines count by their size', async () => {
  const merger = new LineMerger<Item>({
    ...{ isStrict: false, timing: quickTiming() },
    write: () => undefined,
  });
  const source = merger.source();
  const waiting = source.push([item(0, 1, 600_000)]);
  expect(waiting).toBeInstanceOf(Promise);
  await waiting;
});

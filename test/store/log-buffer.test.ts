import { expect, test } from 'vitest';
import { LogBuffer } from '../../src/store/log-buffer.ts';
import { ManualTiming } from './manual-timing.ts';

const texts = (buffer: LogBuffer) => buffer.lines(0, 1e6).map((line) => line.text);

test('lines are joined across chunks, per source', () => {
  const buffer = new LogBuffer({ timing: new ManualTiming() });
  buffer.write('one\ntw', 'a');
  buffer.write('other\n', 'b');
  buffer.write('o\r\n', 'a');
  buffer.write('tail', 'a');
  buffer.end('a');
  expect(buffer.lines(0, 9).map((l) => [l.source, l.text])).toEqual([
    ['a', 'one'],
    ['b', 'other'],
    ['a', 'two'],
    ['a', 'tail'],
  ]);
});

test('the bound on lines drops the oldest and says how many', () => {
  const timing = new ManualTiming();
  const buffer = new LogBuffer({ maxLines: 100, timing });
  for (let i = 0; i < 250; i++) buffer.write(`line ${i}\n`);
  timing.advance(60);
  expect(buffer.getSnapshot()).toMatchObject({ length: 100, dropped: 150 });
  expect(texts(buffer)[0]).toBe('line 150');
  expect(texts(buffer).at(-1)).toBe('line 249');
  expect(buffer.lines(buffer.indexOfSequence(200), 1)[0]!.text).toBe('line 200');
  expect(buffer.indexOfSequence(3)).toBe(0);
});

test('the bound on size holds as well, also for a line that never ends', () => {
  const buffer = new LogBuffer({ maxBytes: 1000, timing: new ManualTiming() });
  for (let i = 0; i < 100; i++) buffer.write('x'.repeat(99));
  buffer.flush();
  expect(buffer.getSnapshot().bytes).toBeLessThanOrEqual(1000);
  expect(buffer.getSnapshot().dropped).toBeGreaterThan(0);
});

test('one notice per tick and none when idle', () => {
  const timing = new ManualTiming();
  const buffer = new LogBuffer({ timing });
  let calls = 0;
  buffer.subscribe(() => calls++);
  for (let i = 0; i < 50; i++) buffer.write('x\n');
  timing.advance(60);
  expect(calls).toBe(1);
  expect(timing.pending).toBe(0);
});

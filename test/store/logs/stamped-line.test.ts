import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readLines } from '../../../src/store/logs/read-lines.ts';
import { stampedLine, timeKey } from '../../../src/store/logs/stamped-line.ts';

test.each([
  ['2026-01-02T03:04:05.123456789Z hello', '2026-01-02T03:04:05.123456789Z', 'hello'],
  ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456789Z', ''],
  ['2026-01-02T03:04:05.5Z a b', '2026-01-02T03:04:05.500000000Z', 'a b'],
  ['2026-01-02T03:04:05Z x', '2026-01-02T03:04:05.000000000Z', 'x'],
  ['2026-01-02T12:04:05.25+09:00 서울', '2026-01-02T03:04:05.250000000Z', '서울'],
])('%s', (raw, key, text) => {
  expect(stampedLine(raw, 'before')).toMatchObject({ key, text, stamp: raw.split(' ')[0] });
});

test('what has no time stands where it came', () => {
  const raw = 'unable to retrieve container logs for containerd://abc';
  expect(stampedLine(raw, 'before')).toEqual({ key: 'before', stamp: '', text: raw });
  expect(timeKey('2026-01-02')).toBeUndefined();
});

test('lines and characters split between pieces are whole; a last one without end counts', async () => {
  const bytes = Buffer.from('하나\n둘\n셋');
  const lines: string[] = [];
  const pieces = Array.from(bytes, (byte) => Buffer.from([byte]));
  await readLines(Readable.from(pieces), (more) => void lines.push(...more));
  expect(lines).toEqual(['하나', '둘', '셋']);
});

test('a line without end is broken in the same places whatever the pieces', async () => {
  const long = 'x'.repeat(2.5 * 1024 * 1024);
  const read = async (size: number) => {
    const lengths: number[] = [];
    const pieces = Array.from({ length: Math.ceil(long.length / size) }, (_, at) =>
      long.slice(at * size, (at + 1) * size),
    );
    const all = [...pieces.map((piece) => Buffer.from(piece)), Buffer.from('\nnext\n')];
    await readLines(Readable.from(all), (more) => void lengths.push(...more.map(({ length }) => length)));
    return lengths;
  };
  expect(await read(65_536)).toEqual([1_048_576, 1_048_576, 524_288, 4]);
  expect(await read(3_000_000)).toEqual([1_048_576, 1_048_576, 524_288, 4]);
});

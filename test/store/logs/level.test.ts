import { expect, test } from 'vitest';
import { levelOfText } from '../../../src/store/logs/level.ts';
import { structuredLine } from '../../../src/store/logs/structured.ts';

test.each([
  ['E0102 03:04:05.000000       1 main.go:5] failed', 'error'],
  ['2026-01-02 03:04:05 WARN  something', 'warn'],
  ['2026/01/02 03:04:05 [error] 31#31: open() failed', 'error'],
  ['level=debug msg=x and more', 'debug'],
  ['<notice> started', 'info'],
  ['there was no error here', undefined],
  ['GET / 200', undefined],
])('%s', (text, level) => {
  expect(levelOfText(text)).toBe(level);
});

test('JSON and logfmt by the names that libraries use', () => {
  expect(structuredLine('{"level":40,"time":1767322802123,"msg":"slow","pid":7}')).toMatchObject({
    ...{ level: 'warn', levelText: 'warn', message: 'slow', time: '2026-01-02T03:00:02.123Z' },
    rest: [['pid', 7]],
  });
  expect(structuredLine('{"t":{"$date":"2026-01-02T03:00:02Z"},"s":"I","msg":"up"}')).toMatchObject({
    ...{ level: 'info', time: '2026-01-02T03:00:02Z', message: 'up' },
  });
  expect(structuredLine('ts=1767322802.5 lvl=eror msg="a \\"b\\"" took=3ms')).toMatchObject({
    ...{ time: '2026-01-02T03:00:02.500Z', levelText: 'eror', level: undefined, message: 'a "b"' },
    rest: [['took', '3ms']],
  });
});

test.each(['{"broken"', 'a=b', 'x=1 and words', '', '[1,2]', 'http://x?a=b c=d'])('%j is text', (text) => {
  expect(structuredLine(text)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { lastSeen, seenAt } from '../../../src/commands/events/interval.ts';

const event = (fields: object) => ({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, ...fields });
const now = Date.parse('2024-01-01T11:00:00Z');

test.each([
  [{ firstTimestamp: '2024-01-01T10:00:00Z', lastTimestamp: '2024-01-01T10:30:00Z', count: 1 }, '60m'],
  [{ firstTimestamp: '2024-01-01T10:00:00Z', lastTimestamp: '2024-01-01T10:30:00Z', count: 4 }, '30m (x4 over 60m)'],
  [{ eventTime: '2024-01-01T10:50:00.000001Z', firstTimestamp: null, lastTimestamp: null }, '10m'],
  [
    { eventTime: '2024-01-01T10:00:00.5Z', series: { count: 7, lastObservedTime: '2024-01-01T10:55:00.000000Z' } },
    '5m (x7 over 59m)',
  ],
  [{}, '<unknown>'],
])('%j was seen last', (fields, text) => {
  expect(lastSeen(event(fields), now)).toBe(text);
});

test('the series counts, then the last time, then when it was; microseconds decide', () => {
  const at = (time: string) => ({ eventTime: time });
  expect(seenAt(event(at('2024-01-01T10:00:00.123456Z')))).toBeLessThan(
    seenAt(event(at('2024-01-01T10:00:00.123457Z'))),
  );
  expect(seenAt(event({ ...at('2024-01-01T10:00:00Z'), lastTimestamp: '2024-01-01T10:00:01Z' }))).toBe(
    Date.parse('2024-01-01T10:00:01Z'),
  );
  const series = { lastObservedTime: '2024-01-01T10:00:02.000000Z' };
  expect(seenAt(event({ lastTimestamp: '2024-01-01T10:00:01Z', series }))).toBe(Date.parse('2024-01-01T10:00:02Z'));
  expect(seenAt(event({}))).toBe(0);
});

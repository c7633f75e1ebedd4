import { describe, expect, test } from 'vitest';
import { ServerClock } from '../../src/kube/transport/server-clock.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const httpDate = (ms: number) => new Date(ms).toUTCString();

describe('the clock of a server', () => {
  test('is that of this machine until an answer says otherwise', () => {
    const clock = new ServerClock(() => NOON);
    expect(clock.now()).toBe(NOON);
    clock.take(undefined);
    clock.take('yesterday or so');
    expect(clock.now()).toBe(NOON);
  });

  test('goes on from what the last answer said', () => {
    let wall = NOON;
    const clock = new ServerClock(() => wall);
    clock.take(httpDate(NOON + 360_000));
    wall += 5000;
    expect(clock.now()).toBe(NOON + 365_500);
    clock.take(httpDate(wall - 3600_000));
    expect(clock.now()).toBe(wall - 3600_000 + 500);
  });

  test('is not corrected for what whole seconds and the way of an answer make', () => {
    const clock = new ServerClock(() => NOON);
    for (const ms of [-2000, -999, 0, 1000]) {
      clock.take(httpDate(NOON + ms));
      expect(clock.now()).toBe(NOON);
    }
    clock.take(httpDate(NOON + 3000));
    expect(clock.now()).toBe(NOON + 3500);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ClusterClock, resumedAt, type TimeState } from '../../../src/emulator/cluster-clock.ts';

const START = Date.parse('2026-03-02T10:00:00Z');
const clockAt = (state?: TimeState) => new ClusterClock({ wall: Date.now, state });
const since = (clock: ClusterClock) => clock.now() - START;

beforeEach(() => {
  vi.useFakeTimers({ now: START, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets real milliseconds pass, with what is asynchronous in between. */
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the clock of a live cluster', () => {
  test('is the one on the wall until somebody steers it', async () => {
    const clock = clockAt();
    const seen: number[] = [];
    clock.after(50, () => seen.push(since(clock)));
    await pass(49);
    expect(seen).toEqual([]);
    await pass(1);
    expect(seen).toEqual([50]);
    expect(clock.offset).toBe(0);
    expect(clock.isDriven).toBe(false);
  });

  test('stands still while it is paused, and goes on from there', async () => {
    const clock = clockAt();
    const seen: number[] = [];
    clock.after(1000, () => seen.push(since(clock)));
    await pass(400);
    clock.pause();
    await pass(60_000);
    expect(since(clock)).toBe(400);
    expect(seen).toEqual([]);
    clock.resume();
    await pass(599);
    expect(seen).toEqual([]);
    await pass(1);
    expect(seen).toEqual([1000]);
    expect(clock.offset).toBe(-60_000);
  });

  test('timers that are set while it is paused wait, too', async () => {
    const clock = clockAt();
    clock.pause();
    const seen: number[] = [];
    clock.after(0, () => seen.push(since(clock)));
    await pass(10_000);
    expect(seen).toEqual([]);
    clock.resume();
    await pass(1);
    expect(seen).toEqual([0]);
  });

  test.each([
    [10, 6000],
    [0.1, 60],
    [1000, 600_000],
  ])('at speed %d, 600 ms are %d, and each timer runs at its own moment', async (rate, passed) => {
    const clock = clockAt();
    const seen: number[] = [];
    const again = () => {
      seen.push(since(clock));
      clock.after(passed / 4, again);
    };
    clock.after(passed / 4, again);
    clock.setRate(rate);
    await pass(600);
    expect(since(clock)).toBe(passed);
    expect(seen).toEqual([1, 2, 3, 4].map((part) => (part * passed) / 4));
  });

  test('a fast clock waits for what a moment causes: it goes slower, and skips nothing', async () => {
    const clock = clockAt();
    let busy = 0;
    const seen: number[] = [];
    // Each moment takes half a second of work.
    clock.settleWith(async () => {
      busy++;
      await new Promise((resolve) => setTimeout(resolve, 500));
      busy--;
    });
    for (const at of [1000, 2000, 3000]) {
      clock.after(at, () => {
        seen.push(since(clock));
        expect(busy).toBe(0);
      });
    }
    clock.setRate(1000);
    await pass(600);
    expect(seen).toEqual([1000, 2000]);
    // Nobody is shown more than what has been lived through.
    expect(since(clock)).toBe(2000);
    await pass(2000);
    expect(seen).toEqual([1000, 2000, 3000]);
    // What it was behind is forgotten.
    expect(since(clock)).toBeLessThan(1_200_000);
  });

  test('in a leap time stands for everybody else, and goes on from where it was left', async () => {
    const clock = clockAt();
    const seen: number[] = [];
    clock.after(60_000, () => seen.push(since(clock)));
    await clock.leap(async () => {
      expect(clock.isDriven).toBe(true);
      await pass(5000);
      expect(since(clock)).toBe(0);
      clock.advanceTo(START + 3600_000);
    });
    expect(seen).toEqual([60_000]);
    expect(since(clock)).toBe(3600_000);
    await pass(1000);
    expect(since(clock)).toBe(3601_000);
  });

  test('a leap begins though a fast clock has never nothing to do', async () => {
    const clock = clockAt();
    const again = () => void clock.after(1, again);
    again();
    clock.settleWith(() => new Promise((resolve) => setImmediate(resolve)));
    clock.setRate(1000);
    await pass(10);
    const before = clock.now();
    const leap = clock.leap(async () => clock.advanceTo(before + 5000));
    await pass(50);
    await leap;
    expect(clock.now()).toBeGreaterThanOrEqual(before + 5000);
  });

  test('never goes back, whatever the one on the wall does', async () => {
    const clock = clockAt();
    await pass(1000);
    expect(since(clock)).toBe(1000);
    vi.setSystemTime(START - 3600_000);
    expect(since(clock)).toBe(1000);
  });

  test('a past that is lived through ends in the present', async () => {
    const clock = new ClusterClock({ wall: Date.now, past: START - 60_000 });
    expect(clock.isDriven).toBe(true);
    const seen: number[] = [];
    clock.after(30_000, () => seen.push(since(clock)));
    clock.after(61_000, () => seen.push(since(clock)));
    clock.advanceTo(START);
    clock.goLive();
    expect(since(clock)).toBe(0);
    await pass(1000);
    expect(seen).toEqual([-30_000, 1000]);
  });
});

describe('after a restart', () => {
  const state = (more: Partial<TimeState>): TimeState => ({
    at: 5_000_000,
    since: 1_000_000,
    rate: 1,
    paused: false,
    ...more,
  });

  test('the distance to the clock on the wall is kept', () => {
    expect(resumedAt(state({}), 1_600_000)).toBe(5_600_000);
  });

  test('paused time is where it was', () => {
    expect(resumedAt(state({ paused: true, rate: 7 }), 9_000_000)).toBe(5_000_000);
  });

  test('a cluster that was stopped ages as the world does, at any speed', () => {
    expect(resumedAt(state({ rate: 1000, ended: true }), 1_600_000)).toBe(5_600_000);
    expect(resumedAt(state({ rate: 0.1, ended: true }), 1_600_000)).toBe(5_600_000);
  });

  test('one that was killed may have gone on at its speed until the next note', () => {
    expect(resumedAt(state({ rate: 100 }), 1_600_000)).toBe(5_000_000 + 10_000 * 100 + 590_000);
    expect(resumedAt(state({ rate: 100 }), 1_002_000)).toBe(5_000_000 + 2000 * 100);
  });

  test('a wall clock that went back does not take time back', () => {
    expect(resumedAt(state({}), 500_000)).toBe(5_000_000);
  });

  test('speed and pause are as they were', async () => {
    const clock = clockAt({ at: START + 7_200_000, since: START, rate: 10, paused: true });
    await pass(5000);
    expect(since(clock)).toBe(7_200_000);
    clock.resume();
    await pass(1000);
    expect(since(clock)).toBe(7_210_000);
  });
});

test('a pause ends the wait of a fast clock for work that it holds up', async () => {
  const clock = clockAt();
  const begun = Promise.withResolvers<void>();
  clock.settleWith(() => {
    begun.resolve();
    return new Promise(() => {});
  });
  clock.after(1, () => {});
  clock.setRate(100);
  await pass(10);
  await begun.promise;
  clock.pause();
  expect(await clock.leap(async () => 'moved')).toBe('moved');
});

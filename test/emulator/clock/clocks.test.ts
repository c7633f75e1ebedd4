import { describe, expect, test } from 'vitest';
import { CatchUpClock, catchUp, SimulatedClock } from '../../../src/emulator/clocks.ts';

describe('simulated clock', () => {
  test('runs timers by moment, then by the order in which they were set, each at its own time', () => {
    const clock = new SimulatedClock(1000);
    const seen: string[] = [];
    const note = (name: string) => () => seen.push(`${name}@${clock.now()}`);
    clock.after(30, note('late'));
    clock.after(10, note('a'));
    clock.after(10, note('b'));
    clock.after(20, note('never')).cancel();
    clock.after(10, () => clock.after(5, note('nested')));
    clock.advanceTo(1020);
    expect(seen).toEqual(['a@1010', 'b@1010', 'nested@1015']);
    expect(clock.now()).toBe(1020);
    expect(clock.nextAt()).toBe(1030);
    expect(clock.step()).toBe(true);
    expect(clock.step()).toBe(false);
    expect(seen.at(-1)).toBe('late@1030');
  });

  test('a thousand timers in any order come out sorted', () => {
    const clock = new SimulatedClock(0);
    const seen: number[] = [];
    for (let at = 0; at < 1000; at++) clock.after((at * 7919) % 1009, () => seen.push(clock.now()));
    clock.advanceTo(2000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(1000);
  });

  test('catching up waits for what each moment causes', async () => {
    const clock = new SimulatedClock(0);
    const seen: number[] = [];
    let pending = Promise.resolve();
    const again = () => {
      pending = pending.then(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(clock.now());
        if (seen.length < 3) clock.after(10, again);
      });
    };
    clock.after(10, again);
    await catchUp(clock, 100, () => pending);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(100);
  });
});

describe('catch-up clock', () => {
  test('stands in the past until it goes live, then shows the present and keeps its timers', async () => {
    let present = 5000;
    const clock = new CatchUpClock(1000, () => present);
    const seen: string[] = [];
    clock.onLive(() => seen.push('live'));
    clock.after(500, () => seen.push(`past ${clock.now()}`));
    const due = new Promise<void>((resolve) => {
      clock.after(4005, () => {
        seen.push(`present ${clock.now()}`);
        resolve();
      });
    });
    await catchUp(clock, 5000, async () => {});
    expect(clock.now()).toBe(5000);
    present = 5010;
    clock.goLive();
    expect(clock.now()).toBe(5010);
    await due;
    expect(seen).toEqual(['past 1500', 'live', 'present 5010']);
  });
});

import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withProgress } from '../../../src/commands/cluster/progress.ts';
import type { TerminalWritable } from '../../../src/lib/io.ts';

let shown: string;
const terminal = (isTTY: boolean): TerminalWritable => {
  const stderr = new Writable({
    write(chunk, _, done) {
      shown += String(chunk);
      done();
    },
  });
  return Object.assign(stderr, { isTTY }) as TerminalWritable;
};

beforeEach(() => {
  shown = '';
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a line that says how far something is', () => {
  const ended = <T>(ms: number, value: T) => new Promise<T>((resolve) => setTimeout(() => resolve(value), ms));

  test('comes after half a second, is brought up to date, and goes', async () => {
    let looks = 0;
    const io = { stderr: terminal(true), env: {} };
    const work = withProgress(io, ended(1100, 'done'), async () => `${++looks} of 3`);
    await vi.advanceTimersByTimeAsync(499);
    expect(shown).toBe('');
    await vi.advanceTimersByTimeAsync(700);
    expect(await work).toBe('done');
    expect(shown).toBe('\r1 of 3\x1b[K\r2 of 3\x1b[K\r3 of 3\x1b[K\r\x1b[K');
    await vi.advanceTimersByTimeAsync(5000);
    expect(looks).toBe(3);
  });

  test('is not for what is quick, for pipes, or for terminals that cannot take it back', async () => {
    const asked = vi.fn(async () => 'x');
    for (const [isTTY, env, ms] of [
      [true, {}, 400],
      [false, {}, 3000],
      [true, { TERM: 'dumb' }, 3000],
    ] as const) {
      const work = withProgress({ stderr: terminal(isTTY), env }, ended(ms, 1), asked);
      await vi.advanceTimersByTimeAsync(3000);
      expect(await work).toBe(1);
    }
    expect([asked.mock.calls.length, shown]).toEqual([0, '']);
  });

  test('goes as well where the work fails, and is nobody’s failure itself', async () => {
    const io = { stderr: terminal(true), env: {} };
    const failing = ended(1000, 0).then(() => Promise.reject(new Error('no')));
    const work = withProgress(io, failing, async () => Promise.reject(new Error('not this')));
    const seen = expect(work).rejects.toThrow('no');
    await vi.advanceTimersByTimeAsync(2000);
    await seen;
    expect(shown).toBe('');
  });
});

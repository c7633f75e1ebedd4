import type { Clock } from '../../clock.ts';
import type { LogOptions } from '../node-api.ts';
import { type LoggedRun, lastLines, linesBetween, nextLineAt } from './lines.ts';
import { cutter, earliest, encode } from './log-options.ts';

/** Without a limit of its own a request gets no more than this many lines of history: logs are rotated. */
const KEPT_LINES = 50_000;
/** A follower looks at least this often whether the container has ended. */
const LONGEST_WAIT_MS = 5000;

/**
 * The log of `run` as chunks. `current` tells how the run stands now, so that a follower ends with
 * the container; a limit in bytes cuts in the middle of a line, as the kubelet does.
 */
export async function* streamLog(
  clock: Clock,
  run: LoggedRun,
  current: () => LoggedRun | undefined,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const limit = cutter(options.limitBytes);
  let until = clock.now();
  const past = lastLines(run, options.tailLines ?? KEPT_LINES, earliest(options, until), until);
  if (past.length > 0) {
    // One chunk: a long history must not become thousands of writes.
    const whole = limit.cut(Buffer.concat(past.map((line) => encode(line, options.timestamps))));
    if (whole.length > 0) yield whole;
  }
  if (!options.follow) return;
  while (!signal.aborted && limit.left > 0) {
    const state = current();
    if (!state) return;
    const now = clock.now();
    for (const line of linesBetween(state, until, now)) yield limit.cut(encode(line, options.timestamps));
    until = Math.max(until, now);
    if (state.finishedAt !== undefined && state.finishedAt < now) return;
    const next = nextLineAt(state, now) ?? Number.POSITIVE_INFINITY;
    await pause(clock, Math.min(Math.max(next - now + 1, 20), LONGEST_WAIT_MS), signal);
  }
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal.addEventListener('abort', done, { once: true });
  });
}

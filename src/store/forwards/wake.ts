import type { Timing } from '../timing.ts';

const LOOK_EVERY_MS = 5_000;
/** A look that is this late tells that the machine has slept. */
const SLEPT_MS = 15_000;

/** Calls `run` after each sleep of the machine, which shows as a jump of the clock. @returns what ends it */
export function onWake(timing: Timing, run: () => void): () => void {
  let before = timing.now();
  let timer: { cancel(): void };
  const look = () => {
    const now = timing.now();
    const late = now - before - LOOK_EVERY_MS;
    before = now;
    timer = timing.after(LOOK_EVERY_MS, look);
    if (late > SLEPT_MS) run();
  };
  timer = timing.after(LOOK_EVERY_MS, look);
  return () => timer.cancel();
}

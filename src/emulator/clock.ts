/** A pending call; `cancel` is harmless after it ran. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as the cluster sees it. Everything in the emulator that waits or stamps uses this, so that
 * tests run hours in milliseconds and a user can pause, step and speed up time.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  after(ms: number, run: () => void): Timer;
}

/** A power of two: neighbouring seconds have places of their own. */
const SECONDS_KEPT = 64;
const seconds = new Array<number>(SECONDS_KEPT).fill(Number.NaN);
const texts = new Array<string>(SECONDS_KEPT).fill('');

/** RFC 3339 in whole seconds, of milliseconds since the epoch. Most of what is stamped happened in the last few seconds. */
export function secondText(ms: number): string {
  const second = Math.floor(ms / 1000);
  const place = second & (SECONDS_KEPT - 1);
  if (seconds[place] !== second) {
    texts[place] = `${new Date(ms).toISOString().slice(0, 19)}Z`;
    seconds[place] = second;
  }
  return texts[place]!;
}

/** RFC 3339 in whole seconds, as metav1.Time is written. */
export function timestamp(clock: Clock): string {
  return secondText(clock.now());
}

/** RFC 3339 with microseconds, as metav1.MicroTime is written. */
export const microText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000Z`;

export const microTimestamp = (clock: Clock): string => microText(clock.now());

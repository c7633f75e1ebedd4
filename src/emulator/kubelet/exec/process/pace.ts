import { performance } from 'node:perf_hooks';

/** How long interpreted work may keep the server from everything else (ms). */
const SLICE_MS = 6;

let sliceBegan = 0;
let waiting: Promise<void> | undefined;

/**
 * To be awaited in every loop of interpreted work: lets the server do its own once a slice is used up,
 * also for work that never waits for anything (`while :; do :; done`, `yes | cat`).
 */
export function breathe(): Promise<void> | undefined {
  if (waiting) return waiting;
  if (performance.now() - sliceBegan < SLICE_MS) return undefined;
  waiting = new Promise((resume) => {
    setImmediate(() => {
      sliceBegan = performance.now();
      waiting = undefined;
      resume();
    });
  });
  return waiting;
}

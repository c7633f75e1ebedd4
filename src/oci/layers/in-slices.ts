/** How long work may keep input and drawing waiting at a time, in ms. */
const SLICE_MS = 12;
/** Steps between looks at the clock. */
const STEPS = 256;

/**
 * Does long work in slices, so that a screen that waits for it still draws and takes keys.
 * @param work yields where it may be interrupted, after some microseconds each time
 * @throws what the work throws; the signal's reason where it is aborted
 */
export async function inSlices<Result>(work: Generator<void, Result>, signal?: AbortSignal): Promise<Result> {
  let end = performance.now() + SLICE_MS;
  for (let step = 1; ; step++) {
    const { done, value } = work.next();
    if (done) return value;
    if (step % STEPS !== 0 || performance.now() < end) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    end = performance.now() + SLICE_MS;
  }
}

/** The same work without a pause. */
export function atOnce<Result>(work: Generator<void, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

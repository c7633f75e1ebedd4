import type { Timing } from '../../store/timing.ts';
import type { ViewModel } from '../views/view-model.ts';

/** Time for the first rows to be drawn, ms. */
const drawMs = 50;
/** How long a slow first table holds up the rest, ms. */
const patienceMs = 1500;

/**
 * Runs `rest` once, when the rows of `model`, or why there are none, are on the screen: what the user
 * waits for comes first.
 */
export function afterFirstRows(model: ViewModel, timing: Timing, rest: () => void): { cancel(): void } {
  const stop = model.subscribe(() => {
    if (model.connection()?.phase === 'connecting') return;
    stop();
    timer.cancel();
    timer = timing.after(drawMs, rest);
  });
  let timer = timing.after(patienceMs, () => {
    stop();
    rest();
  });
  return {
    cancel() {
      stop();
      timer.cancel();
    },
  };
}

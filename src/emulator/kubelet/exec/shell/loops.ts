import { breathe } from '../process/pace.ts';
import type { Shell } from './context.ts';
import { LoopJump } from './state.ts';

/** Runs `body` while `test` holds, with `break` and `continue`; `ended` takes the status of each round. */
export async function loopWhile(
  shell: Shell,
  test: () => Promise<boolean>,
  body: () => Promise<void>,
  ended: (status: number) => void,
  after?: () => Promise<void>,
): Promise<void> {
  const { state } = shell;
  state.loops++;
  let isOuter = false;
  try {
    while (await test()) {
      await breathe();
      shell.process.signal.throwIfAborted();
      try {
        await body();
        ended(state.status);
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error;
        ended(0);
        state.status = 0;
        if (error.levels > 1 && state.loops > 1) {
          error.levels--;
          isOuter = true;
          throw error;
        }
        if (error.kind === 'break') return;
      }
      await after?.();
    }
  } catch (error) {
    // `break` in the condition leaves the loop, too.
    if (isOuter || !(error instanceof LoopJump) || (error.levels > 1 && state.loops > 1)) throw error;
    ended(0);
  } finally {
    state.loops--;
  }
}

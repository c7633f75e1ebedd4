import type { Shell } from '../context.ts';
import { ExitJump } from '../state.ts';

/** Takes a status as that of a command which ended, runs the trap of ERR, and leaves where `set -e` wants it. */
export async function ended(shell: Shell, status: number): Promise<number> {
  const { state } = shell;
  state.status = status;
  if (status === 0 || state.conditions > 0) return status;
  const { onError } = state;
  if (onError && (state.functionDepth === 0 || state.options.has('E'))) {
    state.onError = undefined;
    await shell.execute(onError);
    state.onError = onError;
    state.status = status;
  }
  if (state.options.has('e')) throw new ExitJump(status);
  return status;
}

/** Runs what only asks: `set -e` does not hold in it. */
export async function asCondition<T>({ state }: Shell, run: () => Promise<T>): Promise<T> {
  state.conditions++;
  try {
    return await run();
  } finally {
    state.conditions--;
  }
}

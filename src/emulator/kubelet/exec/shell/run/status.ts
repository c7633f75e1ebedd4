import type { Shell } from '../context.ts';
import { ExitJump } from '../state.ts';

/** Takes a status as that of a command which ended, and leaves where `set -e` wants it. */
export function ended({ state }: Shell, status: number): number {
  state.status = status;
  if (status !== 0 && state.options.has('e') && state.conditions === 0) throw new ExitJump(status);
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

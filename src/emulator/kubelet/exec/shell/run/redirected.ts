import type { Redirection } from 'unbash';
import type { Shell } from '../context.ts';
import { RedirectFailure, redirect } from '../redirect.ts';
import { ended } from './status.ts';

/** Runs with redirections, and puts everything back. */
export async function redirected(
  shell: Shell,
  redirects: readonly Redirection[],
  run: () => Promise<number>,
): Promise<number> {
  if (redirects.length === 0) return run();
  let undo: () => void;
  try {
    undo = await redirect(shell, redirects);
  } catch (error) {
    if (!(error instanceof RedirectFailure)) throw error;
    return ended(shell, shell.state.dialect === 'dash' ? 2 : 1);
  }
  try {
    return await run();
  } finally {
    undo();
  }
}

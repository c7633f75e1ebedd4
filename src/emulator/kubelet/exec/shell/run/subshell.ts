import { isSystemError } from '../../fs/errors.ts';
import { Killed } from '../../process/signals.ts';
import type { HandleChanges, Shell } from '../context.ts';

/** Runs in a subshell to its end; killed by a signal, it has the status for that. */
export async function inSubshell(
  shell: Shell,
  run: (child: Shell) => Promise<unknown>,
  changes?: HandleChanges,
): Promise<number> {
  let child: Shell;
  try {
    child = shell.fork(changes);
  } catch (error) {
    for (const handle of changes?.values() ?? []) handle?.release();
    if (!isSystemError(error, 'EAGAIN')) throw error;
    await shell.complain(`can't fork: ${error.message}`);
    throw shell.fatal(2);
  }
  return shell.whileAlive(toItsEnd(child, run));
}

/** Runs a forked shell until it leaves, and gives its process back. */
export async function toItsEnd(child: Shell, run: (child: Shell) => Promise<unknown>): Promise<number> {
  try {
    await run(child);
    return await child.finish();
  } catch (error) {
    if (error instanceof Killed) return 128 + error.signal;
    await child.left(error);
    return await child.finish();
  } finally {
    child.process.exit();
  }
}

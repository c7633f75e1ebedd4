import type { IoStreams } from '../../lib/io.ts';
import { rawTerminal } from '../../lib/terminal-guard.ts';

/** What is done sooner needs no word meanwhile (ms). */
const PATIENCE_MS = 500;
const EVERY_MS = 250;

/**
 * Waits for `work`, with a line on a terminal that says how far it is, gone when it is done.
 * @param howFar the line; undefined where there is nothing to say. Its failures are not the work's
 */
export async function withProgress<T>(
  { stderr, env }: Pick<IoStreams, 'stderr' | 'env'>,
  work: Promise<T>,
  howFar: () => Promise<string | undefined>,
): Promise<T> {
  if (!stderr.isTTY || env.TERM === 'dumb') return work;
  const terminal = rawTerminal(stderr);
  let isDone = false;
  let isShown = false;
  let timer: NodeJS.Timeout;
  const look = async () => {
    const line = await howFar().catch(() => undefined);
    if (isDone) return;
    if (line !== undefined) {
      terminal.write(`\r${line}\x1b[K`);
      isShown = true;
    }
    timer = setTimeout(look, EVERY_MS);
  };
  timer = setTimeout(look, PATIENCE_MS);
  try {
    return await work;
  } finally {
    isDone = true;
    clearTimeout(timer);
    if (isShown) terminal.write('\r\x1b[K');
  }
}

import type { IoStreams } from '../../lib/io.ts';

/**
 * Does `work`; on a terminal, `what` is said while it goes on for long. Single requests say so by themselves.
 * @param what a few words, asked for each time they are drawn
 */
export function withProgress<T>({ progress }: IoStreams, what: () => string, work: () => Promise<T>): Promise<T> {
  return progress ? progress.during(what, work()) : work();
}

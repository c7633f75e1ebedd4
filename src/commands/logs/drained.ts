import type { TerminalWritable } from '../../lib/io.ts';

/** Resolves when the reader of a full stream has made room, or has left. */
export function drained(out: TerminalWritable): Promise<void> {
  return new Promise((resolve) => {
    if (out.destroyed) return resolve();
    const done = () => {
      out.off('drain', done);
      out.off('close', done);
      resolve();
    };
    out.on('drain', done);
    out.on('close', done);
  });
}

import type { LogOptions } from '../node-api.ts';
import type { KeptLine, KeptLog } from './kept-log.ts';
import { cutter, earliest, encode } from './log-options.ts';

const LINES_PER_CHUNK = 1000;

/** A kept log as chunks; with `follow` it ends when the log does. */
export async function* streamKept(
  log: KeptLog,
  now: number,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const limit = cutter(options.limitBytes);
  const bytes = (line: KeptLine): Uint8Array => encode(line, options.timestamps, line.isWhole);
  const from = earliest(options, now);
  let next = Math.max(log.first, log.end - (options.tailLines ?? Number.POSITIVE_INFINITY));
  while (next < log.end && log.line(next)!.at < from) next++;
  for (;;) {
    while (next < log.end && limit.left > 0) {
      next = Math.max(next, log.first);
      const chunk: Uint8Array[] = [];
      for (; next < log.end && chunk.length < LINES_PER_CHUNK; next++) chunk.push(bytes(log.line(next)!));
      yield limit.cut(Buffer.concat(chunk));
    }
    if (!options.follow || signal.aborted || limit.left <= 0 || (log.isClosed && next >= log.end)) return;
    if (next >= log.end) await log.changed(signal);
  }
}

import { isApiError } from '../../api/status.ts';
import type { LogPosition } from './log-position.ts';
import type { LogContainer, LogReceiver, LogStart, OpenLog } from './log-source.ts';
import { readLines } from './read-lines.ts';
import { type StampedLine, stampedLine } from './stamped-line.ts';

/**
 * How one reading ended: the server said that this was all; it has no such log, now or any more; the connection
 * broke; it may not be read at all; or what came is not the log that `position` is about, and nothing of it was taken.
 */
export type ReadEnd = { how: 'ended' } | { how: 'absent' | 'lost' | 'refused'; error: Error } | { how: 'other' };

export interface ReadLogOptions {
  open: OpenLog;
  receiver: LogReceiver;
  /** Where to begin; moved on by every line that came. */
  position: LogPosition;
  /** The server has answered. */
  onOpen(): void;
  signal: AbortSignal;
}

/** Thrown through the reader: the rest of the stream is of no use. */
class OtherLog extends Error {}

/** Reads one log from `position` on; lines that came before are left out. Never throws. */
export async function readLog(
  request: LogContainer & LogStart & { follow: boolean; previous: boolean },
  { open, receiver, position, onOpen, signal }: ReadLogOptions,
): Promise<ReadEnd> {
  if (position.isStart) position.beganInside = request.tailLines !== undefined;
  const resumption = position.resume();
  const { sinceTime } = position;
  let key = position.newest;
  const take = (lines: readonly string[]): Promise<void> | undefined => {
    const fresh: StampedLine[] = [];
    for (const raw of lines) {
      const line = stampedLine(raw, key);
      key = line.key;
      const verdict = resumption.judge(line);
      if (verdict === 'broken') throw new OtherLog();
      if (verdict === 'seen') continue;
      if (position.gap !== undefined) {
        receiver.note({ kind: 'gap', from: position.newest, to: line.key, why: position.gap });
        position.gap = undefined;
      }
      position.take(line);
      fresh.push(line);
    }
    return fresh.length > 0 ? receiver.lines(fresh) : undefined;
  };
  try {
    const stream = await open({ ...request, ...(sinceTime ? { sinceTime } : {}), signal });
    onOpen();
    await readLines(stream, take);
    return { how: resumption.isPassed ? 'ended' : 'other' };
  } catch (error) {
    if (error instanceof OtherLog) return { how: 'other' };
    return { how: howFailed(error), error: error as Error };
  }
}

function howFailed(error: unknown): 'absent' | 'lost' | 'refused' {
  if (isApiError(error, 'Forbidden') || isApiError(error, 'Unauthorized')) return 'refused';
  return isApiError(error, 'BadRequest') || isApiError(error, 'NotFound') ? 'absent' : 'lost';
}

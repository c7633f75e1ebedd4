import type { Timing } from '../timing.ts';
import { LogPosition } from './log-position.ts';
import type { LogReceiver, OpenLog } from './log-source.ts';
import { type ReadEnd, readLog } from './read-log.ts';

/** After a broken connection, in ms: then it goes on where it was. */
const retryDelays = [200, 1000, 3000];

export interface ReadWholeOptions {
  open: OpenLog;
  receiver: LogReceiver;
  timing: Timing;
  signal: AbortSignal;
}

/** Reads a log to its end, across broken connections. Never throws. */
export async function readWhole(
  request: Parameters<typeof readLog>[0],
  { open, receiver, timing, signal }: ReadWholeOptions,
): Promise<ReadEnd> {
  const position = new LogPosition();
  let attempt = 0;
  for (;;) {
    const before = position.newest;
    const end = await readLog(request, { open, receiver, position, onOpen: () => undefined, signal });
    if (position.newest !== before) attempt = 0;
    if (end.how === 'other') position.forgive('older lines of the log are gone');
    else if (end.how !== 'lost' || signal.aborted || attempt === retryDelays.length) return end;
    else await pause(retryDelays[attempt++]!, timing, signal);
  }
}

function pause(ms: number, timing: Timing, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = timing.after(ms, resolve);
    signal.addEventListener('abort', () => {
      timer.cancel();
      resolve();
    });
  });
}

import { readFileSync } from 'node:fs';
import { KctlError } from '../../lib/errors.ts';
import { systemTiming, type Timing } from '../../store/timing.ts';
import type { DashboardServices } from '../services.ts';
import type { InputEvent } from '../term/key.ts';
import { type RecordedEntry, readRecording } from './recording.ts';
import { ReplayClock, replayServices } from './replay-services.ts';

export interface Replay {
  services: DashboardServices;
  /** What was seen first, as typed after `:`. */
  line: string;
  /** Does what was done then, until `close`; the moment comes with each event. */
  feed(handle: (event: InputEvent) => void): { close(): void };
}

/** The command that opens a recorded table: `pods shop`. */
function lineOf(entries: readonly RecordedEntry[]): string {
  const first = entries.find((entry) => 'open' in entry && entry.what === 'table');
  if (!first || !('open' in first)) return '';
  const [kind = 'pods', namespace = '', labels = ''] = first.key.split(' ');
  return [kind, namespace || 'all', labels].filter(Boolean).join(' ');
}

/** @throws KctlError `input` for a file that cannot be read or is no recording */
export function openReplay(
  file: string,
  env: Record<string, string | undefined>,
  timing: Timing = systemTiming,
): Replay {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new KctlError('input', (error as Error).message, { cause: error });
  }
  const { head, entries } = readRecording(text, file);
  const clock = new ReplayClock(timing, Date.parse(head.start), entries.at(-1)?.t ?? 0);
  return {
    services: replayServices(head, entries, clock, env),
    line: lineOf(entries),
    feed(handle) {
      const inputs = entries.flatMap((entry) => ('input' in entry ? [entry] : []));
      const timers = inputs.map(({ t, input }) => clock.at(t, () => handle(input)));
      return {
        close() {
          for (const timer of timers) timer.cancel();
        },
      };
    },
  };
}

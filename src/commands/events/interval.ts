import type { KubeObject } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';

/** When an event was seen last, as milliseconds to sort by; 0 where it does not say. */
export function seenAt({ series, lastTimestamp, eventTime }: KubeObject): number {
  const time: string | undefined = series ? series.lastObservedTime : lastTimestamp || eventTime;
  const at = time ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(at)) return 0;
  // Microseconds decide, and a Date has none.
  const fraction = /\.\d{3}(\d{1,3})/.exec(time ?? '')?.[1] ?? '';
  return at + Number(fraction.padEnd(3, '0')) / 1000;
}

/** `5m`, or `30s (x4 over 5m)` of what came again. Events of the newer shape have `eventTime` and `series`. */
export function lastSeen(event: KubeObject, now: number): string {
  const { series, count, firstTimestamp, lastTimestamp, eventTime } = event;
  const first = ageSince(eventTime || firstTimestamp, now);
  if (series) return `${ageSince(series.lastObservedTime, now)} (x${series.count ?? 0} over ${first})`;
  return count > 1 ? `${ageSince(lastTimestamp, now)} (x${count} over ${first})` : first;
}

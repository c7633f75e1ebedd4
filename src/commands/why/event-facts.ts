import type { KubeObject } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';

/** What an event says, however it was written (events/v1 has fields of its own). */
export interface Told {
  reason: string;
  message: string;
  type: string;
  count: number;
  /** RFC 3339, of the last time. */
  last: string;
}

export function toldBy(event: KubeObject): Told {
  const series = event['series'];
  return {
    reason: event['reason'] ?? '',
    message: event['message'] ?? event['note'] ?? '',
    type: event['type'] ?? 'Normal',
    count: series?.count ?? event['count'] ?? event['deprecatedCount'] ?? 1,
    last:
      series?.lastObservedTime ??
      event['lastTimestamp'] ??
      event['eventTime'] ??
      event.metadata.creationTimestamp ??
      '',
  };
}

/** The latest event with one of these reasons. */
export function latest(events: readonly Told[], ...reasons: string[]): Told | undefined {
  return events
    .filter(({ reason }) => reasons.includes(reason))
    .reduce<Told | undefined>(
      (best, one) => (!best || Date.parse(one.last) >= Date.parse(best.last) ? one : best),
      undefined,
    );
}

/** `Unhealthy 3 times, last 20s ago: …` */
export function toldText({ reason, message, count, last }: Told, now: number): string {
  const times = count > 1 ? `${count} times, last ` : '';
  return `${reason} ${times}${ageSince(last, now)} ago: ${message}`;
}

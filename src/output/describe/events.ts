import type { KubeObject } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';
import type { DescribeContext } from './fetch.ts';
import { type DescribeText, NONE } from './text.ts';

/** The events about `object`, oldest first, as the last section of a description. */
export async function writeEvents(out: DescribeText, object: KubeObject, context: DescribeContext): Promise<void> {
  const events = await eventsOf(object, context);
  if (events.length === 0) {
    out.field(0, 'Events', NONE);
    return;
  }
  out.line(0, 'Events:');
  out.line(1, 'Type\tReason\tAge\tFrom\tMessage');
  out.line(1, '----\t------\t----\t----\t-------');
  for (const event of events) {
    const source = event.source?.component || event.reportingComponent || event.reportingController || '';
    const message = String(event.message ?? '').trim();
    out.line(1, [event.type ?? '', event.reason ?? '', interval(event, context.nowMs), source, message].join('\t'));
  }
}

async function eventsOf(object: KubeObject, { fetch, resource }: DescribeContext): Promise<KubeObject[]> {
  const { name = '', namespace = '', uid } = object.metadata;
  const terms = [`involvedObject.name=${name}`, `involvedObject.kind=${resource.kind}`];
  if (namespace) terms.push(`involvedObject.namespace=${namespace}`);
  // The kubelet reports about its node with the name in place of the uid.
  if (uid && resource.kind !== 'Node') terms.push(`involvedObject.uid=${uid}`);
  const events = await fetch.list('events', { namespace, fieldSelector: terms.join(',') });
  return events.toSorted((a, b) => lastTime(a) - lastTime(b));
}

function lastTime(event: KubeObject): number {
  return event.lastTimestamp ? Date.parse(event.lastTimestamp) : 0;
}

/** `3m`, or `3m (x5 over 10m)` where it happened more than once. */
function interval(event: KubeObject, nowMs: number): string {
  const first = ageSince(event.eventTime ?? event.firstTimestamp, nowMs);
  if (event.series) {
    return `${ageSince(event.series.lastObservedTime, nowMs)} (x${event.series.count} over ${first})`;
  }
  if ((event.count ?? 0) > 1) return `${ageSince(event.lastTimestamp, nowMs)} (x${event.count} over ${first})`;
  return first;
}

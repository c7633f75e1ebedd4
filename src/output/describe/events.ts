import type { KubeObject } from '../../api/meta.ts';
import { ageSince } from '../../lib/age.ts';
import { goSort } from '../../lib/go-sort.ts';
import type { DescribeContext } from './fetch.ts';
import { type DescribeText, NONE } from './text.ts';

const MIRROR_POD = 'kubernetes.io/config.mirror';

/** The events about `object`, oldest first, as the last section of a description; none where they cannot be read. */
export async function writeEvents(out: DescribeText, object: KubeObject, context: DescribeContext): Promise<void> {
  if (!context.showEvents) return;
  writeEventList(out, await eventsOf(object, context).catch(() => []), context.nowMs);
}

/** The same where events that cannot be read fail the whole. */
export async function writeEventsStrictly(
  out: DescribeText,
  object: KubeObject,
  context: DescribeContext,
): Promise<void> {
  if (context.showEvents) writeEventList(out, await eventsOf(object, context), context.nowMs);
}

export function writeEventList(out: DescribeText, events: readonly KubeObject[], nowMs: number): void {
  if (events.length === 0) {
    out.field(0, 'Events', NONE);
    return;
  }
  out.line(0, 'Events:');
  out.line(1, 'Type\tReason\tAge\tFrom\tMessage');
  out.line(1, '----\t------\t----\t----\t-------');
  for (const event of goSort(events, (a, b) => lastTime(a) < lastTime(b))) {
    const source = event.source?.component || event.reportingComponent || '';
    const message = String(event.message ?? '').trim();
    out.line(1, [event.type ?? '', event.reason ?? '', interval(event, nowMs), source, message].join('\t'));
  }
}

/** Which events are about an object. */
function selectorOf(object: KubeObject, kind: string, uid: string | undefined): string {
  const { name = '', namespace = '' } = object.metadata;
  const terms = [`involvedObject.name=${name}`, `involvedObject.namespace=${namespace}`];
  if (kind) terms.push(`involvedObject.kind=${kind}`);
  if (uid) terms.push(`involvedObject.uid=${uid}`);
  return terms.join(',');
}

async function eventsOf(object: KubeObject, { fetch, resource }: DescribeContext): Promise<KubeObject[]> {
  const { namespace = '', uid, annotations } = object.metadata;
  const list = (kind: string, ofUid: string | undefined) =>
    fetch.list('events', { namespace, fieldSelector: selectorOf(object, kind, ofUid) });
  // The kubelet writes of a static pod under the uid that the file gave it.
  if (resource.kind === 'Pod' && !resource.group) return list('', annotations?.[MIRROR_POD] ?? uid);
  if (resource.kind !== 'Node' || resource.group) return list(resource.kind, uid);
  // And of its node with the name in place of the uid; those stand behind the others.
  const all = await list('Node', undefined);
  return [uid, object.metadata.name].flatMap((id) => all.filter((event) => event.involvedObject?.uid === id));
}

/** What was said about a pod of the name, whichever it was. */
export function eventsOfName(name: string, namespace: string, fetch: DescribeContext['fetch']): Promise<KubeObject[]> {
  return fetch.list('events', {
    namespace,
    fieldSelector: `involvedObject.name=${name},involvedObject.namespace=${namespace}`,
  });
}

/** Events that have no last time come first. */
function lastTime(event: KubeObject): number {
  return event.lastTimestamp ? Date.parse(event.lastTimestamp) : Number.NEGATIVE_INFINITY;
}

/** `3m`, or `3m (x5 over 10m)` where it happened more than once. */
function interval(event: KubeObject, nowMs: number): string {
  const first = ageSince(event.eventTime ?? event.firstTimestamp, nowMs);
  const often = (last: string | undefined, count: number) => `${ageSince(last, nowMs)} (x${count} over ${first})`;
  if (event.series) return often(event.series.lastObservedTime, event.series.count ?? 0);
  return (event.count ?? 0) > 1 ? often(event.lastTimestamp, event.count) : first;
}

import type { KubeObject } from '../../../api/meta.ts';
import { ageSince } from '../../../lib/age.ts';
import { type DerivedRow, derivedTable } from './derived-table.ts';
import { namedColumns } from './load.ts';
import { type LocalTable, localResource } from './local-table.ts';

export const eventGroupsResource = { ...localResource('event-groups', 'event-group', 'EventGroup'), namespaced: true };

const groupColumns = namedColumns(
  ...['Last seen', 'Type', 'Reason', 'Count', 'Kind', 'Message', 'Objects*', 'Newest*'],
);

interface EventFacts {
  type: string;
  reason: string;
  kind: string;
  object: string;
  message: string;
  count: number;
  last: string;
}

function eventFacts({
  metadata,
  type,
  reason,
  message,
  involvedObject,
  count,
  series,
  ...rest
}: KubeObject): EventFacts {
  const last = series?.lastObservedTime ?? rest.lastTimestamp ?? rest.eventTime ?? metadata.creationTimestamp ?? '';
  return {
    type: type ?? '',
    reason: reason ?? '',
    kind: involvedObject?.kind ?? '',
    object: involvedObject?.name ?? '',
    message: String(message ?? ''),
    count: series?.count ?? count ?? 1,
    last,
  };
}

/** A message without what is another one each time: names with hashes, numbers, addresses. */
export function messagePattern(message: string): string {
  return message
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/\b[0-9a-f]{8,}\b/g, '…')
    .replaceAll(/[\w.-]*-[a-z0-9]{4,10}(-[a-z0-9]{5})?\b/g, '…')
    .replaceAll(/\d+(\.\d+)*/g, '#');
}

/** Events that say the same of objects of one kind, counted together. */
export const eventGroupsTable: LocalTable = {
  resource: eventGroupsResource,
  open: (services, { scope }) =>
    derivedTable(services, {
      columns: groupColumns,
      kinds: [{ kind: 'events', scope, keep: eventFacts }],
      rows(live) {
        const groups = Map.groupBy([...live.items('events').values()], ({ namespace, value }) => {
          const { type, reason, kind, message } = value as EventFacts;
          return JSON.stringify([namespace, type, reason, kind, messagePattern(message)]);
        });
        return [...groups].map(([id, events]): DerivedRow => {
          const facts = events.map(({ value }) => value as EventFacts);
          const newest = facts.reduce((a, b) => (b.last > a.last ? b : a));
          const { namespace, resource, name, uid } = events[facts.indexOf(newest)]!;
          const count = facts.reduce((sum, one) => sum + one.count, 0);
          const objects = new Set(facts.map(({ object }) => object)).size;
          return {
            id,
            namespace,
            created: newest.last,
            ref: { resource, namespace, name, uid },
            cells: [
              ...[ageSince(newest.last, services.timing.now()), newest.type, newest.reason, count],
              ...[newest.kind, newest.message.trim(), objects, newest.object],
            ],
          };
        });
      },
    }),
};

import type { LoggedEvent } from './event-log.ts';
import { keyOf } from './object-table.ts';

/**
 * What to tell those who were told of `group` (oldest first) and must hear that nothing of it stands: for
 * each object one event that leads back to the state before.
 */
export function compensations(group: readonly LoggedEvent[]): LoggedEvent[] {
  const byObject = Map.groupBy(group, ({ resource, object }) => `${resource} ${keyOf(object)}`);
  return [...byObject.values()].flatMap((events): LoggedEvent[] => {
    const before = events[0]!.previous;
    const { type, resource, revision, object } = events.at(-1)!;
    const now = type === 'DELETED' ? undefined : object;
    if (!before) return now ? [{ type: 'DELETED', resource, revision, object: now, previous: now }] : [];
    return [{ type: now ? 'MODIFIED' : 'ADDED', resource, revision, object: before, previous: now }];
  });
}

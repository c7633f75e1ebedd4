import type { ControlContext, Controller } from './controller.ts';
import { deleteIfThere } from './ownership.ts';

const EVENT_TTL_MS = 3_600_000;

/**
 * Events live for an hour after they were last seen. One key for all of them: a timer for the
 * oldest, not one per event.
 */
export function eventExpiry(context: ControlContext): Controller {
  let isArmed = false;
  return {
    name: 'event-ttl',
    watches: {
      events: (event) => {
        if (isArmed || event.type === 'DELETED') return [];
        isArmed = true;
        return ['events'];
      },
    },
    reconcile: async () => {
      const now = context.clock.now();
      let oldest = Number.POSITIVE_INFINITY;
      for (const event of context.lister.list('events')) {
        const last: string = event['series']?.lastObservedTime ?? event['lastTimestamp'] ?? event['eventTime'] ?? '';
        const seen = Date.parse(last || event.metadata.creationTimestamp!);
        if (seen + EVENT_TTL_MS <= now) await deleteIfThere(context, 'events', event);
        else oldest = Math.min(oldest, seen);
      }
      isArmed = oldest !== Number.POSITIVE_INFINITY;
      // In steps of a minute: many events end together.
      return isArmed ? Math.max(oldest + EVENT_TTL_MS - now, 60_000) : undefined;
    },
  };
}

import { findBuiltin } from '../../../api/resources.ts';
import { padText } from '../../../lib/text-width.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import type { DashboardServices } from '../../services.ts';
import { say } from '../../words/say.ts';
import { refText } from '../ref-text.ts';
import type { PageRow } from '../rows/page-row.ts';
import { RowsPage } from '../rows/rows-page.ts';
import type { ObjectRef } from '../view.ts';
import { LiveObject, readObject } from './live-object.ts';
import { type Moment, momentsOf } from './moments.ts';

/** How levels look; the sign says it without colours too. */
export const levelLooks: Readonly<Record<Moment['level'], { sign: string; token: ThemeToken }>> = {
  bad: { sign: 'x', token: 'status.error' },
  warn: { sign: '!', token: 'status.warn' },
  ok: { sign: ' ', token: 'text' },
};

const evidenceWidth = 15;

function rowOf(one: Moment, ref: ObjectRef): PageRow {
  const { sign, token } = levelLooks[one.level];
  const { event } = one;
  const about: ObjectRef = event
    ? { resource: findBuiltin('events')!, namespace: event.metadata.namespace, name: event.metadata.name ?? '' }
    : ref;
  return {
    key: `${one.at} ${one.evidence} ${one.what}`,
    at: one.at,
    lead: [
      [token, `${sign} `],
      ['text.muted', padText(say(one.evidence), evidenceWidth)],
    ],
    text: one.what,
    token,
    ref: about,
  };
}

/** What happened to an object, newest first, each with where it is known from; it goes on while it is open. */
export function openTimeline(services: DashboardServices, ref: ObjectRef): RowsPage {
  const live = new LiveObject(services, ref, { events: 'shown' });
  return new RowsPage({
    view: { type: 'page', page: 'timeline', of: refText(ref) },
    timing: services.timing,
    live,
    async load(past = Number.POSITIVE_INFINITY) {
      await readObject(services, ref);
      const events = live.events.getSnapshot().objects.values();
      return momentsOf(live.history.getSnapshot(), events).flatMap((one) => (one.at <= past ? [rowOf(one, ref)] : []));
    },
    travels: true,
    empty: say('Nothing is known of what happened to it.'),
  });
}

import type { KubeObject } from '../../../api/meta.ts';
import type { DashboardServices } from '../../services.ts';
import { clockText } from '../../state/moments.ts';
import { say } from '../../words/say.ts';
import type { ObjectRef } from '../view.ts';
import { historyOf } from './histories.ts';

/**
 * How an object was at a moment, as far as any version of it was seen.
 * @param at ms since 1970
 * @returns the object, or in the user's words why it is not known
 */
export function versionAt(
  services: DashboardServices,
  ref: ObjectRef,
  at: number,
): { object: KubeObject } | { why: string } {
  const { versions, goneAt } = historyOf(services, ref).getSnapshot();
  if (goneAt !== undefined && goneAt <= at)
    return { why: say('It was deleted at {time}.', { time: clockText(goneAt) }) };
  const known = versions.findLast((one) => one.at <= at);
  if (known) return { object: known.object };
  const [first] = versions;
  const created = Date.parse(first?.object.metadata.creationTimestamp ?? '');
  if (created > at) return { why: say('It was made at {time}.', { time: clockText(created) }) };
  return first
    ? { why: say('How it was then is not known: it was seen first at {time}.', { time: clockText(first.at) }) }
    : { why: say('How it was then is not known.') };
}

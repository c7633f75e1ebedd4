import { recentNotices } from '../../../store/rollout/news.ts';
import type { RolloutSnapshot } from '../../../store/rollout/snapshot.ts';
import { say } from '../../words/say.ts';
import type { PieceLine } from './head-lines.ts';

/** Events that are kept at hand: more than any screen shows. */
const mostEvents = 60;

/** What came lately of the workload, its revisions and pods: the latest first. */
export function eventLines({ state, tree }: RolloutSnapshot): PieceLine[] {
  if (!tree) return [];
  return recentNotices(state, tree, mostEvents)
    .reverse()
    .map(({ at, warning, reason, kind, name, message, count }): PieceLine => {
      const times = count > 1 ? ` (${say('{count} times', { count })})` : '';
      return [
        ['text.muted', `${at.slice(11, 19)} `],
        [warning ? 'status.warn' : 'text', `${warning ? '! ' : '  '}${reason} `],
        ['text.muted', `${kind.toLowerCase()}/${name}: `],
        [undefined, `${message.trim().replace(/\s*\n\s*/g, ' ')}${times}`],
      ];
    });
}

import { escapeTerminal } from '../../../lib/escape.ts';
import type { RolloutSnapshot } from '../../../store/rollout/snapshot.ts';
import type { RolloutTree } from '../../../store/rollout/tree.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';
import { say, sayAssembled } from '../../words/say.ts';
import { wrapWords } from '../error-lines.ts';
import { barOf, estimateText } from './figures.ts';

/** Pieces of one line, in their looks. */
type Piece = readonly [token: ThemeToken | undefined, text: string];
export type PieceLine = readonly Piece[];

/** Failures that are told by themselves; more are counted. */
const mostFailures = 3;

/** What stands above everything: how it goes, old and new, room, its end, and what stands in the way. */
export function headLines(snapshot: RolloutSnapshot, width: number): PieceLine[] {
  const { tree, status, statusError, unread } = snapshot;
  if (!tree) return [];
  const message = sayAssembled(statusError?.message ?? status?.message ?? '');
  const look: Piece = statusError
    ? ['status.error', 'x ']
    : status?.done
      ? ['status.ok', '✓ ']
      : ['status.progress', '~ '];
  const ends = estimateText(snapshot);
  return [
    tree.paused
      ? [
          ['status.warn', `! ${say('PAUSED')} `],
          ['text.muted', message],
        ]
      : [look, [look[0], message]],
    barLine(tree, width),
    [['text.muted', roomText(tree)]],
    ...(ends ? [[['status.progress', ends] as Piece]] : []),
    ...failureLines(snapshot, width),
    ...[...unread].map(
      ([kind, why]): PieceLine => [['status.warn', `! ${say('{kind}s are not told of: {why}', { kind, why })}`]],
    ),
  ];
}

function barLine({ totals }: RolloutTree, width: number): PieceLine {
  const { desired, new: fresh, newReady, old, available } = totals;
  const whole = Math.max(desired, fresh + old, 1);
  const cells = Math.max(10, Math.min(40, width - 60));
  const bar = barOf(cells, whole, [
    { share: newReady, sign: '█' },
    { share: fresh - newReady, sign: '▓' },
    { share: old, sign: '░' },
  ]);
  const [done, rest] = [bar.replace(/[^█]/g, ''), bar.replace(/█/g, '')];
  return [
    ['bar.full', done],
    ['bar.empty', rest],
    ['status.ok', `  █ ${say('{count} new ready', { count: newReady })}`],
    ['status.progress', `  ▓ ${say('{count} on the way', { count: fresh - newReady })}`],
    ['text.muted', `  ░ ${say('{count} old', { count: old })}`],
    ['text.strong', `  ${say('available {ready}', { ready: `${available}/${desired}` })}`],
  ];
}

function roomText({ strategy, room, kept, budgets, minReadySeconds }: RolloutTree): string {
  const { surge, unavailable } = room;
  return [
    strategy,
    say('surge {used} of {limit}', surge),
    say('unavailable {used} of {limit}', unavailable),
    ...(minReadySeconds > 0 ? [say('available after {time}s ready', { time: minReadySeconds })] : []),
    ...budgets.map(({ name, rule, allowed }) =>
      say('budget {name} ({rule}) lets {count} be evicted', { name, rule, count: allowed }),
    ),
    ...(kept > 0 ? [say('kept for undo: {count}', { count: kept })] : []),
  ].join(' · ');
}

/** What stands in the way is not cut: it is what somebody came for. */
function failureLines({ failures }: RolloutSnapshot, width: number): PieceLine[] {
  const rest = failures.length - mostFailures;
  return [
    ...failures.slice(0, mostFailures).flatMap(({ final, message, pod, pods = 1, log = [] }): PieceLine[] => {
      const token: ThemeToken = final ? 'status.error' : 'status.warn';
      const more = pods > 1 ? ` ${say('and {count} more', { count: pods - 1 })}` : '';
      const who = pod ? `${pod}${more}: ` : '';
      return [
        ...wrapWords(escapeTerminal(`${who}${sayAssembled(message)}`), Math.max(20, width - 2)).map(
          (text, index): PieceLine => [[token, `${index > 0 ? ' ' : final ? 'x' : '!'} ${text}`]],
        ),
        ...log.map((line): PieceLine => [['text.muted', `  | ${line}`]]),
      ];
    }),
    ...(rest > 0 ? [[['text.muted', `  ${say('and {count} more', { count: rest })}`] as Piece]] : []),
  ];
}

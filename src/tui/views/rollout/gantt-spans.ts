import type { LayerPull } from '../../../api/node-pulls.ts';
import type { PodNode } from '../../../store/rollout/pod-progress.ts';
import type { PodPull } from '../../../store/rollout/pod-pulls.ts';
import type { StepName } from '../../../store/rollout/pod-steps.ts';
import type { RolloutTree } from '../../../store/rollout/tree.ts';
import type { ThemeToken } from '../../../theme/tokens.ts';

export type Phase = StepName | 'expected' | 'ready' | 'leaving' | 'failed';

/** A phase for a while. Times are ms since 1970. */
export interface Span {
  phase: Phase;
  from: number;
  to: number;
}

/**
 * A sign and a look for each phase, those that tell most of what holds a rollout first: where several pods of a
 * node are in different phases, or several fall into one cell, the first of them is seen.
 */
export const phaseLooks: Readonly<Record<Phase, { sign: string; token: ThemeToken }>> = {
  failed: { sign: 'x', token: 'status.error' },
  pull: { sign: '█', token: 'accent' },
  expected: { sign: '░', token: 'text.muted' },
  init: { sign: '▒', token: 'status.progress' },
  start: { sign: '▓', token: 'status.progress' },
  probes: { sign: '≈', token: 'status.warn' },
  settle: { sign: '~', token: 'status.progress' },
  schedule: { sign: '·', token: 'text.muted' },
  ready: { sign: '─', token: 'status.ok' },
  leaving: { sign: '<', token: 'status.done' },
};

const phases = Object.keys(phaseLooks) as readonly Phase[];

/** What a pod of the new revision went and goes through, and how long its pull is expected to take. */
export function podSpans(pod: PodNode, now: number): Span[] {
  if (pod.stage === 'terminating') return leavingSpans(pod, now);
  const spans = pod.steps.flatMap(({ name, state, from, to }): Span[] => {
    // A pull that waits for others begins later.
    if (state === 'todo' || from === undefined || from > now) return [];
    const hasFailed = state === 'now' && name === 'pull' && pod.pulls.some((pull) => pull.state === 'failed');
    return [{ phase: hasFailed ? 'failed' : name, from, to: to ?? Math.max(now, from) }];
  });
  const last = pod.steps.at(-1);
  if (pod.stage === 'ready' && last?.to !== undefined) spans.push({ phase: 'ready', from: last.to, to: now });
  const ends = pod.pulls.flatMap(({ state, to }) =>
    (state === 'pulling' || state === 'waiting') && to !== undefined ? [to] : [],
  );
  const end = Math.max(now, ...ends);
  if (end > now) spans.push({ phase: 'expected', from: now, to: end });
  return spans;
}

/** A pod's deletion is stamped with when it has to be gone: from when it leaves, only its age tells. */
function leavingSpans({ reached }: PodNode, now: number): Span[] {
  const gone = Date.parse(reached.terminating ?? '');
  if (Number.isNaN(gone)) return [];
  const from = Math.min(now, gone - graceMs);
  return [{ phase: 'leaving', from, to: now }];
}

/** What pods are given to end where nothing else is said (terminationGracePeriodSeconds). */
const graceMs = 30_000;

/** The time of one pull, or of one of its layers: what is done, and what is to come. */
export function pullSpans({ from, to, state }: Pick<PodPull, 'from' | 'to' | 'state'>, now: number): Span[] {
  if (from === undefined) return [];
  if (state === 'failed') return [{ phase: 'failed', from, to: to ?? now }];
  return upTo({ from, to: to ?? Math.max(now, from) }, now);
}

export function layerSpans({ startsAt, endsAt }: LayerPull, now: number): Span[] {
  const [from, to] = [Date.parse(startsAt ?? ''), Date.parse(endsAt ?? '')];
  return Number.isNaN(from) || Number.isNaN(to) ? [] : upTo({ from, to }, now);
}

function upTo({ from, to }: { from: number; to: number }, now: number): Span[] {
  const seam = Math.max(from, Math.min(to, now));
  return [
    ...(seam > from || to <= now ? [{ phase: 'pull' as const, from, to: seam }] : []),
    ...(to > seam ? [{ phase: 'expected' as const, from: seam, to }] : []),
  ];
}

/** The time that all rows share. */
export interface Axis {
  from: number;
  to: number;
}

/** Lengths of the axis (s): it goes on for a while before it is drawn at another scale. */
const lengths = [10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 450, 600, 900, 1200, 1800, 3600, 7200] as const;
/** What moved longer before the last movement is another story: a pod that was replaced since. */
const longestMs = 3_600_000;

/** From the first movement to the last, or to what is expected; while it goes on, to now at least. */
export function axisOf(tree: RolloutTree, now: number, isOver: boolean): Axis {
  const pods = tree.revisions.flatMap(({ pods: all, isNew }) =>
    all.filter(({ stage }) => isNew || stage === 'terminating'),
  );
  const spans = pods.flatMap((pod) => podSpans(pod, now).filter(({ phase }) => phase !== 'ready'));
  const end = Math.max(...spans.map(({ to }) => to), ...(isOver ? [] : [now]));
  if (!Number.isFinite(end)) return { from: now - lengths[0] * 1000, to: now };
  const begins = spans.filter(({ from }) => from > end - longestMs).map(({ from }) => from);
  const from = Math.min(end, ...begins);
  const seconds = (end - from) / 1000;
  const length = lengths.find((one) => one >= seconds) ?? seconds;
  return { from, to: from + length * 1000 };
}

/** The phase of each cell of a row; undefined where nothing is. */
export function cellsOf(spans: readonly Span[], { from, to }: Axis, width: number): (Phase | undefined)[] {
  const cells = Array<Phase | undefined>(width).fill(undefined);
  const scale = width / (to - from);
  const rank = (phase: Phase) => phases.indexOf(phase);
  for (const span of spans) {
    if (span.to < from || span.from > to) continue;
    const first = Math.max(0, Math.floor((span.from - from) * scale));
    // What was there at all has a cell.
    const end = Math.max(first + 1, Math.round((span.to - from) * scale));
    for (let at = first; at < Math.min(end, width); at++) {
      const known = cells[at];
      if (known === undefined || rank(span.phase) < rank(known)) cells[at] = span.phase;
    }
  }
  return cells;
}

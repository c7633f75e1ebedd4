import { humanDuration } from '../../../lib/age.ts';
import type { StepName } from '../../../store/rollout/pod-steps.ts';
import type { RolloutSnapshot } from '../../../store/rollout/snapshot.ts';
import { say } from '../../words/say.ts';

/** A bar of so many cells; parts that are there at all get one at least. */
export function barOf(width: number, whole: number, parts: readonly { share: number; sign: string }[]): string {
  let bar = '';
  for (const { share, sign } of parts) {
    const cells = share <= 0 ? 0 : Math.max(1, Math.round((share / whole) * width));
    bar += sign.repeat(Math.max(0, Math.min(cells, width - bar.length)));
  }
  return bar.padEnd(width, '·');
}

/** Tenths where it is short: `0.4s`, `12s`, `3m5s`. */
export function spanText(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1).replace(/\.0$/, '')}s` : humanDuration(ms);
}

/** What each step is called where it holds a rollout. */
export const stepWords: Readonly<Record<StepName | 'room', string>> = {
  schedule: 'scheduling',
  init: 'init',
  pull: 'image pull',
  start: 'start',
  probes: 'probes',
  settle: 'minReadySeconds',
  room: 'room for pods',
};

/** When it will be done, which step holds it, and that this is an estimate; '' where nothing tells. */
export function estimateText({ estimate, failures, tree }: RolloutSnapshot): string {
  // What is paused, or needs a person, has no end by itself.
  if (!estimate || tree?.paused || failures.some(({ final }) => final)) return '';
  const { leftMs, holds, pod, node, from, rounds } = estimate;
  const where = holds === 'room' ? '' : ` ${[pod, holds === 'pull' ? node : undefined].filter(Boolean).join(' @ ')}`;
  const parts = [
    say('ends in ~{time}', { time: humanDuration(leftMs) }),
    say('held by {step}', { step: `${say(stepWords[holds])}${where.trimEnd()}` }),
    ...(rounds > 0 ? [say('rounds of pods to come: {count}', { count: rounds })] : []),
    from === 'new' ? say('estimated by new pods') : say('estimated by pods of before'),
  ];
  return parts.join(' · ');
}

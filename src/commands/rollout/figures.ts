import { humanDuration } from '../../lib/age.ts';
import { sizeText } from '../../lib/size-text.ts';
import type { Estimate } from '../../store/rollout/estimate.ts';
import type { StepName } from '../../store/rollout/pod-steps.ts';
import type { RolloutSnapshot } from '../../store/rollout/snapshot.ts';

/** Decimal, as registries and `docker images` count. */
export const sizeOf = sizeText;

/** A bar of so many cells; parts that are there at all get one at least. */
export function barOf(width: number, whole: number, parts: readonly { share: number; sign: string }[]): string {
  let bar = '';
  for (const { share, sign } of parts) {
    const cells = share <= 0 ? 0 : Math.max(1, Math.round((share / whole) * width));
    bar += sign.repeat(Math.max(0, Math.min(cells, width - bar.length)));
  }
  return bar.padEnd(width, '·');
}

/** A span as people say it, tenths where it is short: `0.4s`, `12s`, `3m5s`. */
export function spanText(ms: number): string {
  return ms < 9950 ? `${(Math.max(0, ms) / 1000).toFixed(1).replace(/\.0$/, '')}s` : humanDuration(ms);
}

/** What each step is called where it holds a rollout. */
const holding: Readonly<Record<StepName | 'room', string>> = {
  schedule: 'finding a node',
  init: 'the init containers',
  pull: 'the image pull',
  start: 'starting the containers',
  probes: 'the readiness probes',
  settle: 'minReadySeconds',
  room: 'room for more pods',
};

/** When it will be done, and that this is estimated; '' where nothing tells. */
export function estimateText({ estimate, failures }: Pick<RolloutSnapshot, 'estimate' | 'failures'>): string {
  if (!estimate || failures.some(({ final }) => final)) return '';
  const by = estimate.from === 'new' ? 'new pods that are ready' : 'pods of the revision before';
  return `ends in ~${humanDuration(estimate.leftMs)}: ${heldBy(estimate)} (estimated by ${by})`;
}

function heldBy({ holds, pod, node, rounds }: Estimate): string {
  const where = pod && holds !== 'room' ? ` of ${pod}${node && holds === 'pull' ? ` on ${node}` : ''}` : '';
  const more = rounds > 0 ? `, ${rounds} more round${rounds === 1 ? '' : 's'} of pods to come` : '';
  return `${holding[holds]}${where} hold${holding[holds].endsWith('s') && holds !== 'settle' ? '' : 's'} it${more}`;
}

import type { ClockStatus } from '../../api/control/clock.ts';
import { formatGoDuration } from '../../lib/duration.ts';
import { aligned, steerCommand } from './steer.ts';
import { noArguments } from './which-cluster.ts';

/** `2026-03-02T10:00:00Z`, without what is less than a second. */
export const moment = (rfc3339: string): string => `${rfc3339.slice(0, 19)}Z`;

/** `×10`, `×0.5` */
export const speedText = (speed: number): string => `×${speed}`;

/** `2h0m0s ahead`, `5s behind`, `as on the wall`. */
export function aheadText(ms: number): string {
  const seconds = Math.round(ms / 1000) * 1000;
  if (seconds === 0) return 'as on the wall';
  return `${formatGoDuration(Math.abs(seconds))} ${seconds > 0 ? 'ahead of' : 'behind'} the clock on the wall`;
}

/** In one line. */
export const clockText = (clock: ClockStatus): string =>
  `${moment(clock.now)}, ${aheadText(clock.aheadMs)}, ${clock.paused ? 'paused' : `at ${speedText(clock.speed)}`}`;

/** What a line or two say of a cluster's time. */
export function clockRows(clock: ClockStatus): [label: string, value: string][] {
  const wait = clock.next === undefined ? undefined : Math.max(Date.parse(clock.next) - Date.parse(clock.now), 0);
  const next = wait === undefined ? 'none' : `${clock.next} (in ${formatGoDuration(wait)})`;
  return [
    ['Time', `${moment(clock.now)} (${aheadText(clock.aheadMs)})`],
    [
      'Runs',
      clock.paused
        ? `not: paused${clock.speed === 1 ? '' : ` (then at ${speedText(clock.speed)})`}`
        : `at ${speedText(clock.speed)}`,
    ],
    ['Next timer', clock.busy ? 'now' : next],
  ];
}

/** `kctl cluster clock` */
export const clockCommand = steerCommand({
  options: noArguments,
  async run(_, { control, show }) {
    show(await control.call<ClockStatus>('GET', 'clock'), (clock) =>
      aligned(clockRows(clock).map(([label, value]) => [`${label}:`, value])),
    );
  },
});

import type { ClockStatus } from '../../api/control/clock.ts';
import { moment, speedText } from './clock.ts';
import { steerCommand } from './steer.ts';
import { noArguments } from './which-cluster.ts';

/** `kctl cluster pause`: the API answers, nothing else moves. */
export const pauseCommand = steerCommand({
  options: noArguments,
  async run(_, { control, cluster, show }) {
    show(await control.call<ClockStatus>('POST', 'clock/pause'), ({ now }) => [
      `cluster "${cluster}" is paused at ${moment(now)}`,
    ]);
  },
});

/** `kctl cluster resume`: time goes on from where it stands. */
export const resumeCommand = steerCommand({
  options: noArguments,
  async run(_, { control, cluster, show }) {
    show(await control.call<ClockStatus>('POST', 'clock/resume'), ({ now, speed }) => [
      `cluster "${cluster}" goes on from ${moment(now)}${speed === 1 ? '' : ` at ${speedText(speed)}`}`,
    ]);
  },
});

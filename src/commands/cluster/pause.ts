import { type ClockStatus, moment, speedText } from './clock.ts';
import { noArguments, steerCommand } from './steer.ts';

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

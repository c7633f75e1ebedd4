import { type ClockStatus, FASTEST, SLOWEST } from '../../api/control/clock.ts';
import { KctlError } from '../../lib/errors.ts';
import { speedText } from './clock.ts';
import { steerCommand } from './steer.ts';

/** `kctl cluster speed ×10`: also `x10`, `10x` and `10`. */
export const speedCommand = steerCommand({
  options({ args }) {
    const [text, more] = args;
    if (text === undefined || more !== undefined) throw new KctlError('usage', 'say one speed, such as x10');
    const number = Number(/^[×x]?([\d.]+)[×x]?$/i.exec(text)?.[1] ?? Number.NaN);
    if (!(number >= SLOWEST && number <= FASTEST)) {
      throw new KctlError('usage', `"${text}" is no speed between ×${SLOWEST} and ×${FASTEST}, such as x10`);
    }
    return number;
  },
  async run(speed, { control, cluster, show }) {
    show(await control.call<ClockStatus>('POST', 'clock/speed', { speed }), ({ paused }) => [
      `cluster "${cluster}" ${paused ? 'is paused, and will go on' : 'runs'} at ${speedText(speed)}`,
    ]);
  },
});

import { type ClockStatus, MOST_STEPS, type Stepped } from '../../api/control/clock.ts';
import { formatGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { happened } from './happenings.ts';
import { steerCommand } from './steer.ts';

/** `kctl cluster step [N]`: lives through the next moments of a paused cluster, and tells what happened in each. */
export const stepCommand = steerCommand({
  options({ args }) {
    const [text = '1', more] = args;
    if (more !== undefined) throw new KctlError('usage', `unexpected argument "${more}"`);
    const steps = /^\d+$/.test(text) ? Number(text) : 0;
    if (steps < 1 || steps > MOST_STEPS) {
      throw new KctlError('usage', `the number of steps must be between 1 and ${MOST_STEPS}, not "${text}"`);
    }
    return steps;
  },
  async run(steps, { control, show }) {
    const before = await control.call<ClockStatus>('GET', 'clock');
    show(await control.call<Stepped>('POST', 'clock/step', { steps }), (stepped) => {
      let last = Date.parse(before.now);
      const lines = stepped.moments.flatMap(({ at, changes, events, renewed }) => {
        const passed = Date.parse(at) - last;
        last += passed;
        const lived = happened(changes, events).map((line) => `  ${line}`);
        const leases = renewed > 0 ? [`  ${renewed} ${renewed === 1 ? 'lease' : 'leases'} renewed`] : [];
        const told = [...lived, ...leases];
        return [`${at} (+${formatGoDuration(passed)})`, ...(told.length > 0 ? told : ['  nothing changed'])];
      });
      return lines.length > 0 ? lines : ['nothing is to be done, now or later'];
    });
  },
});

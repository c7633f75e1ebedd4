import type { ClockStatus, Jumped } from '../../api/control/clock.ts';
import { formatGoDuration, parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import { moment } from './clock.ts';
import { eventLines } from './happenings.ts';
import { withProgress } from './progress.ts';
import { steerCommand } from './steer.ts';

const DAY_MS = 24 * 3600_000;

/** A Go duration that may begin with days: `6m`, `1d12h`. NaN for what is none. */
function lengthOf(text: string): number {
  const [, days, rest = ''] = /^(?:(\d+)d)?(.*)$/.exec(text) ?? [];
  try {
    return Number(days ?? 0) * DAY_MS + (rest === '' && days ? 0 : parseGoDuration(rest));
  } catch {
    return Number.NaN;
  }
}

const timesText = (count: number): string => (count === 1 ? '' : `×${count}`);

/** `kctl cluster jump 6m`: lives through that time at once. */
export const jumpCommand = steerCommand({
  options({ args }) {
    const [text, more] = args;
    if (text === undefined || more !== undefined) throw new KctlError('usage', 'say how far, such as 6m or 1d12h');
    const ms = lengthOf(text);
    if (!(ms >= 1)) throw new KctlError('usage', `"${text}" is no length of time, such as 6m or 1d12h`);
    return ms;
  },
  async run(ms, { control, cluster, show, io }) {
    const now = async () => Date.parse((await control.call<ClockStatus>('GET', 'clock')).now);
    const from = io.stderr.isTTY ? await now() : 0;
    const howFar = async () => {
      const at = await now();
      const share = Math.min(Math.max((at - from) / ms, 0), 1);
      return `${moment(new Date(at).toISOString())}  ${Math.floor(share * 100)} %`;
    };
    const work = control.call<Jumped>('POST', 'clock/jump', { ms });
    show(await withProgress(io, work, howFar), ({ jump }) => {
      const passed = formatGoDuration(Date.parse(jump.to) - Date.parse(jump.from));
      const { created, changed, deleted, events, more } = jump;
      return [
        `cluster "${cluster}" went from ${moment(jump.from)} to ${moment(jump.to)} (${passed}): ` +
          `${created} created, ${changed} changed, ${deleted} deleted in ${jump.moments} moments`,
        ...(more > 0 ? [`  ${more} events, and then:`] : []),
        ...eventLines(events, (_, at) => [moment(events[at]!.at).slice(11, 19), timesText(events[at]!.count)]).map(
          (line) => `  ${line}`,
        ),
      ];
    });
  },
});

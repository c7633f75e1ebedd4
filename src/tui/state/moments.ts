import { KctlError } from '../../lib/errors.ts';

const spans: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
const day = 86_400_000;

/**
 * A moment as people say it: `14:03`, `14:03:22` (the last time it was so), `-5m`, `-1h30m`, RFC 3339; `live`
 * and `now` are undefined.
 * @returns ms since 1970
 * @throws KctlError `usage` for what is none
 */
export function parseMoment(text: string, now: number): number | undefined {
  const word = text.trim().replace(/^@/, '').toLowerCase();
  if (word === 'live' || word === 'now' || word === '') return undefined;
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(word);
  if (clock)
    return clockTime(
      clock.slice(1, 4).map((part) => Number(part ?? 0)),
      now,
      word,
    );
  if (/^-(\d+[smh])+$/.test(word)) {
    const parts = [...word.matchAll(/(\d+)([smh])/g)];
    return now - parts.reduce((sum, [, count, unit]) => sum + Number(count) * spans[unit!]!, 0);
  }
  const at = /^\d{4}-\d\d-\d\dt/.test(word) ? Date.parse(word.toUpperCase()) : Number.NaN;
  if (Number.isNaN(at)) throw notMoment(word);
  return at;
}

function clockTime([hours, minutes, seconds]: readonly number[], now: number, word: string): number {
  if (hours! > 23 || minutes! > 59 || seconds! > 59) throw notMoment(word);
  const at = new Date(now).setHours(hours!, minutes!, seconds!, 999);
  // What has not come yet was yesterday.
  return at > now + 59_999 ? at - day : Math.min(at, now);
}

function notMoment(word: string): KctlError {
  return new KctlError('usage', `"${word}" is no time`, { hint: 'Say @14:03, @14:03:22, @-5m or @live.' });
}

/** `14:03:22` of the clock on the wall. */
export function clockText(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}

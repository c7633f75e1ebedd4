import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';

/** What filters look at. */
interface Pruned {
  /** ms; undefined where the image does not say. */
  createdAt: number | undefined;
  labels: Readonly<Record<string, string>>;
}

type Test = (image: Pruned) => boolean;

/**
 * docker's `prune --filter`: until=TIME (a Go duration, a date or seconds since 1970), label=KEY[=VALUE] and
 * label!=KEY[=VALUE]. All must hold.
 * @throws KctlError `usage`
 */
export function pruneFilter(texts: readonly string[], now: number): Test {
  const tests = texts.map((text) => {
    const [, key = '', not = '', value = ''] = /^([a-z]+)(!?)=(.+)$/s.exec(text) ?? [];
    if (key === 'label') return hasLabel(value, not === '');
    if (key === 'until' && not === '') return isBefore(timeOf(value, now));
    throw new KctlError('usage', `invalid filter '${text}'`, {
      hint: 'Filters are: until=TIME, label=KEY[=VALUE], label!=KEY[=VALUE]',
    });
  });
  return (image) => tests.every((test) => test(image));
}

function hasLabel(text: string, wanted: boolean): Test {
  const at = text.indexOf('=');
  const key = at < 0 ? text : text.slice(0, at);
  return ({ labels }) => {
    const isThere = Object.hasOwn(labels, key) && (at < 0 || labels[key] === text.slice(at + 1));
    return isThere === wanted;
  };
}

/** An image that does not say when it was made is old, as docker has it. */
const isBefore =
  (time: number): Test =>
  ({ createdAt = 0 }) =>
    createdAt < time;

/** What `until=` says, in ms. @throws KctlError `usage` */
export function timeOf(text: string, now: number): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (/^\d{4}-\d\d-\d\d(T|$)/.test(text)) {
    // A date alone is one of this place, as in Go; JavaScript takes it for one of Greenwich.
    const time = Date.parse(text.length === 10 ? `${text}T00:00:00` : text);
    if (!Number.isNaN(time)) return time;
  }
  try {
    return now - parseGoDuration(text);
  } catch (cause) {
    throw new KctlError('usage', `invalid filter 'until=${text}'`, {
      hint: 'Write it as 24h, as 2026-01-02T03:04:05 or in seconds since 1970.',
      cause,
    });
  }
}

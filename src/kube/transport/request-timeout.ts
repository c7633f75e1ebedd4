import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';

/**
 * `--request-timeout` in milliseconds: whole seconds, or a Go duration; 0 is without limit.
 * @throws KctlError with kubectl's words
 */
export function parseRequestTimeout(text: string | undefined): number {
  if (text === undefined || text === '' || text === '0') return 0;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : durationOf(text);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new KctlError(
    'usage',
    'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  );
}

function durationOf(text: string): number {
  try {
    return parseGoDuration(text);
  } catch {
    return Number.NaN;
  }
}

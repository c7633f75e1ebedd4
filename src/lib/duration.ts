import { KctlError } from './errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+\.?\d*|\.\d+)([a-zµμ]*)/gy;

/**
 * Go's time.ParseDuration: `1h30m`, `-1.5s`, `300ms`, `0`. The result is in milliseconds.
 * @throws KctlError `input` with Go's wording
 */
export function parseGoDuration(text: string): number {
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return 0;
  if (body === '') throw invalid(text);
  let total = 0;
  let position = 0;
  while (position < body.length) {
    PART.lastIndex = position;
    const match = PART.exec(body);
    if (!match) throw invalid(text);
    const unit = match[2] ?? '';
    if (unit === '') throw new KctlError('input', `time: missing unit in duration ${JSON.stringify(text)}`);
    const scale = UNITS[unit];
    if (scale === undefined) {
      throw new KctlError('input', `time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    }
    total += Number(match[1]) * scale;
    position = PART.lastIndex;
  }
  return negative ? -total : total;
}

/** Go's Duration.String for milliseconds: `1h0m0s`, `1.5s`, `300ms`, `0s`. */
export function formatGoDuration(ms: number): string {
  if (ms === 0) return '0s';
  const sign = ms < 0 ? '-' : '';
  const size = Math.abs(ms);
  if (size < 1e-3) return `${sign}${Math.round(size * 1e6)}ns`;
  if (size < 1) return `${sign}${trimmed(size * 1000)}µs`;
  if (size < 1000) return `${sign}${trimmed(size)}ms`;
  const minutes = Math.floor(size / 60_000);
  const seconds = `${trimmed((size - minutes * 60_000) / 1000)}s`;
  if (minutes === 0) return sign + seconds;
  return minutes < 60
    ? `${sign}${minutes}m${seconds}`
    : `${sign}${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`;
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(6)));
}

function invalid(text: string): KctlError {
  return new KctlError('input', `time: invalid duration ${JSON.stringify(text)}`);
}

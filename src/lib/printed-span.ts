import { humanDuration } from './age.ts';

/** Columns in which the server prints how long ago something was, seen from when it printed. */
const spanColumns = new Set(['last seen', 'first seen', 'last schedule', 'up']);

const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, y: 31_536_000_000 };
const span = /^(?:\d+[smhdy])+$/;
const remark = /^(\d+ \()((?:\d+[smhdy])+)( ago\))$/;

export function isSpanColumn(name: string): boolean {
  return spanColumns.has(name.toLowerCase()) || name.toLowerCase() === 'restarts';
}

/** `5m2s` in ms. */
function spanMs(text: string): number {
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([smhdy])/g)) ms += Number(count) * unitMs[unit!]!;
  return ms;
}

/** How long ago (ms) the moment was that `text` tells of when it was printed; undefined where it tells of none. */
export function printedSpan(text: string): number | undefined {
  if (span.test(text)) return spanMs(text);
  const match = remark.exec(text);
  return match ? spanMs(match[2]!) : undefined;
}

/** `5m2s` and `3 (5m2s ago)` as they read `elapsed` ms after they were printed. */
export function laterSpan(text: string, elapsed: number): string {
  if (elapsed < 1000) return text;
  if (span.test(text)) return humanDuration(spanMs(text) + elapsed);
  return text.replace(
    remark,
    (_, before: string, ago: string, after: string) => `${before}${humanDuration(spanMs(ago) + elapsed)}${after}`,
  );
}

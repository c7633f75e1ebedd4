import { parseGoDuration } from '../../lib/duration.ts';
import { quantityValue } from '../../lib/quantity.ts';

/** What annotations of a pod or of its workload say that each of its containers uses. */
export const LOAD = { cpu: 'kctl.dev/cpu-load', memory: 'kctl.dev/memory-load' } as const;
/** On a pod: the workload that its load comes from. */
export const LOAD_FROM = 'kctl.dev/load-from';

export type LoadedResource = keyof typeof LOAD;

/** A share of what a container requests, or an amount: cores, or bytes. */
interface Level {
  share?: number;
  amount?: number;
}

/** How a load goes over time. */
export interface LoadCurve {
  from: Level;
  to?: Level;
  /** Once, from `startMs` on (ms since the epoch); afterwards it stays. */
  overMs?: number;
  startMs?: number;
  /** Up and down, again and again. */
  everyMs?: number;
}

const TEXT = /^(\S+?)(?:\.\.(\S+?)(?: over (\S+) from (\S+)| every (\S+)))?$/;

const kept = new Map<string, LoadCurve | undefined>();
/** More texts than anybody sets; then they are read anew. */
const MOST_KEPT = 1000;

/**
 * `80%`, `250m`, `64Mi`, `20%..80% every 30m`, `20%..80% over 10m from 2026-03-02T10:00:00Z`; undefined for what is
 * none of these.
 */
export function parseLoad(text: string): LoadCurve | undefined {
  if (kept.has(text)) return kept.get(text);
  const curve = read(text);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, curve);
  return curve;
}

function read(text: string): LoadCurve | undefined {
  const [, from, to, over, start, every] = TEXT.exec(text) ?? [];
  try {
    if (from === undefined) return undefined;
    if (to === undefined) return { from: level(from) };
    const both = { from: level(from), to: level(to) };
    if ((both.from.share === undefined) !== (both.to.share === undefined)) return undefined;
    if (every !== undefined) return { ...both, everyMs: lasting(every) };
    const startMs = Date.parse(start ?? '');
    return Number.isNaN(startMs) ? undefined : { ...both, overMs: lasting(over ?? ''), startMs };
  } catch {
    return undefined;
  }
}

/** @throws Error */
function level(text: string): Level {
  const share = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  if (share !== undefined) return { share: Number(share) / 100 };
  const amount = quantityValue(text);
  if (!(amount >= 0)) throw new Error('less than nothing');
  return { amount };
}

/** @throws Error */
function lasting(text: string): number {
  const ms = parseGoDuration(text);
  if (!(ms > 0)) throw new Error('no time at all');
  return ms;
}

/**
 * What a load is at a moment, in cores or bytes.
 * @param requested what a share is a share of
 */
export function loadAt(curve: LoadCurve, requested: number, nowMs: number): number {
  const of = ({ share, amount }: Level) => (share === undefined ? amount! : share * requested);
  const from = of(curve.from);
  if (!curve.to) return from;
  const to = of(curve.to);
  const part = curve.everyMs
    ? (1 - Math.cos((2 * Math.PI * (nowMs % curve.everyMs)) / curve.everyMs)) / 2
    : Math.min(Math.max((nowMs - curve.startMs!) / curve.overMs!, 0), 1);
  return from + (to - from) * part;
}

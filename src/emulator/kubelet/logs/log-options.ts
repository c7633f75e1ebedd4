import type { LogOptions } from '../node-api.ts';

/** A line as a client gets it; `timestamps` puts its time before it. */
export function encode(
  line: { at: number; text: string },
  timestamps: boolean | undefined,
  isWhole = true,
): Uint8Array {
  const stamp = timestamps ? `${new Date(line.at).toISOString().slice(0, 23)}000000Z ` : '';
  return Buffer.from(`${stamp}${line.text}${isWhole ? '\n' : ''}`);
}

/** From when on lines are wanted (ms since the epoch). */
export function earliest(options: LogOptions, now: number): number {
  if (options.sinceTime) return Date.parse(options.sinceTime);
  if (options.sinceSeconds !== undefined) return now - options.sinceSeconds * 1000;
  return 0;
}

/** A limit in bytes, which cuts in the middle of a line as the kubelet does. */
export function cutter(limitBytes: number | undefined): { readonly left: number; cut(chunk: Uint8Array): Uint8Array } {
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  return {
    get left() {
      return left;
    },
    cut(chunk) {
      const kept = chunk.length > left ? chunk.subarray(0, left) : chunk;
      left -= kept.length;
      return kept;
    },
  };
}

/** From the least to the most that a size or a cost may be; whole numbers that end at 2^64. */
export interface Range {
  min: number;
  max: number;
}

/** Stands for no bound at all, as the greatest number of Go's uint64 does. */
export const ENDLESS = 2 ** 64;
export const UNKNOWN: Range = { min: 0, max: ENDLESS };

const capped = (value: number): number => Math.min(value, ENDLESS);

export const exactly = (value: number): Range => ({ min: value, max: value });

export const plus = (a: Range, b: Range): Range => ({ min: capped(a.min + b.min), max: capped(a.max + b.max) });

export const times = (a: Range, b: Range): Range => ({ min: capped(a.min * b.min), max: capped(a.max * b.max) });

/** `factor` for each, rounded up. */
export const scaled = ({ min, max }: Range, factor: number): Range => ({
  min: capped(Math.ceil(min * factor)),
  max: capped(Math.ceil(max * factor)),
});

/** What covers both. */
export const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

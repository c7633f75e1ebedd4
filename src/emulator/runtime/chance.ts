import { hash } from 'node:crypto';
import { fnv32a } from '../controllers/names.ts';

/** A number in [0, 1) that belongs to `seed` for ever: what is derived from it need not be stored. */
export function chanceOf(seed: string): number {
  // The low bits of FNV follow the last character; a final mix spreads them.
  let bits = fnv32a(seed);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
}

export const between = (seed: string, from: number, to: number): number => from + chanceOf(seed) * (to - from);

/** 64 hexadecimal digits, as container ids are. */
export const hexId = (seed: string): string => hash('sha256', seed);

import type { CallCost } from '../functions.ts';
import { type CelValue, MapValue, sizeOf } from '../values.ts';

/** What calls cost (cel-go, interpreter/runtimecost.go; k8s.io/apiserver, pkg/cel/library/cost.go). */

const PER_CHARACTER = 0.1;
const PER_PATTERN_CHARACTER = 0.25;

const part = (size: number): number => Math.ceil(size * PER_CHARACTER);

/** A walk over the first argument, `times` over. */
export const traversal =
  (times = 1): CallCost =>
  (args) =>
    Math.ceil(sizeOf(args[0]) * times * PER_CHARACTER);

/** A walk over what came out, twice: once for its parts, once to join them. */
export const joined: CallCost = (_args, result) => Math.ceil(sizeOf(result) * 2 * PER_CHARACTER);

/** As far as the shorter of two goes. */
export const shorter: CallCost = ([a, b]) => part(Math.min(sizeOf(a), sizeOf(b)));

/** Both are copied. */
export const both: CallCost = ([a, b]) => part(sizeOf(a) + sizeOf(b));

export const searched: CallCost = ([text, part_]) => part(sizeOf(text)) * part(sizeOf(part_));

export const elements: CallCost = (args) => sizeOf(args[1]);

/** A pattern of so many characters over a text. */
export const patternCost = (text: number, pattern: number): number =>
  Math.ceil((1 + text) * PER_CHARACTER) * Math.ceil(pattern * PER_PATTERN_CHARACTER);

export const matched: CallCost = ([text, pattern]) => patternCost(sizeOf(text), sizeOf(pattern));

/** Every leaf of a value is looked at once, texts by their length. */
function treeCost(value: CelValue): number {
  if (typeof value === 'string') return Math.trunc(Buffer.byteLength(value) * PER_CHARACTER);
  if (value instanceof Uint8Array) return Math.trunc(value.length * PER_CHARACTER);
  if (Array.isArray(value)) return (value as CelValue[]).reduce<number>((sum, item) => sum + treeCost(item), 0);
  if (value instanceof MapValue) {
    return value.entries().reduce((sum, [key, item]) => sum + treeCost(key) + treeCost(item), 0);
  }
  return 1;
}

export const tree: CallCost = (args) => treeCost(args[0]!);

/**
 * What may be an integer that JavaScript rounds: digits enough, and around them what stands around a value. Of thousands of
 * digests (`sha256:…`) some begin with as many.
 */
const MAY_ROUND = /[:,[\s]-?\d{16,}(?:[\s,\]}]|$)/;
const INTEGER = /^-?\d+$/;

/** Go reads what fits into an int64 as it is written, and anything larger as a float64. */
const SMALLEST = -(2n ** 63n);
const LARGEST = 2n ** 63n - 1n;

/**
 * JSON with every integer that Go keeps: one beyond 2^53 becomes a BigInt, which `JSON.stringify` then writes as its
 * digits. Texts without such digits, which are nearly all, are read by `JSON.parse` alone.
 * @throws SyntaxError as `JSON.parse`
 */
export function parseExactJson(text: string): unknown {
  if (!MAY_ROUND.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, value, context?: { source?: string }) =>
    typeof value === 'number' && context?.source ? exactNumber(context.source, value) : value,
  );
}

/** The number of such a text: a BigInt where `rounded` is not it and Go has room for it. */
export function exactNumber(source: string, rounded: number): number | bigint {
  if (Number.isSafeInteger(rounded) || !INTEGER.test(source)) return rounded;
  const exact = BigInt(source);
  if (exact < SMALLEST || exact > LARGEST) return rounded;
  writeBigInts();
  return exact;
}

interface RawJson {
  rawJSON(text: string): unknown;
}

/** From the first one on, `JSON.stringify` knows them; before, it has nothing to know. */
function writeBigInts(): void {
  const prototype = BigInt.prototype as { toJSON?: () => unknown };
  prototype.toJSON ??= function (this: bigint) {
    return (JSON as unknown as RawJson).rawJSON(this.toString());
  };
}

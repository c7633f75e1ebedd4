/** What has no fraction and fits is an integer in Go, which has no exponent. */
const INTEGERS = 2 ** 63;
/** Decimal exponents from here on, and below the other, are written (strconv.FormatFloat, format 'g'). */
const LARGE = 6;
const SMALL = -4;
/** An integer that JavaScript would write with an exponent or round. */
const UNSAFE = Number.MAX_SAFE_INTEGER;

/** A JSON number as Go's `%v` prints it: `7`, `0.5`, `1.2345675e+06`, `1e-05`. */
export function goNumberText(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) >= INTEGERS) return goFloatText(value);
  return Math.abs(value) > UNSAFE ? BigInt(value).toString() : String(value);
}

/** A float64 as Go's `%v` prints it, also where it is whole: `1e+06`. */
export function goFloatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= SMALL && power < LARGE) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** What has no fraction and fits is an integer in Go, which has no exponent. */
const INTEGERS = 2 ** 63;
/** Decimal exponents from here on, and below the other, are written (strconv.FormatFloat, format 'g'). */
const LARGE = 6;
const SMALL = -4;

/** A JSON number as Go's `%v` prints it: `7`, `0.5`, `1.2345675e+06`, `1e-05`. */
export function goNumberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < INTEGERS) return String(value);
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (!Number.isFinite(power) || (power >= SMALL && power < LARGE)) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

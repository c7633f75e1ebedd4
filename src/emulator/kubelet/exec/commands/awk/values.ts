import { formatPrintf } from '../../shell/printf.ts';

/** Text that came from outside: where it looks like a number it counts as one (POSIX awk, "Expressions"). */
export interface Field {
  text: string;
}

export type Value = number | string | Field;

/** What a variable is before it is assigned: 0 and "" at once. */
export const NOTHING: Field = { text: '' };

const NUMBER = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/;
const isNumeric = (text: string): boolean => NUMBER.exec(text)?.[0].length === text.trimEnd().length;

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  return Number(NUMBER.exec(typeof value === 'string' ? value : value.text)?.[0] ?? 0);
}

/** Whole numbers in full, others by `format` (CONVFMT or OFMT). */
function numberText(value: number, format: string): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return String(value === 0 ? 0 : value);
  return formatPrintf(format, [String(value)]).text;
}

export const textOf = (value: Value, format = '%.6g'): string =>
  typeof value === 'number' ? numberText(value, format) : typeof value === 'string' ? value : value.text;

export function isTrue(value: Value): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  return isNumeric(value.text) && value.text !== '' ? numberOf(value) !== 0 : value.text !== '';
}

/** As numbers where both are, or look like ones from outside; as text else. */
export function compare(a: Value, b: Value, format: string): number {
  const counts = (value: Value) =>
    typeof value === 'number' ||
    (typeof value === 'object' && (value.text === '' ? value === NOTHING : isNumeric(value.text)));
  if (counts(a) && counts(b)) return numberOf(a) - numberOf(b);
  const [left, right] = [textOf(a, format), textOf(b, format)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** printf and sprintf: each directive takes its argument once. */
export function formatted(format: string, args: readonly Value[], convert: string): string {
  let used = 0;
  const next = (): Value => args[used++] ?? '';
  return format.replace(
    /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:hh?|ll?|L|q|j|z|t)?([%a-zA-Z])/g,
    (whole, flags: string, width: string | undefined, precision: string | undefined, letter: string) => {
      if (letter === '%') return '%';
      const measure = (text: string | undefined) =>
        text === '*' ? String(Math.trunc(numberOf(next()))) : (text ?? '');
      const wide = measure(width);
      const exact = /\./.test(whole) ? `.${measure(precision) || '0'}` : '';
      const value = next();
      const head = `%${flags}${wide}${exact}`;
      if (letter === 'c') {
        const char =
          typeof value === 'number'
            ? String.fromCodePoint(Math.max(Math.trunc(value), 0) % 0x110000)
            : [...textOf(value)][0];
        return formatPrintf(`%${flags}${wide}s`, [char ?? '']).text;
      }
      if (letter === 's') return formatPrintf(`${head}s`, [textOf(value, convert)]).text;
      const number = numberOf(value);
      if ('diouxX'.includes(letter)) {
        if (!Number.isFinite(number)) return formatPrintf(`%${flags}${wide}s`, [numberText(number, convert)]).text;
        return formatPrintf(head + (letter === 'i' ? 'd' : letter), [String(BigInt(Math.trunc(number)))]).text;
      }
      if (!'feEgG'.includes(letter)) return whole;
      if (!Number.isFinite(number)) return formatPrintf(`%${flags}${wide}s`, [numberText(number, convert)]).text;
      return formatPrintf(head + letter, [String(number)]).text;
    },
  );
}

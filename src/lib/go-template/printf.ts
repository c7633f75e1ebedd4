import { nestedText, typeName } from './values.ts';

type Verb = (value: unknown, precision: number | undefined) => string | undefined;

/** What each verb makes of a value; undefined where the value is of the wrong type. */
const verbs: Readonly<Record<string, Verb>> = {
  v: (value) => nestedText(value),
  s: (value, precision) =>
    typeof value === 'number' || typeof value === 'boolean' ? undefined : nestedText(value).slice(0, precision),
  q: (value) => (typeof value === 'string' ? JSON.stringify(value) : undefined),
  d: (value) => (Number.isInteger(value) ? String(value) : undefined),
  x: (value) =>
    typeof value === 'string'
      ? Buffer.from(value).toString('hex')
      : Number.isInteger(value)
        ? Number(value).toString(16)
        : undefined,
  t: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  // A number of JSON may be whole and still stand for a float.
  f: (value, precision = 6) => (typeof value === 'number' ? value.toFixed(precision) : undefined),
  g: (value) => (typeof value === 'number' ? String(value) : undefined),
  c: (value) => (Number.isInteger(value) ? String.fromCodePoint(Number(value)) : undefined),
  T: (value) => typeName(value),
};

/** Go's Sprintf for the verbs that templates use, with width, precision and the flags `-`, `0`, `+`. */
export function formatText(format: string, values: readonly unknown[]): string {
  let used = 0;
  const text = format.replace(
    /%([-+0 ]*)(\d*)(?:\.(\d*))?(.)?/gs,
    (_all, flags: string, width: string, precision: string | undefined, verb: string | undefined) => {
      if (verb === '%') return '%';
      if (verb === undefined) return '%!(NOVERB)';
      if (used >= values.length) return `%!${verb}(MISSING)`;
      const value = values[used++];
      const made = verbs[verb]?.(value, precision === undefined ? undefined : Number(precision));
      if (made === undefined) return `%!${verb}(${typeName(value)}=${nestedText(value)})`;
      const signed = flags.includes('+') && typeof value === 'number' && value >= 0 ? `+${made}` : made;
      if (flags.includes('-')) return signed.padEnd(Number(width));
      return signed.padStart(Number(width), flags.includes('0') && typeof value === 'number' ? '0' : ' ');
    },
  );
  const extra = values.slice(used).map((value) => `${typeName(value)}=${nestedText(value)}`);
  return extra.length > 0 ? `${text}%!(EXTRA ${extra.join(', ')})` : text;
}

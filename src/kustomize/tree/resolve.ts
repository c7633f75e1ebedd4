import { resolvePlain } from '../../lib/yaml/resolve.ts';
import { TAG } from './node.ts';

/** What a plain scalar is, by go-yaml v3's rules: YAML 1.2 words, 1.1 numbers and dates. */
export interface Resolved {
  tag: string;
  value: unknown;
}

const WORDS: Readonly<Record<string, Resolved>> = Object.fromEntries([
  ...['true', 'True', 'TRUE'].map((word) => [word, { tag: TAG.bool, value: true }]),
  ...['false', 'False', 'FALSE'].map((word) => [word, { tag: TAG.bool, value: false }]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { tag: TAG.null, value: null }]),
  ['<<', { tag: TAG.merge, value: '<<' }],
]);
const SPECIAL_FLOAT = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER = /^[-+]?(?:0|[1-9][0-9]*|0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+)$/;
const MAY_BE_NUMBER = /^[-+.0-9]/;

export function resolveScalar(text: string): Resolved {
  if (Object.hasOwn(WORDS, text)) return WORDS[text]!;
  if (!MAY_BE_NUMBER.test(text)) return { tag: TAG.str, value: text };
  if (SPECIAL_FLOAT.test(text)) return { tag: TAG.float, value: resolvePlain(text) };
  const time = timestamp(text);
  if (time !== undefined) return { tag: TAG.timestamp, value: time };
  const plain = text.replaceAll('_', '');
  if (INTEGER.test(plain)) return { tag: TAG.int, value: integer(plain) };
  const value = resolvePlain(text);
  return typeof value === 'number' ? { tag: TAG.float, value } : { tag: TAG.str, value: text };
}

const MAX_UINT64 = 2n ** 64n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** Beyond what a number holds exactly as a bigint, beyond 64 bits as a number. */
function integer(text: string): number | bigint {
  const number = resolvePlain(text) as number;
  if (Number.isSafeInteger(number)) return number;
  const digits = text.replace(/^[-+]/, '').replace(/^0(?=[0-7]+$)/, '0o');
  const exact = BigInt(digits) * (text.startsWith('-') ? -1n : 1n);
  return exact > MAX_UINT64 || exact < MIN_INT64 ? number : exact;
}

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(?:[ \t]*(Z|[-+]\d{1,2}:\d\d))?)?$/;

/** The time as Go writes it (RFC 3339, fractions without trailing zeros); undefined where the text is no time. */
function timestamp(text: string): string | undefined {
  const parts = DATE.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = parts as string[];
  const two = (part: string) => part!.padStart(2, '0');
  const date = `${year}-${two(month!)}-${two(day!)}`;
  const clock = `${two(hour)}:${two(minute)}:${two(second)}`;
  const known = new Date(`${date}T${clock}Z`);
  if (Number.isNaN(known.getTime()) || known.getUTCDate() !== Number(day)) return undefined;
  const part = fraction.replace(/\.?0+$/, '');
  return `${date}T${clock}${part}${/^[-+]0?0:00$/.test(zone) ? 'Z' : zone}`;
}

/** True where YAML 1.1 reads the text as something else than a string. */
export function isNonString(text: string): boolean {
  return text !== '' && !text.includes('\n') && typeof resolvePlain(text) !== 'string';
}

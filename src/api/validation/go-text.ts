import { emptiedAt } from '../emptied.ts';
import { type GoField, goLayout } from './go-layouts.ts';

/** How Go programs print values: `%q` for texts, encoding/json for everything else. */

const escapes = /[\u0000-\u001f\u007f-\u009f]/g;
const short: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\u000b': '\\v',
};

const hex = (code: number, width: number): string => code.toString(16).padStart(width, '0');

/** strconv.Quote: printable text as it is. */
export function goQuote(text: string): string {
  const safe = text.replace(/["\\]/g, '\\$&').replace(escapes, (char) => {
    const code = char.charCodeAt(0);
    return short[char] ?? (code < 0x80 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
  return `"${safe}"`;
}

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A value as json.Marshal writes it. Without a type, keys are sorted, as those of Go's maps are. With
 * one (`core.PodSpec`, `[]core.Toleration`), a struct's fields come in Go's order, under Go's names where
 * it has no tags, and with the zero values of those that are not there.
 */
export function goJson(value: unknown, type?: string): string {
  return html(JSON.stringify(type ? inGoOrder(value, type) : sorted(value)) ?? 'null');
}

/** As `goJson`, one line per value, each level one space further in. `isStored`: what came empty is null by then. */
export const goJsonLines = (value: unknown, type: string, isStored = false): string =>
  html(JSON.stringify(inGoOrder(value, type, isStored), undefined, 1));

const html = (json: string): string => json.replace(/[<>&\u2028\u2029]/g, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isPlain(value)) return value ?? null;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

const zeros: Readonly<Record<string, unknown>> = {
  string: '',
  bool: false,
  int: 0,
  int32: 0,
  int64: 0,
  uint32: 0,
  uint64: 0,
  float64: 0,
  'intstr.IntOrString': 0,
  'resource.Quantity': '0',
};

/** The value in Go's shape: what is not there is null, or zero where Go has no null. */
function inGoOrder(value: unknown, type: string, isStored = false): unknown {
  const inner = (item: unknown, of: string): unknown => inGoOrder(item, of, isStored);
  if (type.startsWith('*')) return value === undefined || value === null ? null : inner(value, type.slice(1));
  if (type.startsWith('[]')) return Array.isArray(value) ? value.map((item) => inner(item, type.slice(2))) : null;
  if (type.startsWith('{}')) {
    if (!isPlain(value)) return null;
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, inner(value[key], type.slice(2))]));
  }
  const layout = goLayout(type);
  if (!layout) return value === undefined || value === null ? (zeros[type] ?? null) : value;
  const result: Plain = {};
  fillIn(result, isPlain(value) ? value : {}, layout, isStored);
  return result;
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (Array.isArray(value) && value.length === 0) ||
  (isPlain(value) && Object.keys(value).length === 0);

function fillIn(result: Plain, value: Plain, fields: readonly GoField[], isStored: boolean): void {
  for (const field of fields) {
    if (field.embedded) {
      // Only metadata has a key of its own in JSON.
      const inner = field.type === 'v1.ObjectMeta' ? value.metadata : value;
      fillIn(result, isPlain(inner) ? inner : {}, goLayout(field.type) ?? [], isStored);
      continue;
    }
    const own = field.from ? field.from(value) : value[field.name];
    const inner = inGoOrder(own ?? (isStored ? undefined : emptiedAt(value, field.name)), field.type, isStored);
    if (field.omitEmpty && isNothing(inner)) continue;
    result[field.shown] = inner;
  }
}

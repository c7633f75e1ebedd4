import { type GoField, goLayout } from './go-layouts.ts';
import { goQuote } from './go-text.ts';

type Plain = Record<string, unknown>;

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const initialisms: Readonly<Record<string, string>> = { uid: 'UID', apiVersion: 'APIVersion' };

const goName = ({ shown }: GoField): string => initialisms[shown] ?? shown.charAt(0).toUpperCase() + shown.slice(1);

/** A list's or map's type as Go writes it: `{}string` is our short form of `map[string]string`. */
const goType = (type: string): string => type.replaceAll('{}', 'map[string]');

/** The type of a value that its place does not name: the lists and maps that messages print have plain items. */
function guessedType(value: unknown): string | undefined {
  const items = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : undefined;
  if (!items) return undefined;
  const item = items.every((one) => typeof one === 'string')
    ? 'string'
    : items.every(Number.isInteger)
      ? 'int32'
      : undefined;
  return item && (Array.isArray(value) ? `[]${item}` : `{}${item}`);
}

/**
 * A list, map or struct as `%#v` prints it: `map[string]string{"app":"a"}`,
 * `v1.LabelSelector{MatchLabels:..., MatchExpressions:[]v1.LabelSelectorRequirement(nil)}`. Undefined where Go
 * would print an address (a pointer within), which says nothing to anybody, and for types of no known layout.
 */
export function goSyntax(value: unknown, type: string | undefined = guessedType(value)): string | undefined {
  if (value === undefined || value === null || type === undefined) return undefined;
  return written(value, type.startsWith('*') ? type.slice(1) : type);
}

function written(value: unknown, type: string): string | undefined {
  const missing = value === undefined || value === null;
  if (type.startsWith('*')) return missing ? `(${goType(type)})(nil)` : undefined;
  if (type.startsWith('[]')) return missing ? `${goType(type)}(nil)` : list(value, type);
  if (type.startsWith('{}')) return missing ? `${goType(type)}(nil)` : map(value, type);
  const layout = goLayout(type);
  if (layout) return struct(isPlain(value) ? value : {}, type, layout);
  if (type === 'string') return goQuote(missing ? '' : String(value));
  if (type === 'bool') return String(value ?? false);
  if (/^u?int(32|64)?$/.test(type)) return String(value ?? 0);
  return undefined;
}

function list(value: unknown, type: string): string | undefined {
  if (!Array.isArray(value)) return undefined;
  return braced(
    type,
    value.map((item) => written(item, type.slice(2))),
  );
}

function map(value: unknown, type: string): string | undefined {
  if (!isPlain(value)) return undefined;
  const keys = Object.keys(value).sort();
  return braced(
    type,
    keys.map((key) => prefixed(`${goQuote(key)}:`, written(value[key], type.slice(2)))),
  );
}

function struct(value: Plain, type: string, fields: readonly GoField[]): string | undefined {
  if (fields.some((field) => field.embedded || field.from)) return undefined;
  return braced(
    type,
    fields.map((field) => prefixed(`${goName(field)}:`, written(value[field.name], field.type))),
  );
}

const prefixed = (prefix: string, text: string | undefined): string | undefined =>
  text === undefined ? undefined : prefix + text;

function braced(type: string, parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : `${goType(type)}{${parts.join(', ')}}`;
}

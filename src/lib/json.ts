const ESCAPED_IN_GO = /[<>&\u2028\u2029]/;
const ESCAPE_ALL = /[<>&\u2028\u2029]/g;

/**
 * Marks an object whose fields have an order of their own, as those of Go's structs have: it is kept in JSON.
 * All other objects are maps to Go, which sorts them.
 */
export const fieldOrder = Symbol('fieldOrder');

/** A JSON string literal as Go's encoding/json writes it: `<`, `>`, `&` and the line separators are escaped. */
function goJsonString(text: string): string {
  const plain = JSON.stringify(text);
  return ESCAPED_IN_GO.test(plain) ? plain.replace(ESCAPE_ALL, unicodeEscape) : plain;
}

function unicodeEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** One line, sorted keys (see `fieldOrder`), Go's escapes: Go's json.Marshal of unstructured data. Undefined fields are left out. */
export function toCompactJson(value: unknown): string {
  return write(value, '', '', '');
}

/** The text of `-o json`: 4 spaces, sorted keys, Go's escapes. The trailing newline is the caller's. */
export function toKubeJson(value: unknown): string {
  return write(value, '\n', '    ', ' ');
}

function write(value: unknown, lineBreak: string, step: string, gap: string): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return goJsonString(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  if (typeof value !== 'object') return String(value);
  const serializable = value as { toJSON?: () => unknown };
  if (typeof serializable.toJSON === 'function') return write(serializable.toJSON(), lineBreak, step, gap);
  const inner = lineBreak + step;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map((item) => write(item, inner, step, gap)).join(`,${inner}`)}${lineBreak}]`;
  }
  const parts: string[] = [];
  const fields = value as Record<string | symbol, unknown>;
  const keys = Object.keys(fields);
  for (const key of fields[fieldOrder] ? keys : keys.sort()) {
    if (fields[key] !== undefined) parts.push(`${goJsonString(key)}:${gap}${write(fields[key], inner, step, gap)}`);
  }
  return parts.length === 0 ? '{}' : `{${inner}${parts.join(`,${inner}`)}${lineBreak}}`;
}

import { keyText, scalarText } from './scalar.ts';

/**
 * YAML as kubectl prints it (sigs.k8s.io/yaml over go-yaml v2): keys sorted in natural order, lists not
 * indented under their key, long lines not folded. Undefined fields are left out. Ends with a line feed.
 */
export function toYaml(value: unknown): string {
  const out: string[] = [];
  if (isEmptyOrScalar(value)) out.push(scalar(value, '  ', 0), '\n');
  else block(value as object, '', out, true);
  return out.join('');
}

function isEmptyOrScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function scalar(value: unknown, indent: string, column: number): string {
  if (typeof value === 'string') return scalarText(value, indent, column);
  if (typeof value === 'number') return numberText(value);
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return '[]';
  return typeof value === 'object' ? '{}' : String(value);
}

function numberText(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf';
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const text = exponent < -4 || exponent >= 21 || Number.isInteger(value) ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

/** libyaml writes `? ` before a key that is longer, and before one with line breaks. */
const LONGEST_SIMPLE_KEY = 128;
const ANY_BREAK = /[\n\r\u0085\u2028\u2029]/;

/** `indent` is where the keys or dashes of this block stand; `isInline` means that the first line has its indent already. */
function block(value: object, indent: string, out: string[], isInline: boolean): void {
  if (Array.isArray(value)) listBlock(value, indent, out, isInline);
  else mapBlock(value as Record<string, unknown>, indent, out, isInline);
}

function listBlock(items: readonly unknown[], indent: string, out: string[], isInline: boolean): void {
  items.forEach((item, index) => {
    out.push(index === 0 && isInline ? '- ' : `${indent}- `);
    if (isEmptyOrScalar(item)) out.push(scalar(item, `${indent}  `, indent.length + 2), '\n');
    else block(item as object, `${indent}  `, out, true);
  });
}

function mapBlock(fields: Record<string, unknown>, indent: string, out: string[], isInline: boolean): void {
  let isFirst = isInline;
  for (const key of sortedKeys(fields)) {
    const value = fields[key];
    if (value === undefined) continue;
    out.push(isFirst ? '' : indent);
    isFirst = false;
    if (key.length > LONGEST_SIMPLE_KEY || ANY_BREAK.test(key)) {
      complexEntry(key, value, indent, out);
      continue;
    }
    const name = keyText(key);
    out.push(name, ':');
    if (isEmptyOrScalar(value)) out.push(' ', scalar(value, `${indent}  `, indent.length + name.length + 2), '\n');
    else if (Array.isArray(value)) {
      out.push('\n');
      listBlock(value, indent, out, false);
    } else {
      out.push('\n');
      mapBlock(value as Record<string, unknown>, `${indent}  `, out, false);
    }
  }
  if (isFirst && isInline) out.push('{}\n');
}

/** libyaml's form for a key that is long or has line breaks in it. */
function complexEntry(key: string, value: unknown, indent: string, out: string[]): void {
  const inner = `${indent}  `;
  out.push('? ', scalarText(key, inner, inner.length), '\n', indent, ': ');
  if (isEmptyOrScalar(value)) out.push(scalar(value, inner, inner.length), '\n');
  else block(value as object, inner, out, true);
}

const PLAIN_LETTERS = /^[a-z]+$/;

function sortedKeys(fields: Record<string, unknown>): string[] {
  const keys = Object.keys(fields);
  return keys.every((key) => PLAIN_LETTERS.test(key)) ? keys.sort() : keys.sort(naturalOrder);
}

const LETTER = /\p{L}/u;
const DIGIT = /\p{Nd}/u;

/** go-yaml's order of keys: runs of digits compare as numbers, letters come after everything else. */
function naturalOrder(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  let digits = false;
  for (let at = 0; at < left.length && at < right.length; at++) {
    const [x, y] = [left[at] ?? '', right[at] ?? ''];
    if (x === y) {
      digits = DIGIT.test(x);
      continue;
    }
    const [xIsLetter, yIsLetter] = [LETTER.test(x), LETTER.test(y)];
    if (xIsLetter && yIsLetter) return codeOrder(x, y);
    if (xIsLetter || yIsLetter) {
      if (digits) return xIsLetter ? -1 : 1;
      return xIsLetter ? 1 : -1;
    }
    return digitOrder(left, right, at) || codeOrder(x, y);
  }
  return left.length - right.length;
}

function codeOrder(x: string, y: string): number {
  return (x.codePointAt(0) ?? 0) - (y.codePointAt(0) ?? 0);
}

function digitOrder(left: string[], right: string[], at: number): number {
  let isZeroRun = false;
  if (left[at] === '0' || right[at] === '0') {
    for (let before = at - 1; before >= 0 && DIGIT.test(left[before] ?? ''); before--) {
      if (left[before] !== '0') {
        isZeroRun = true;
        break;
      }
    }
  }
  const number = (chars: string[]): [number, number] => {
    if (isZeroRun) return [0, at];
    let end = at;
    while (end < chars.length && DIGIT.test(chars[end] ?? '')) end++;
    return [Number(chars.slice(at, end).join('') || '0'), end];
  };
  const [x, xEnd] = number(left);
  const [y, yEnd] = number(right);
  return x !== y ? x - y : xEnd - yEnd;
}

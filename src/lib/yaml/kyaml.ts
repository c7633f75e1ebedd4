import { byBytes } from '../go-value.ts';
import { fieldOrder } from '../json.ts';
import { readsAsOther } from './resolve.ts';

/**
 * KYAML (KEP-5295): YAML in flow style, whose texts are always quoted and whose types cannot be mistaken. The
 * form of sigs.k8s.io/yaml/kyaml: `---`, braces and brackets, a comma after each entry, lists of maps or of
 * lists without breaks between their brackets. Ends with a line feed.
 */
export function toKyaml(value: unknown): string {
  return `---\n${node(value, 0)}\n`;
}

const pad = (level: number): string => '  '.repeat(level);

function node(value: unknown, level: number): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value, level + 1);
  if (typeof value !== 'object') return String(value);
  return Array.isArray(value) ? list(value, level) : map(value as Record<string | symbol, unknown>, level);
}

function list(items: readonly unknown[], level: number): string {
  if (items.length === 0) return '[]';
  const areCuddled = items.every((item) => typeof item === 'object' && item !== null);
  if (areCuddled) return `[${items.map((item) => node(item, level)).join(', ')}]`;
  const lines = items.map((item) => `${pad(level + 1)}${node(item, level + 1)},\n`);
  return `[\n${lines.join('')}${pad(level)}]`;
}

function map(fields: Record<string | symbol, unknown>, level: number): string {
  const keys = Object.keys(fields).filter((key) => fields[key] !== undefined);
  if (keys.length === 0) return '{}';
  if (!fields[fieldOrder]) keys.sort(byBytes);
  const lines = keys.map((key) => `${pad(level + 1)}${keyText(key)}: ${node(fields[key], level + 1)},\n`);
  return `{\n${lines.join('')}${pad(level)}}`;
}

const PLAIN_KEY = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_./-]*[\p{L}\p{N}_])?$/u;
/** Words that some reader of YAML or of Go takes for something else; numbers and dates come besides. */
const AMBIGUOUS = /^(?:null|~|true|false|yes|no|on|off|[tfyn]|[-+]?\.inf|\.nan|[-+]?inf(?:inity)?|nan|[01])$/i;
const NUMBER =
  /^[-+]?(?:0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|\d+|\d*\.?\d+(?:[eE][-+]?\d+)?|\d+\.(?:[eE][-+]?\d+)?|0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*[pP][-+]?\d+)$/;

function keyText(key: string): string {
  const isPlain = PLAIN_KEY.test(key) && !AMBIGUOUS.test(key) && !isNumber(key) && !readsAsOther(key);
  return isPlain ? key : `"${[...key].map((char) => COMPACT[char] ?? escaped(char)).join('')}"`;
}

/** What is too large for a float is none. */
function isNumber(key: string): boolean {
  const text = key.replaceAll('_', '');
  return NUMBER.test(text) && Number(text) !== Number.POSITIVE_INFINITY;
}

const COMPACT: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t' };

/** A text of several lines stands on lines of its own, which end in a backslash. */
function quoted(text: string, level: number): string {
  if (!text.includes('\n')) return `"${[...text].map((char) => (char === '\t' ? char : escaped(char))).join('')}"`;
  const lines = text.split('\n').map((line, index, all) => {
    const isLast = index === all.length - 1;
    if (isLast && line === '') return '';
    // What stands before the first letter of a line is dropped by readers, so a blank there is escaped.
    const mark = line === '' || !/^\s/u.test(line) ? ' ' : '\\';
    const body = [...line].map((char) => (char === '\t' ? char : escaped(char))).join('');
    return `${pad(level)}${mark}${body}${isLast ? '' : '\\n'}\\\n`;
  });
  return `"\\\n${lines.join('')}${pad(level)}"`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\r': '\\r',
  '\v': '\\v',
  '\0': '\\0',
  '\x1b': '\\e',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};
const PRINTABLE = /^[ \p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

function escaped(char: string): string {
  const known = ESCAPES[char];
  if (known !== undefined) return known;
  if (PRINTABLE.test(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  if (code < 0x20 || code === 0x7f) return `\\x${hex.padStart(2, '0')}`;
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
}

import { CelEvaluationError } from '../errors.ts';
import { Library } from '../functions.ts';
import { joined, traversal, tree } from './costs.ts';
import { formatText } from './format-text.ts';
import { quote } from './quote.ts';

/** cel-go, ext/strings.go, version 2. Places and lengths are code points. */
export const strings = new Library();

const outOfRange = (at: bigint): CelEvaluationError => new CelEvaluationError(`index out of range: ${at}`);

function charAt(text: string, at: bigint): string {
  const chars = [...text];
  if (at < 0n || at > chars.length) throw outOfRange(at);
  return chars[Number(at)] ?? '';
}

function indexOf(text: string, part: string, from = 0n): bigint {
  if (part === '') return from;
  const [chars, wanted] = [[...text], [...part]];
  if (from < 0n) throw outOfRange(from);
  for (let at = Number(from); at <= chars.length - wanted.length; at++) {
    if (wanted.every((char, offset) => chars[at + offset] === char)) return BigInt(at);
  }
  return -1n;
}

function lastIndexOf(text: string, part: string, until?: bigint): bigint {
  const [chars, wanted] = [[...text], [...part]];
  if (until === undefined && part === '') return BigInt(chars.length);
  if (until !== undefined && part === '') return until;
  if (until !== undefined && (until < 0n || until >= BigInt(chars.length))) throw outOfRange(until);
  if (chars.length < wanted.length) return -1n;
  const start = Math.min(Number(until ?? chars.length), chars.length - wanted.length);
  for (let at = start; at >= 0; at--) {
    if (wanted.every((char, offset) => chars[at + offset] === char)) return BigInt(at);
  }
  return -1n;
}

function substring(text: string, start: bigint, end?: bigint): string {
  const chars = [...text];
  const last = end ?? BigInt(chars.length);
  if (end !== undefined && start > last) {
    throw new CelEvaluationError(`invalid substring range. start: ${start}, end: ${last}`);
  }
  if (start < 0n || start > chars.length) throw outOfRange(start);
  if (last < 0n || last > chars.length) throw outOfRange(last);
  return chars.slice(Number(start), Number(last)).join('');
}

function replace(text: string, old: string, fresh: string, limit = -1n): string {
  if (limit < 0n) return text.replaceAll(old, () => fresh);
  let [left, rest, out] = [limit, text, ''];
  if (old === '') {
    const chars = [...text];
    return (
      chars.reduce((sum, char, at) => sum + (at < left ? fresh : '') + char, '') + (chars.length < left ? fresh : '')
    );
  }
  for (; left > 0n; left--) {
    const at = rest.indexOf(old);
    if (at < 0) break;
    out += rest.slice(0, at) + fresh;
    rest = rest.slice(at + old.length);
  }
  return out + rest;
}

function split(text: string, separator: string, limit = -1n): string[] {
  if (limit === 0n) return [];
  if (limit === 1n) return [text];
  const parts = separator === '' ? [...text] : text.split(separator);
  if (limit < 0n || parts.length <= limit) return parts;
  const kept = Number(limit) - 1;
  return [...parts.slice(0, kept), parts.slice(kept).join(separator)];
}

const lower = (text: string): string => text.replace(/[A-Z]/g, (char) => char.toLowerCase());
const upper = (text: string): string => text.replace(/[a-z]/g, (char) => char.toUpperCase());

/** What unicode.IsSpace of Go holds for. */
const SPACE = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const EDGES = new RegExp(`^${SPACE}|${SPACE}$`, 'g');

strings
  .member('charAt', 'string, int', 'string', charAt)
  .member('indexOf', 'string, string', 'int', indexOf, tree)
  .member('indexOf', 'string, string, int', 'int', indexOf, tree)
  .member('lastIndexOf', 'string, string', 'int', lastIndexOf, tree)
  .member('lastIndexOf', 'string, string, int', 'int', lastIndexOf, tree)
  .member('lowerAscii', 'string', 'string', lower, traversal())
  .member('upperAscii', 'string', 'string', upper, traversal())
  .member('replace', 'string, string, string', 'string', replace, traversal(2))
  .member('replace', 'string, string, string, int', 'string', replace, traversal(2))
  .member('split', 'string, string', 'list(string)', split, traversal(2))
  .member('split', 'string, string, int', 'list(string)', split, traversal(2))
  .member('substring', 'string, int', 'string', substring, traversal())
  .member('substring', 'string, int, int', 'string', substring, traversal())
  .member('trim', 'string', 'string', (text: string) => text.replace(EDGES, ''), traversal())
  .member('format', 'string, list(dyn)', 'string', formatText, traversal())
  .global('strings.quote', 'string', 'string', quote, traversal())
  .member('join', 'list(string)', 'string', join, joined)
  .member('join', 'list(string), string', 'string', join, joined);

function join(items: unknown[], separator = ''): string {
  const wrong = items.find((item) => typeof item !== 'string');
  if (wrong !== undefined) throw new CelEvaluationError(`join: invalid input: ${wrong}`);
  return items.join(separator);
}

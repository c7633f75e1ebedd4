import { unquoteGo } from '../go-unquote.ts';
import { goQuoted } from '../go-value.ts';
import { GoNumber } from './nodes.ts';

/** The text of a literal with its quotes (strconv.Unquote); undefined where an escape is wrong. */
export function stringLiteral(quoted: string): string | undefined {
  const inner = quoted.slice(1, -1);
  return quoted.startsWith('`') ? inner.replaceAll('\r', '') : unquoteGo(inner, '"');
}

/** A number or a character in single quotes; a text where it is none, which says why. */
export function numberLiteral(text: string): GoNumber | string {
  if (text.startsWith("'")) return runeLiteral(text);
  if (text.endsWith('i')) return `illegal number syntax: ${goQuoted(text)}`;
  const digits = text.replaceAll('_', '');
  const sign = digits.startsWith('-') ? -1 : 1;
  const bare = digits.replace(/^[+-]/, '');
  const looksFloat = /[.eEpP]/.test(text) && !/^[+-]?0[xX]/.test(text);
  if (looksFloat) {
    const isFloat = !text.includes('_') && /^(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(bare);
    return isFloat ? new GoNumber('float64', sign * Number(bare)) : `illegal number syntax: ${goQuoted(text)}`;
  }
  const value = wholeNumber(bare);
  const isGrouped = !text.includes('_') || /^[+-]?(?:0[xXbBoO]?_?)?[\da-fA-F]+(?:_[\da-fA-F]+)*$/.test(text);
  // As a float it could be read: then it is a whole number that does not fit.
  if (value === undefined && /^\d+$/.test(bare) && !text.includes('_')) return `integer overflow: ${goQuoted(text)}`;
  if (value === undefined || !isGrouped) return `illegal number syntax: ${goQuoted(text)}`;
  const fits = sign > 0 ? value < 2n ** 64n : value <= 2n ** 63n;
  return fits ? new GoNumber('int', sign * Number(value)) : `integer overflow: ${goQuoted(text)}`;
}

function wholeNumber(text: string): bigint | undefined {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  const isWhole = /^(0|[1-9]\d*|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(text);
  return isWhole ? BigInt(text.toLowerCase()) : undefined;
}

function runeLiteral(text: string): GoNumber | string {
  const inner = text.slice(1, -1);
  const value = inner === '' ? undefined : unquoteGo(inner, "'");
  if (value === undefined) return 'invalid syntax';
  if ([...value].length !== 1) return `malformed character constant: ${text}`;
  return new GoNumber('int', value.codePointAt(0) ?? 0);
}

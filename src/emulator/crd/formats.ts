import { isIP, isIPv6 } from 'node:net';
import { formatName } from '../../api/validation/definition-formats.ts';
import { dnsLabel, dnsSubdomain } from '../../api/validation/names.ts';
import { parseRequestUri } from '../../cel/libraries/request-uri.ts';
import type { StructuralSchema } from './custom-resource.ts';

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

const UUID = '[0-9a-f]{8}-?[0-9a-f]{4}-?V[0-9a-f]{3}-?W[0-9a-f]{3}-?[0-9a-f]{12}';
const ANY = '[0-9a-f]';
const uuid = (version: string, variant = ANY) =>
  matches(new RegExp(`^${UUID.replace('V', version).replace('W', variant)}$`, 'i'));

function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

const TIME = /^(\d\d):(\d\d):(\d\d)(.\d+)?(z|[+-]\d\d:\d\d)$/;

function isDateTime(text: string): boolean {
  const [date = '', time = ''] = text.toLowerCase().split('t');
  const [, hours = '99', minutes = '', seconds = ''] = TIME.exec(time) ?? [];
  return isDate(date) && hours <= '23' && minutes <= '59' && seconds <= '59';
}

const UNITS =
  /^(ns|nanos|nanoseconds?|us|µs|micros?|microsecs?|microseconds?|ms|millis?|millisecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?)/i;

/** A duration of Go, or numbers with words for units in any text. */
const isDuration = (text: string): boolean =>
  /^[+-]?(0|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text) ||
  [...text.matchAll(/\d+\s*([A-Za-zµ]+)/g)].some(([, unit = '']) => UNITS.test(unit));

const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;
const isHostname = (text: string): boolean =>
  text.length <= 255 && text.split('.').every((label) => Buffer.byteLength(label) <= 63) && HOSTNAME.test(text);

/** Numbers of addresses may begin with zeros. */
const withoutZeros = (text: string): string => text.replace(/(^|[.:/])0+(?=\d+(\.|$|\/))/g, '$1');

function isCidr(text: string): boolean {
  const [address = '', bits = '', ...more] = text.split('/');
  const family = isIP(withoutZeros(address));
  return more.length === 0 && family > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** The `format`s that a server checks (kube-openapi, pkg/validation/strfmt). */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  datetime: isDateTime,
  date: isDate,
  duration: isDuration,
  ipv4: (text) => text.includes('.') && isIP(withoutZeros(text)) > 0 && !text.includes('%'),
  ipv6: (text) => isIPv6(text) && !text.includes('%'),
  cidr: isCidr,
  mac: matches(
    /^([0-9a-f]{2}([:-]))([0-9a-f]{2}\2){4}([0-9a-f]{2})((\2[0-9a-f]{2}){2}|(\2[0-9a-f]{2}){14})?$|^([0-9a-f]{4}\.){2}([0-9a-f]{4}\.)?[0-9a-f]{4}$/i,
  ),
  uri: (text) => parseRequestUri(text) === undefined,
  email: matches(/^([^<>@]*<)?[^\s@<>]+@[^\s@<>]+>?$/),
  hostname: isHostname,
  byte: matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  uuid: uuid(ANY),
  uuid3: uuid('3'),
  uuid4: uuid('4', '[89ab]'),
  uuid5: uuid('5', '[89ab]'),
  hexcolor: matches(/^#?([0-9a-f]{3}|[0-9a-f]{6})$/i),
  rgbcolor: matches(
    /^rgb\(\s*((0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*,\s*){2}(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*\)$/,
  ),
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  ssn: (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text),
  password: () => true,
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: (text) => isCreditCard(text.replace(/\D+/g, '')),
  'k8s-short-name': (text) => dnsLabel(text).length === 0,
  'k8s-long-name': (text) => dnsSubdomain(text).length === 0,
};

const digitsOf = (text: string): number[] => [...text].map((digit) => (digit === 'X' ? 10 : Number(digit)));

function isIsbn10(text: string): boolean {
  const plain = text.replace(/[\s-]+/g, '');
  if (!/^\d{9}[\dX]$/.test(plain)) return false;
  return digitsOf(plain).reduce((sum, digit, at) => sum + (at + 1) * digit, 0) % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const plain = text.replace(/[\s-]+/g, '');
  if (!/^\d{13}$/.test(plain)) return false;
  return digitsOf(plain).reduce((sum, digit, at) => sum + (at % 2 ? 3 : 1) * digit, 0) % 10 === 0;
}

const CARDS =
  /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;

function isCreditCard(digits: string): boolean {
  if (!CARDS.test(digits)) return false;
  const doubled = [...digits].reverse().map((digit, at) => Number(digit) * (at % 2 ? 2 : 1));
  return doubled.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0;
}

/** What a schema asks of a text, under the name that messages have for it; undefined where that is nothing. */
export function formatOf(schema: StructuralSchema): { name: string; fits(text: string): boolean } | undefined {
  const name = formatName(schema);
  if (name === undefined || (schema.type ?? 'string') !== 'string') return undefined;
  const fits = formats[name] ?? formats[name.replaceAll('-', '')];
  return fits && { name, fits };
}

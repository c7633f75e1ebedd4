import { escaped } from './transform.ts';

/** Bytes that are no characters by themselves, kept apart from text in a range that is nobody's (Unicode's private use). */
const RAW = 0xf700;

const rawByte = (byte: number): string => String.fromCharCode(byte < 0x80 ? byte : RAW + byte);

/** Text with its escapes as it goes out. */
export function toBytes(text: string): Buffer {
  if (!/[\uf780-\uf7ff]/.test(text)) return Buffer.from(text);
  return Buffer.concat(
    text
      .split(/([\uf780-\uf7ff])/)
      .map((part) => (/^[\uf780-\uf7ff]$/.test(part) ? Buffer.from([part.charCodeAt(0) - RAW]) : Buffer.from(part))),
  );
}

/** What `\` means in a format or after `echo -e`; `stops` for `\c`. */
export function readEscapes(text: string, isFormat: boolean): { bytes: string; stops: boolean } {
  let out = '';
  const simple: Readonly<Record<string, string>> = {
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
    '\\': '\\',
    e: '\x1b',
    '"': '"',
  }; // prettier-ignore
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\\' || at + 1 >= text.length) {
      out += text[at];
      continue;
    }
    const next = text[++at]!;
    if (next === 'c') return { bytes: out, stops: true };
    const octal = (isFormat ? /^[0-7]{1,3}/ : /^0[0-7]{0,3}/).exec(text.slice(at));
    const hex = next === 'x' ? /^[0-9a-fA-F]{1,2}/.exec(text.slice(at + 1)) : null;
    if (next in simple && !(next === '"' && !isFormat)) out += simple[next];
    else if (octal) {
      out += rawByte(Number.parseInt(octal[0], 8) & 255);
      at += octal[0].length - 1;
    } else if (hex) {
      out += rawByte(Number.parseInt(hex[0], 16));
      at += hex[0].length;
    } else out += `\\${next}`;
  }
  return { bytes: out, stops: false };
}

/** Thrown text is the complaint; what was formatted so far comes with it. */
interface Formatted {
  text: string;
  complaints: string[];
}

function integer(text: string, complaints: string[]): bigint {
  if (text === '') return 0n;
  if (/^['"]/.test(text)) return BigInt(text.codePointAt(1) ?? 0);
  const found = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text);
  if (!found) {
    complaints.push(`${text}: invalid number`);
    return 0n;
  }
  if (found[0].length !== text.length) complaints.push(`${text}: invalid number`);
  const digits = /^0[0-7]+$/.test(found[2]!) ? `0o${found[2]!.slice(1)}` : found[2]!;
  const value = BigInt(digits);
  return found[1] === '-' ? -value : value;
}

function pad(text: string, flags: string, width: number): string {
  if (text.length >= width) return text;
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+\- ]?(0[xX])?/.exec(text)![0];
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

const LONGEST_FIELD = 100_000;

/** printf(1): the format again and again while arguments are left. */
export function formatPrintf(format: string, args: readonly string[]): Formatted {
  const complaints: string[] = [];
  let text = '';
  let used = 0;
  const next = () => args[used++];
  do {
    const before = used;
    const pattern =
      /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([%a-zA-Z])|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)|[^%\\]+|[%\\]/gsu;
    for (const [piece, flags = '', widthText, precisionText, letter] of format.matchAll(pattern)) {
      if (letter === undefined) {
        const plain = piece.startsWith('\\') ? readEscapes(piece, true) : { bytes: piece, stops: false };
        text += plain.bytes;
        if (plain.stops) return { text, complaints };
        continue;
      }
      if (letter === '%') {
        text += '%';
        continue;
      }
      const size = (given: string | undefined) =>
        Math.min(given === '*' ? Number(next() ?? 0) : Number(given ?? 0), LONGEST_FIELD);
      const width = size(widthText);
      const hasPrecision = /\.\S*[a-zA-Z]$/.test(piece);
      const precision = hasPrecision ? size(precisionText ?? '0') : undefined;
      const value = next() ?? '';
      if (letter === 's')
        text += pad(precision === undefined ? value : value.slice(0, precision), flags.replace('0', ''), width);
      else if (letter === 'b') {
        const { bytes, stops } = readEscapes(value, false);
        text += pad(bytes, flags.replace('0', ''), width);
        if (stops) return { text, complaints };
      } else if (letter === 'c') text += pad([...value][0] ?? '', flags.replace('0', ''), width);
      else if (letter === 'q') text += escaped(value);
      else if ('diuoxX'.includes(letter))
        text += pad(
          wholeNumber(letter, integer(value, complaints), flags, precision),
          precision === undefined ? flags : flags.replace('0', ''),
          width,
        );
      else if ('feEgG'.includes(letter))
        text += pad(fraction(letter, value, flags, precision, complaints), flags, width);
      else {
        complaints.push(`%${letter}: invalid directive`);
        return { text, complaints };
      }
    }
    if (used === before) break;
  } while (used < args.length);
  return { text, complaints };
}

function wholeNumber(letter: string, value: bigint, flags: string, precision = 1): string {
  const isSigned = letter === 'd' || letter === 'i';
  const shown = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const radix = letter === 'o' ? 8 : letter.toLowerCase() === 'x' ? 16 : 10;
  let digits = shown.toString(radix).padStart(precision, '0');
  if (flags.includes('#') && radix === 16 && shown !== 0n) digits = `0x${digits}`;
  if (flags.includes('#') && radix === 8 && !digits.startsWith('0')) digits = `0${digits}`;
  if (letter === 'X') digits = digits.toUpperCase();
  const sign =
    isSigned && value < 0n ? '-' : isSigned && flags.includes('+') ? '+' : isSigned && flags.includes(' ') ? ' ' : '';
  return sign + digits;
}

function fraction(letter: string, text: string, flags: string, precision = 6, complaints: string[] = []): string {
  const value = text.trim() === '' ? 0 : Number(text);
  if (Number.isNaN(value)) complaints.push(`${text}: invalid number`);
  const number = Number.isNaN(value) ? 0 : value;
  const exponent = (shown: string) => shown.replace(/e([+-])(\d)$/, 'e$10$2');
  const digits = Math.min(precision, 100);
  let shown: string;
  if (letter === 'f') shown = fixed(number, digits);
  else if (letter.toLowerCase() === 'e') shown = exponent(number.toExponential(digits));
  else {
    const power = number === 0 ? 0 : Math.floor(Math.log10(Math.abs(number)));
    shown =
      power < -4 || power >= Math.max(digits, 1)
        ? exponent(number.toExponential(Math.max(digits, 1) - 1))
        : number.toPrecision(Math.max(digits, 1));
    if (!flags.includes('#') && /\./.test(shown)) shown = shown.replace(/\.?0+(e|$)/, '$1');
  }
  if (flags.includes('+') && number >= 0) shown = `+${shown}`;
  return letter === letter.toUpperCase() ? shown.toUpperCase() : shown;
}

/** With halves to even, as printf(3) rounds what is exactly between two. */
function fixed(value: number, digits: number): string {
  const scaled = Math.abs(value) * 10 ** digits;
  if (digits > 15 || scaled % 1 !== 0.5) return value.toFixed(digits);
  const whole = Math.floor(scaled);
  return ((Math.sign(value) * (whole % 2 === 0 ? whole : whole + 1)) / 10 ** digits).toFixed(digits);
}

import { isUtf8 } from 'node:buffer';

// Go's texts are bytes. Ours are not: a byte that is part of no UTF-8 character stands in them as half of a surrogate
// pair, U+DC00 and the byte, which nothing else leaves alone there.
const kept = /([\u{dc80}-\u{dcff}]+)/u;
const base = 0xdc00;

/** The text of bytes, of which each that belongs to no character can be had back by `withBytes`. */
export function textOfBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes.subarray(at, at + 4));
    text += length > 0 ? bytes.toString('utf8', at, at + length) : String.fromCharCode(base + bytes[at]!);
    at += Math.max(length, 1);
  }
  return text;
}

/** What a stream is given: the text, or the bytes of one that has such in it. */
export function withBytes(text: string): string | Buffer {
  if (!kept.test(text)) return text;
  const parts = text.split(kept).map((part, at) => {
    if (at % 2 === 0) return Buffer.from(part);
    return Buffer.from(Array.from(part, (half) => half.charCodeAt(0) - base));
  });
  return Buffer.concat(parts);
}

/** How many bytes the character takes that the bytes begin with; 0 where they begin with none. */
function characterLength(bytes: Buffer): number {
  for (let length = 1; length <= bytes.length; length++) if (isUtf8(bytes.subarray(0, length))) return length;
  return 0;
}

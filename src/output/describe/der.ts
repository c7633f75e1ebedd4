/** One element of DER (X.690): its tag with class bits, and its contents. */
export interface DerElement {
  tag: number;
  contents: Buffer;
}

const MALFORMED = 'x509: malformed certificate request';

/**
 * The elements of `bytes`, which stand one after the other. Tags above 30 are not needed for requests.
 * @throws Error where a length does not fit
 */
export function derElements(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at] as number;
    const { length, start } = lengthAt(bytes, at + 1);
    if (start + length > bytes.length) throw new Error(MALFORMED);
    elements.push({ tag, contents: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return elements;
}

function lengthAt(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) throw new Error(MALFORMED);
  if (first < 0x80) return { length: first, start: at + 1 };
  const size = first & 0x7f;
  if (size === 0 || size > 4 || at + 1 + size > bytes.length) throw new Error(MALFORMED);
  return { length: bytes.readUIntBE(at + 1, size), start: at + 1 + size };
}

/** Dotted: `2.5.4.3`. */
export function derObjectIdentifier(contents: Buffer): string {
  const numbers: number[] = [];
  let value = 0;
  for (const byte of contents) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      numbers.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(Math.trunc(first / 40), 2);
  return [root, first - root * 40, ...rest].join('.');
}

const UTF16 = 30;
const LATIN1 = 20;

/** The text of any of the string types. */
export function derText({ tag, contents }: DerElement): string {
  if (tag === UTF16) return Buffer.from(contents).swap16().toString('utf16le');
  return contents.toString(tag === LATIN1 ? 'latin1' : 'utf8');
}

/**
 * Extended attributes in tars are bytes in extended headers (pax, `SCHILY.xattr.<name>=<bytes>`), and tar-stream takes
 * these headers for UTF-8 text. So that file capabilities and the like survive, their values are base64 between the
 * two functions here: `attributesAsText` before tar-stream reads, `attributesAsBytes` after it has written.
 */

const BYTES = 'SCHILY.xattr.';
const TEXT = 'KCTL.xattr.';
const BLOCK = 512;
/** As tar-stream: larger headers are made to fill memory. */
const MAX_PAX = 4 * 1024 * 1024;

export function attributesAsText(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  return rewritePax(tar, (key, value) =>
    key.startsWith(BYTES) ? [TEXT + key.slice(BYTES.length), Buffer.from(value.toString('base64'))] : [key, value],
  );
}

export function attributesAsBytes(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  return rewritePax(tar, (key, value) =>
    key.startsWith(TEXT) ? [BYTES + key.slice(TEXT.length), Buffer.from(value.toString(), 'base64')] : [key, value],
  );
}

/** Of a header that tar-stream has read: attributes by name. */
export function attributesOf(pax: Readonly<Record<string, string>> | null | undefined): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (const [key, value] of Object.entries(pax ?? {})) {
    if (key.startsWith(TEXT)) found.set(key.slice(TEXT.length), Buffer.from(value, 'base64'));
  }
  return found;
}

/** The bytes of one of them, in base64; '' where there is none. */
export const attributeOf = (pax: Readonly<Record<string, string>> | null | undefined, name: string): string =>
  pax?.[TEXT + name] ?? '';

/** Keeps the record of an attribute with those that tar-stream has read; others are left out. */
export function keepAttribute(pax: Record<string, string>, key: string, value: Buffer): void {
  if (key.startsWith(BYTES)) pax[TEXT + key.slice(BYTES.length)] = value.toString('base64');
}

/** For a header that tar-stream is to write, in the order of names. */
export function attributesFor(attributes: ReadonlyMap<string, Buffer>): Record<string, string> {
  const sorted = [...attributes].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([name, value]) => [TEXT + name, value.toString('base64')]));
}

type Rewrite = (key: string, value: Buffer) => [key: string, value: Buffer];

/** Passes a tar through and rewrites the records of its extended headers (POSIX.1-2017, pax, "pax Extended Header"). */
async function* rewritePax(tar: AsyncIterable<Uint8Array>, rewrite: Rewrite): AsyncGenerator<Buffer> {
  const bytes = new Bytes(tar);
  let announced: number | undefined;
  for (;;) {
    const header = await bytes.take(BLOCK);
    if (header.length < BLOCK) {
      if (header.length > 0) yield header;
      return;
    }
    const type = String.fromCharCode(header[156]!);
    const size = announced ?? sizeOf(header);
    if (type === 'x' || type === 'g') {
      const body = await bytes.take(padded(size));
      if (size > MAX_PAX || body.length < size) {
        // What is damaged stays so: the reader says it.
        yield Buffer.concat([header, body]);
        continue;
      }
      const records = readRecords(body.subarray(0, size));
      const written = Buffer.concat(records.map(([key, value]) => record(...rewrite(key, value))));
      setSize(header, written.length);
      yield Buffer.concat([header, written, Buffer.alloc(padded(written.length) - written.length)]);
      const sized = records.find(([key]) => key === 'size');
      if (type === 'x') announced = sized ? Number(sized[1].toString()) : undefined;
      continue;
    }
    yield header;
    // Long names of GNU's come between the extended header and what it is about.
    if (type !== 'L' && type !== 'K') announced = undefined;
    if (header[0] !== 0 && type !== '5') yield* bytes.pass(padded(size));
  }
}

/** Chunks, cut anew. */
class Bytes {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** That many bytes; fewer at the end. */
  async take(wanted: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    let missing = wanted;
    while (missing > 0 && (await this.#fill())) {
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      parts.push(part);
    }
    // Always a copy: headers are changed in place.
    return Buffer.concat(parts);
  }

  async *pass(count: number): AsyncGenerator<Buffer> {
    for (let missing = count; missing > 0 && (await this.#fill()); ) {
      const part = this.#rest.subarray(0, missing);
      this.#rest = this.#rest.subarray(part.length);
      missing -= part.length;
      yield part;
    }
  }

  async #fill(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#chunks.next();
      if (done) return false;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    return true;
  }
}

const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

/** Octal, or base 256 where it is larger (GNU tar manual, "Extensions to the ustar format"). */
function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (field[0]! & 0x80) return Number(field.readBigUInt64BE(4));
  const text = field.toString('latin1').replace(/\0.*$/s, '').trim();
  return text === '' ? 0 : Number.parseInt(text, 8) || 0;
}

function setSize(header: Buffer, size: number): void {
  header.write(`${size.toString(8).padStart(11, '0')} `, 124, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Keys and values of an extended header's content. */
export function readRecords(body: Buffer): [string, Buffer][] {
  const records: [string, Buffer][] = [];
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(' ', at);
    const length = space < 0 ? 0 : Number(body.toString('latin1', at, space));
    const end = at + length;
    const equals = body.indexOf('=', space);
    if (!(length > 0) || end > body.length || equals < 0 || equals >= end) break;
    records.push([body.toString('utf8', space + 1, equals), body.subarray(equals + 1, end - 1)]);
    at = end;
  }
  return records;
}

function record(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  // Its length counts the digits of the length.
  let length = rest.length + 1;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

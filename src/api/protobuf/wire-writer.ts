import { BYTES, FIXED64, VARINT } from './wire-reader.ts';

const INITIAL_BYTES = 1024;

/**
 * Writes from the end to the start, so that the length of what is inside a field is known when its
 * head is written. Callers write the last field first, and of one field the value before the tag.
 */
export class WireWriter {
  #bytes: Buffer;
  #at: number;

  constructor(expectedBytes = INITIAL_BYTES) {
    this.#bytes = Buffer.allocUnsafe(expectedBytes);
    this.#at = expectedBytes;
  }

  /** How much is written; the difference to an earlier mark is the size of what came in between. */
  get size(): number {
    return this.#bytes.length - this.#at;
  }

  /** What was written, first to last. Shared with the writer, which is of no more use then. */
  finish(): Buffer {
    return this.#bytes.subarray(this.#at);
  }

  varintField(number: number, value: number): void {
    this.#integer(value);
    this.#varint(number * 8 + VARINT);
  }

  doubleField(number: number, value: number): void {
    this.#reserve(8);
    this.#bytes.writeDoubleLE(value, this.#at);
    this.#varint(number * 8 + FIXED64);
  }

  stringField(number: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#reserve(length);
    this.#bytes.write(value, this.#at);
    this.fieldHead(number, length);
  }

  bytesField(number: number, value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
    this.fieldHead(number, value.length);
  }

  /** Makes a message of all that was written since `mark`. */
  messageField(number: number, mark: number): void {
    this.fieldHead(number, this.size - mark);
  }

  /** What stands before so many bytes of a field. */
  fieldHead(number: number, length: number): void {
    this.#varint(length);
    this.#varint(number * 8 + BYTES);
  }

  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#at);
  }

  /** A signed integer; negative ones take ten bytes, as 64-bit two's complement. */
  #integer(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) {
      this.#varint(value);
      return;
    }
    const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
    const parts: number[] = [];
    for (let rest = BigInt.asUintN(64, whole); ; rest >>= 7n) {
      parts.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      if (rest <= 0x7fn) break;
    }
    this.raw(Uint8Array.from(parts));
  }

  #varint(value: number): void {
    let length = 1;
    for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
    this.#reserve(length);
    let rest = value;
    for (let at = this.#at; ; at++) {
      const more = rest >= 0x80;
      this.#bytes[at] = (rest % 0x80) + (more ? 0x80 : 0);
      if (!more) return;
      rest = Math.floor(rest / 0x80);
    }
  }

  /** Moves the start back by `count` bytes. */
  #reserve(count: number): void {
    if (count > this.#at) {
      const used = this.size;
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, used + count));
      this.#bytes.copy(larger, larger.length - used, this.#at);
      this.#bytes = larger;
      this.#at = larger.length - used;
    }
    this.#at -= count;
  }
}

/** What stands before so many bytes of a field. */
export function fieldHead(number: number, length: number): Buffer {
  const writer = new WireWriter(16);
  writer.fieldHead(number, length);
  return writer.finish();
}

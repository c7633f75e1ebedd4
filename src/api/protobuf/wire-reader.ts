import { ProtobufError } from './error.ts';

/** Wire types (protobuf encoding, "Message structure"). */
export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED32 = 5;

/** Deeper messages than any that is meant; what is deeper would only exhaust the stack. */
const MAX_DEPTH = 200;

/** Reads one message; never beyond its end. Every method throws ProtobufError on bytes that are wrong. */
export class WireReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly depth: number;
  #at: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length, depth = 0) {
    if (depth > MAX_DEPTH) throw new ProtobufError('message is nested too deeply');
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.depth = depth;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The field number and wire type of what comes next. */
  tag(): { number: number; wireType: number } {
    const tag = this.#unsigned();
    const number = Number(tag >> 3n);
    if (number < 1 || number > 0x1fffffff) throw new ProtobufError(`illegal tag ${number} (wire type ${tag & 7n})`);
    return { number, wireType: Number(tag & 7n) };
  }

  int32(): number {
    return Number(BigInt.asIntN(32, this.#unsigned()));
  }

  /** Beyond 2^53 the nearest double, as everywhere in JSON here. */
  int64(): number {
    return Number(BigInt.asIntN(64, this.#unsigned()));
  }

  bool(): boolean {
    return this.#unsigned() !== 0n;
  }

  double(): number {
    this.#need(8);
    this.#at += 8;
    return this.#bytes.readDoubleLE(this.#at - 8);
  }

  /** A view, not a copy. */
  bytes(): Buffer {
    const length = this.#length();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  string(): string {
    const length = this.#length();
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }

  /** A reader of the message that comes next. */
  message(): WireReader {
    const length = this.#length();
    this.#at += length;
    return new WireReader(this.#bytes, this.#at - length, this.#at, this.depth + 1);
  }

  /** Passes over the value of a field that nobody knows. */
  skip(wireType: number): void {
    let groups = 0;
    for (let type = wireType; ; type = this.tag().wireType) {
      if (type === VARINT) this.#unsigned();
      else if (type === BYTES) this.bytes();
      else if (type === FIXED64 || type === FIXED32) {
        const size = type === FIXED64 ? 8 : 4;
        this.#need(size);
        this.#at += size;
      } else if (type === GROUP_START) groups++;
      else if (type === GROUP_END && groups > 0) groups--;
      else throw new ProtobufError(`illegal wireType ${type}`);
      if (groups === 0) return;
    }
  }

  #length(): number {
    const length = this.#unsigned();
    if (length > BigInt(this.#end - this.#at)) throw new ProtobufError('unexpected EOF');
    return Number(length);
  }

  #need(count: number): void {
    if (this.#end - this.#at < count) throw new ProtobufError('unexpected EOF');
  }

  #unsigned(): bigint {
    this.#need(1);
    const first = this.#bytes[this.#at]!;
    if (first < 0x80) {
      this.#at++;
      return BigInt(first);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      this.#need(1);
      const byte = this.#bytes[this.#at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new ProtobufError('integer overflow');
  }
}

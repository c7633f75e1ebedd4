import { readFields } from './decode.ts';
import { encodeMessage } from './encode.ts';
import { ProtobufError } from './error.ts';
import { messageOfKind } from './messages.ts';
import { BYTES, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** `k8s` and a zero: what an object's bytes start with (runtime.Unknown follows). */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

interface Typed {
  apiVersion: string;
  kind: string;
}

export interface Envelope extends Partial<Typed> {
  /** The object's own message. */
  raw: Buffer;
}

/** Takes an object out of runtime.Unknown (apimachinery, runtime/generated.proto). @throws ProtobufError */
export function openEnvelope(bytes: Buffer): Envelope {
  if (bytes.length === 0) throw new ProtobufError('empty data');
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new ProtobufError(
      `provided data does not appear to be a protobuf message, expected prefix [${[...MAGIC].join(' ')}]`,
    );
  }
  const envelope: Envelope = { raw: Buffer.alloc(0) };
  const reader = new WireReader(bytes, MAGIC.length);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1 && wireType === BYTES) readType(reader.message(), envelope);
    else if (number === 2 && wireType === BYTES) envelope.raw = reader.bytes();
    else reader.skip(wireType);
  }
  return envelope;
}

function readType(reader: WireReader, into: Partial<Typed>): void {
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType !== BYTES || number > 2) reader.skip(wireType);
    else if (number === 1) into.apiVersion = reader.string();
    else into.kind = reader.string();
  }
}

/** What stands before an object's message of so many bytes in runtime.Unknown; `ENVELOPE_END` stands after it. */
export function envelopeHead({ apiVersion, kind }: Typed, rawLength: number): Buffer {
  const writer = new WireWriter(256);
  writer.fieldHead(2, rawLength);
  const mark = writer.size;
  writer.stringField(2, kind);
  writer.stringField(1, apiVersion);
  writer.messageField(1, mark);
  writer.raw(MAGIC);
  return writer.finish();
}

/** Fields 3 and 4, the encoding and type of the content, are written though nothing is in them. */
export const ENVELOPE_END = Buffer.from([0x1a, 0, 0x22, 0]);

/** Puts an object's message into runtime.Unknown. */
export const closeEnvelope = (type: Typed, raw: Uint8Array): Buffer =>
  Buffer.concat([envelopeHead(type, raw.length), raw, ENVELOPE_END]);

/**
 * An object in JSON form from an opened envelope; what the envelope did not say of its type, the caller does.
 * @throws ProtobufError
 */
export function decodeObject({ apiVersion, kind, raw }: Envelope & Typed): Record<string, unknown> {
  const message = messageOfKind(apiVersion, kind);
  if (!message) throw new ProtobufError(`no kind "${kind}" is registered for version "${apiVersion}"`);
  return { kind, apiVersion, ...readFields(new WireReader(raw), message) };
}

/** The bytes of an object that answers a request; undefined where its kind has no protobuf form. */
export function encodeObject(object: Partial<Typed>): Buffer | undefined {
  // APIVersions alone has a kind and no version.
  const { apiVersion = '', kind } = object;
  const message = kind && messageOfKind(apiVersion, kind);
  return message ? closeEnvelope({ apiVersion, kind }, encodeMessage(object, message)) : undefined;
}

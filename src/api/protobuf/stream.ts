import { encodeMessage } from './encode.ts';
import { ENVELOPE_END, envelopeHead } from './envelope.ts';
import { namedMessage } from './messages.ts';
import { fieldHead, WireWriter } from './wire-writer.ts';

const LENGTH_BYTES = 4;

/**
 * The bytes of a list, in pieces, from the messages of its items (`encodeMessage`), which are not copied.
 * @param kind of the list
 */
export function* encodeList(
  list: { apiVersion: string; kind: string; metadata: object },
  items: readonly Uint8Array[],
): Generator<Uint8Array, void> {
  const metadata = new WireWriter();
  metadata.bytesField(1, encodeMessage(list.metadata, namedMessage('meta/v1.ListMeta')!));
  const heads = items.map(({ length }) => fieldHead(2, length));
  const size = items.reduce((sum, { length }, at) => sum + heads[at]!.length + length, metadata.size);
  yield envelopeHead(list, size);
  yield metadata.finish();
  for (let at = 0; at < items.length; at++) {
    yield heads[at]!;
    yield items[at]!;
  }
  yield ENVELOPE_END;
}

/**
 * A frame of `application/vnd.kubernetes.protobuf;stream=watch`: the length in four bytes, big end
 * first, then a WatchEvent without an envelope of its own.
 * @param object in its envelope
 */
export function watchFrame(type: string, object: Uint8Array): Buffer {
  const writer = new WireWriter(object.length + 64);
  writer.bytesField(1, object);
  writer.messageField(2, 0);
  writer.stringField(1, type);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(writer.size);
  writer.raw(length);
  return writer.finish();
}

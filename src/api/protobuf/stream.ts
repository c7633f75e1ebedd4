import { encodeMessage } from './encode.ts';
import { closeEnvelope } from './envelope.ts';
import { namedMessage } from './messages.ts';
import { WireWriter } from './wire-writer.ts';

const LENGTH_BYTES = 4;

/**
 * A list from the messages of its items (`encodeMessage`).
 * @param kind of the list
 */
export function encodeList(
  list: { apiVersion: string; kind: string; metadata: object },
  items: readonly Uint8Array[],
): Buffer {
  const writer = new WireWriter(items.reduce((sum, { length }) => sum + length + 6, 1024));
  for (let at = items.length - 1; at >= 0; at--) writer.bytesField(2, items[at]!);
  writer.bytesField(1, encodeMessage(list.metadata, namedMessage('meta/v1.ListMeta')!));
  return closeEnvelope(list, writer.finish());
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

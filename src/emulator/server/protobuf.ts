import type { KubeObject } from '../../api/meta.ts';
import { encodeMessage } from '../../api/protobuf/encode.ts';
import { closeEnvelope, decodeObject, encodeObject, openEnvelope } from '../../api/protobuf/envelope.ts';
import { ProtobufError } from '../../api/protobuf/error.ts';
import { messageOfKind } from '../../api/protobuf/messages.ts';
import { encodeList, watchFrame } from '../../api/protobuf/stream.ts';
import { badRequest, unsupportedMediaType } from '../errors.ts';
import { unrecognized } from './unrecognized.ts';

// Loaded with the first request that speaks protobuf: import it only by `import()`.

/**
 * The object of a body in protobuf, in JSON form.
 * @param expected what the path says it is; decides where the body does not
 * @throws ApiStatusError 400 (unreadable), 415 (the expected kind has no protobuf form)
 */
export function readProtobuf(bytes: Buffer, expected: { apiVersion?: string; kind: string }): Record<string, unknown> {
  if (expected.apiVersion && !messageOfKind(expected.apiVersion, expected.kind)) {
    throw unsupportedMediaType('application/json, application/yaml');
  }
  let kind = '';
  let version = '';
  try {
    const envelope = openEnvelope(bytes);
    kind = envelope.kind || expected.kind;
    const apiVersion = envelope.apiVersion || expected.apiVersion || '';
    version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    return decodeObject({ raw: envelope.raw, apiVersion, kind });
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    if (kind) {
      throw badRequest(
        `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: ${error.message}`,
      );
    }
    throw unrecognized(expected.kind, error.message, bytes);
  }
}

const messages = new WeakMap<KubeObject, Buffer>();

/** The message of a stored object, without its envelope; stored objects never change, so it is made once. */
export function messageBytes(object: KubeObject): Buffer {
  let bytes = messages.get(object);
  if (!bytes) {
    // Copied out of the memory that it was written in, which is larger.
    bytes = Buffer.from(new Uint8Array(encodeMessage(object, messageOfKind(object.apiVersion, object.kind)!)).buffer);
    messages.set(object, bytes);
  }
  return bytes;
}

/** The message of a PartialObjectMetadata. */
export const metadataBytes = (object: KubeObject): Buffer =>
  encodeMessage(object, messageOfKind(object.apiVersion, object.kind)!);

/** What answers a request; undefined where its kind has no protobuf form. */
export const protobufOf = (value: unknown): Buffer | undefined => encodeObject(value as Partial<KubeObject>);

/** The pieces of a list from the messages of its items. */
export const protobufList = encodeList;

/** One event of a watch. */
export function protobufEvent(type: string, object: KubeObject): Buffer {
  return watchFrame(type, closeEnvelope(object, messageBytes(object)));
}

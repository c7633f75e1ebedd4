/** Bytes that are no protobuf of the expected message. The caller says which request they came with. */
export class ProtobufError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ProtobufError';
  }
}

import { formatGoDuration } from '../../lib/duration.ts';
import { ProtobufError } from './error.ts';
import { type Message, namedMessage, type WireField, type WireKind, type WireType } from './messages.ts';
import { textOf } from './times.ts';
import { BYTES, FIXED64, VARINT, type WireReader } from './wire-reader.ts';

type Fields = Record<string, unknown>;

/** Numbers stand on the wire as they are; all else has a length. */
const wireTypes: Readonly<Partial<Record<WireType['kind'], number>>> = {
  int32: VARINT,
  int64: VARINT,
  bool: VARINT,
  double: FIXED64,
};

/**
 * The JSON form of one message. Fields that nobody knows are passed over; what is zero is left out
 * where Go's JSON leaves it out. A field that comes twice is taken again: lists and maps grow, the rest is replaced.
 * @throws ProtobufError
 */
export function readFields(reader: WireReader, message: Message, into: Fields = {}): Fields {
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    const field = message.byNumber.get(number);
    if (!field) {
      reader.skip(wireType);
      continue;
    }
    if (wireType !== (wireTypes[field.type.kind] ?? BYTES) && !(field.repeats && wireType === BYTES)) {
      const name = message.id.slice(message.id.lastIndexOf('.') + 1);
      throw new ProtobufError(`wrong wireType = ${wireType} for field ${field.name || number} of ${name}`);
    }
    readField(reader, field, wireType, into);
  }
  return into;
}

function readField(reader: WireReader, field: WireField, wireType: number, into: Fields): void {
  const { name, type } = field;
  if (name === '') {
    readFields(reader.message(), messageOf(type), into);
  } else if (field.repeats === 'list') {
    const list = ownValue(into, name, () => []) as unknown[];
    // Numbers may come packed, many in one field.
    if (wireType !== (wireTypes[type.kind] ?? BYTES)) {
      const packed = reader.message();
      while (!packed.done) list.push(readValue(packed, type));
    } else list.push(readValue(reader, type) ?? null);
  } else if (field.repeats === 'map') {
    readEntry(reader.message(), type, ownValue(into, name, () => ({})) as Fields);
  } else {
    const value = readValue(reader, type);
    if (value === undefined || (!field.pointer && !field.required && isZero(value))) delete into[name];
    else into[name] = value;
  }
}

const isZero = (value: unknown): boolean => value === '' || value === 0 || value === false;

function ownValue(fields: Fields, name: string, make: () => unknown): unknown {
  fields[name] ??= make();
  return fields[name];
}

function readEntry(reader: WireReader, type: WireType, map: Fields): void {
  let key = '';
  let value: unknown;
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1 && wireType === BYTES) key = reader.string();
    else if (number === 2 && wireType === BYTES) value = readValue(reader, type);
    else reader.skip(wireType);
  }
  value ??= type.kind === 'string' || type.kind === 'bytes' ? '' : type.kind === 'message' ? {} : null;
  // Defined, not assigned: the key may be `__proto__`.
  Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true });
}

function messageOf(type: WireType): Message {
  return namedMessage((type as { type: string }).type)!;
}

function readValue(reader: WireReader, type: WireType): unknown {
  return type.kind === 'message' ? readFields(reader.message(), messageOf(type)) : readers[type.kind](reader);
}

/** The fields of a small message that is no object in JSON, by number. */
function scan(reader: WireReader, takes: Record<number, [wireType: number, take: (inner: WireReader) => void]>): void {
  const inner = reader.message();
  while (!inner.done) {
    const { number, wireType } = inner.tag();
    const take = takes[number];
    if (!take) inner.skip(wireType);
    else if (take[0] !== wireType) throw new ProtobufError(`wrong wireType = ${wireType} for field ${number}`);
    else take[1](inner);
  }
}

function readTime(reader: WireReader, micro: boolean): string | undefined {
  let empty = true;
  const moment = { seconds: 0, nanos: 0 };
  scan(reader, {
    1: [VARINT, (inner) => ([moment.seconds, empty] = [inner.int64(), false])],
    2: [VARINT, (inner) => ([moment.nanos, empty] = [inner.int32(), false])],
  });
  return empty ? undefined : textOf(moment, micro);
}

function readJson(reader: WireReader): unknown {
  let bytes: Buffer | undefined;
  scan(reader, { 1: [BYTES, (inner) => (bytes = inner.bytes())] });
  if (!bytes?.length) return undefined;
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new ProtobufError(`embedded object is not JSON: ${(error as Error).message}`);
  }
}

/** A union of a schema (field `schema`) and a list (field `list`) or a flag. */
function readSchemaOr(reader: WireReader, schema: number, other: number, take: (inner: WireReader) => void): unknown {
  let found: unknown;
  scan(reader, {
    [schema]: [
      BYTES,
      (inner) => (found = readFields(inner.message(), namedMessage('apiextensions/v1.JSONSchemaProps')!)),
    ],
    [other]: [schema === 2 ? VARINT : BYTES, take],
  });
  return found;
}

const readers: Readonly<Record<WireKind, (reader: WireReader) => unknown>> = {
  string: (reader) => reader.string(),
  int32: (reader) => reader.int32(),
  int64: (reader) => reader.int64(),
  bool: (reader) => reader.bool(),
  double: (reader) => reader.double(),
  bytes: (reader) => reader.bytes().toString('base64'),
  quantity: (reader) => {
    let text = '';
    scan(reader, { 1: [BYTES, (inner) => (text = inner.string())] });
    return text || '0';
  },
  intOrString: (reader) => {
    let isText = false;
    let text = '';
    let value = 0;
    scan(reader, {
      1: [VARINT, (inner) => (isText = inner.int64() === 1)],
      2: [VARINT, (inner) => (value = inner.int32())],
      3: [BYTES, (inner) => (text = inner.string())],
    });
    return isText ? text : value;
  },
  time: (reader) => readTime(reader, false),
  microTime: (reader) => readTime(reader, true),
  duration: (reader) => {
    let nanos = 0;
    scan(reader, { 1: [VARINT, (inner) => (nanos = inner.int64())] });
    return formatGoDuration(nanos / 1e6);
  },
  json: readJson,
  strings: (reader) => {
    const list: string[] = [];
    scan(reader, { 1: [BYTES, (inner) => list.push(inner.string())] });
    return list;
  },
  schemaOrArray: (reader) => {
    const list: unknown[] = [];
    const schema = namedMessage('apiextensions/v1.JSONSchemaProps')!;
    const found = readSchemaOr(reader, 1, 2, (inner) => list.push(readFields(inner.message(), schema)));
    return list.length > 0 ? list : found;
  },
  schemaOrBool: (reader) => {
    let allows = false;
    const found = readSchemaOr(reader, 2, 1, (inner) => (allows = inner.bool()));
    return found ?? allows;
  },
  schemaOrStrings: (reader) => {
    const list: string[] = [];
    const found = readSchemaOr(reader, 1, 2, (inner) => list.push(inner.string()));
    return list.length > 0 ? list : found;
  },
};

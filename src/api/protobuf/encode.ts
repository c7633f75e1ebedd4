import { parseGoDuration } from '../../lib/duration.ts';
import { canonicalQuantity } from '../../lib/quantity.ts';
import { type Message, namedMessage, type WireField, type WireKind, type WireType } from './messages.ts';
import { momentOf } from './times.ts';
import { WireWriter } from './wire-writer.ts';

type Fields = Record<string, unknown>;

/**
 * The bytes of one message, as Go's generated marshallers write them: fields by number, maps by key,
 * and every field that is no pointer and does not repeat, even when it is empty.
 */
export function encodeMessage(value: object, message: Message): Buffer {
  const writer = new WireWriter();
  writeFields(writer, value as Fields, message);
  return writer.finish();
}

function writeFields(writer: WireWriter, value: Fields, { fields }: Message): void {
  for (let at = fields.length - 1; at >= 0; at--) {
    const field = fields[at]!;
    writeField(writer, field, field.name === '' ? value : value[field.name]);
  }
}

function writeField(writer: WireWriter, field: WireField, value: unknown): void {
  const { number, type } = field;
  if (field.repeats === 'list') {
    if (Array.isArray(value))
      for (let at = value.length - 1; at >= 0; at--) writeValue(writer, number, type, value[at]);
    return;
  }
  if (field.repeats === 'map') {
    if (isFields(value)) writeMap(writer, number, type, value);
    return;
  }
  const absent = value === undefined || value === null;
  if (absent && field.pointer) return;
  writeValue(writer, number, type, value);
}

/** An entry of a map is a message of a key (1) and a value (2). */
function writeMap(writer: WireWriter, number: number, type: WireType, map: Fields): void {
  for (const key of Object.keys(map).sort().reverse()) {
    const mark = writer.size;
    writeValue(writer, 2, type, map[key]);
    writer.stringField(1, key);
    writer.messageField(number, mark);
  }
}

function writeValue(writer: WireWriter, number: number, type: WireType, value: unknown): void {
  if (type.kind !== 'message') {
    writers[type.kind](writer, number, value);
    return;
  }
  const mark = writer.size;
  writeFields(writer, isFields(value) ? value : {}, namedMessage(type.type)!);
  writer.messageField(number, mark);
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));

/** Writes a message whose fields `inside` writes. */
function nested(writer: WireWriter, number: number, inside: () => void): void {
  const mark = writer.size;
  inside();
  writer.messageField(number, mark);
}

/** As Go writes an amount; what is none goes as it is, since a list may not fail for one object. */
function quantityText(value: unknown): string {
  try {
    return canonicalQuantity((value ?? 0) as string);
  } catch {
    return textOf(value);
  }
}

function writeTime(writer: WireWriter, number: number, value: unknown, micro: boolean): void {
  nested(writer, number, () => {
    const moment = momentOf(value);
    if (!moment) return;
    writer.varintField(2, micro ? moment.nanos : 0);
    writer.varintField(1, moment.seconds);
  });
}

/** Which of the fields of JSONSchemaProps' unions takes what JSON has. */
function writeSchema(writer: WireWriter, number: number, value: unknown): void {
  writeValue(writer, number, { kind: 'message', type: 'apiextensions/v1.JSONSchemaProps' }, value);
}

const writers: Readonly<Record<WireKind, (writer: WireWriter, number: number, value: unknown) => void>> = {
  string: (writer, number, value) => writer.stringField(number, textOf(value)),
  int32: (writer, number, value) => writer.varintField(number, Number(value ?? 0)),
  int64: (writer, number, value) => writer.varintField(number, Number(value ?? 0)),
  bool: (writer, number, value) => writer.varintField(number, value ? 1 : 0),
  double: (writer, number, value) => writer.doubleField(number, Number(value ?? 0)),
  bytes: (writer, number, value) => writer.bytesField(number, Buffer.from(textOf(value), 'base64')),
  quantity: (writer, number, value) => nested(writer, number, () => writer.stringField(1, quantityText(value))),
  intOrString: (writer, number, value) =>
    nested(writer, number, () => {
      const isText = typeof value === 'string';
      writer.stringField(3, isText ? value : '');
      writer.varintField(2, isText ? 0 : Number(value ?? 0));
      writer.varintField(1, isText ? 1 : 0);
    }),
  time: (writer, number, value) => writeTime(writer, number, value, false),
  microTime: (writer, number, value) => writeTime(writer, number, value, true),
  duration: (writer, number, value) =>
    nested(writer, number, () => writer.varintField(1, Math.round(parseGoDuration(textOf(value) || '0') * 1e6))),
  json: (writer, number, value) =>
    nested(writer, number, () => {
      if (value !== undefined && value !== null) writer.bytesField(1, Buffer.from(JSON.stringify(value)));
    }),
  // A nil list of this kind is left out, though no pointer leads to it.
  strings: (writer, number, value) => {
    if (!Array.isArray(value)) return;
    nested(writer, number, () => {
      for (let at = value.length - 1; at >= 0; at--) writer.stringField(1, textOf(value[at]));
    });
  },
  schemaOrArray: (writer, number, value) =>
    nested(writer, number, () => {
      if (Array.isArray(value)) for (let at = value.length - 1; at >= 0; at--) writeSchema(writer, 2, value[at]);
      else if (isFields(value)) writeSchema(writer, 1, value);
    }),
  schemaOrBool: (writer, number, value) =>
    nested(writer, number, () => {
      if (isFields(value)) writeSchema(writer, 2, value);
      writer.varintField(1, value ? 1 : 0);
    }),
  schemaOrStrings: (writer, number, value) =>
    nested(writer, number, () => {
      if (Array.isArray(value)) for (let at = value.length - 1; at >= 0; at--) writer.stringField(2, textOf(value[at]));
      else if (isFields(value)) writeSchema(writer, 1, value);
    }),
};

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import { CelEvaluationError } from './errors.ts';
import { Uint } from './syntax.ts';
import { parseDate, parseDuration, parseTimestamp, showDuration, showTimestamp } from './times.ts';
import type { CelType } from './types.ts';
import {
  type CelValue,
  Duration,
  MapValue,
  markUnordered,
  ObjectValue,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
} from './values.ts';

/** Marks a value of an evaluation, so that it goes into another as it is. */
export class Native {
  readonly value: CelValue;
  constructor(value: CelValue) {
    this.value = value;
  }
}

const isFields = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON as a value of `type`; what the type does not fit is taken for what it is. */
export function fromJson(value: unknown, type: CelType): CelValue {
  if (typeof value === 'function') return fromJson((value as () => unknown)(), type);
  if (value instanceof Native) return value.value;
  if (value instanceof Opaque) return value;
  if (value === null || value === undefined) return null;
  const typed = convertTyped(value, type);
  return typed === undefined ? untyped(value) : typed;
}

function convertTyped(value: unknown, type: CelType): CelValue | undefined {
  switch (type.kind) {
    case 'int':
      return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : undefined;
    case 'uint':
      return typeof value === 'number' && Number.isInteger(value) ? new Uint(BigInt(value)) : undefined;
    case 'double':
      return typeof value === 'number' ? value : undefined;
    case 'bytes':
      return typeof value === 'string' ? Uint8Array.from(Buffer.from(value, 'base64')) : undefined;
    case 'timestamp':
      return readText(value, 'date-time', (text) => parseTimestamp(text) ?? parseDate(text));
    case 'duration':
      return readText(value, 'duration', parseDuration);
    case 'list':
      if (!Array.isArray(value)) return undefined;
      return markUnordered(
        value.map((item) => fromJson(item, type.items)),
        type.unordered,
      );
    case 'map':
      return isFields(value) ? MapValue.ofJson(value, (item) => fromJson(item, type.values)) : undefined;
    case 'object':
      return isFields(value) ? new ObjectValue(type, value, fromJson) : undefined;
    default:
      return undefined;
  }
}

function readText(value: unknown, format: string, read: (text: string) => CelValue | undefined): CelValue | undefined {
  if (typeof value !== 'string') return undefined;
  const found = read(value);
  if (found === undefined) throw new CelEvaluationError(`Invalid ${format} format of string '${value}'`);
  return found;
}

/** JSON for what it is: whole numbers are ints. */
function untyped(value: unknown): CelValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : fromJson(item, { kind: 'dyn' })));
  if (isFields(value)) return MapValue.ofJson(value, (item) => fromJson(item, { kind: 'dyn' }));
  return value as CelValue;
}

/** As JSON: numbers, text for times, base64 for bytes; undefined for a missing optional and for types. */
export function toJson(value: CelValue | undefined): unknown {
  if (value === undefined || value === null) return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value;
  if (value instanceof Uint) return Number(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return showDuration(value);
  if (value instanceof ObjectValue) {
    return Object.fromEntries(Object.entries(value.raw).map(([key, child]) => [key, rawToJson(child)]));
  }
  if (value instanceof MapValue) {
    return Object.fromEntries(value.entries().map(([key, child]) => [String(toJson(key)), toJson(child)]));
  }
  if (value instanceof Optional) return toJson(value.value);
  if (value instanceof Opaque) return value.toJson();
  if (value instanceof TypeValue) return value.name;
  return value.map(toJson);
}

/** Fields that an expression constructed are values, others JSON. */
function rawToJson(value: unknown): unknown {
  if (value instanceof Native) return toJson(value.value);
  return typeof value === 'function' ? rawToJson((value as () => unknown)()) : value;
}

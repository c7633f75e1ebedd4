import { CelEvaluationError } from './errors.ts';
import { Uint } from './syntax.ts';
import type { CelObjectType, CelType } from './types.ts';

/**
 * Values inside an evaluation: null, boolean, string, bigint (int), number (double), Uint, Uint8Array
 * (bytes), Timestamp, Duration, an array (list), a MapValue, an ObjectValue, an Opaque, a TypeValue.
 */
export type CelValue =
  | null
  | boolean
  | string
  | bigint
  | number
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | readonly CelValue[]
  | MapValue
  | ObjectValue
  | Opaque
  | TypeValue;

/** Nanoseconds since 1970, within years 1 to 9999. */
export class Timestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** Nanoseconds, as Go's time.Duration. */
export class Duration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

export class TypeValue {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A value of a type that a library brings. */
export abstract class Opaque {
  abstract readonly typeName: string;
  abstract equals(other: CelValue): boolean;
  /** How many characters or octets it is counted as; undefined for those without a size. */
  size(): number | undefined {
    return undefined;
  }
  /** As `string(x)` shows it, where that is defined. */
  toJson(): unknown {
    return undefined;
  }
}

/** A value that may not be there. */
export class Optional extends Opaque {
  static readonly none = new Optional(undefined);
  readonly typeName = 'optional_type';
  readonly value: CelValue | undefined;
  constructor(value: CelValue | undefined) {
    super();
    this.value = value;
  }
  equals(other: CelValue): boolean {
    if (!(other instanceof Optional)) return false;
    if (this.value === undefined || other.value === undefined) return this.value === other.value;
    return celEqual(this.value, other.value);
  }
}

/** Keys of a map: ints and uints of the same number are one key, and so is a double that is whole. */
export function keyText(key: CelValue): string | undefined {
  switch (typeof key) {
    case 'string':
      return `s${key}`;
    case 'bigint':
      return `n${key}`;
    case 'boolean':
      return `b${key}`;
    case 'number':
      return Number.isInteger(key) ? `n${BigInt(key)}` : undefined;
    default:
      return key instanceof Uint ? `n${key.value}` : undefined;
  }
}

/** A map; made of JSON it converts its values when they are asked for. */
export class MapValue {
  readonly #entries: Map<string, [CelValue, CelValue]>;
  readonly #raw: Readonly<Record<string, unknown>> | undefined;
  readonly #convert: ((value: unknown) => CelValue) | undefined;

  private constructor(
    entries: Map<string, [CelValue, CelValue]>,
    raw?: Readonly<Record<string, unknown>>,
    convert?: (value: unknown) => CelValue,
  ) {
    this.#entries = entries;
    this.#raw = raw;
    this.#convert = convert;
  }

  static of(entries: Iterable<readonly [CelValue, CelValue]>): MapValue {
    const map = new Map<string, [CelValue, CelValue]>();
    for (const [key, value] of entries) {
      const text = keyText(key);
      if (text === undefined) throw new CelEvaluationError(`unsupported key type: ${typeNameOf(key)}`);
      map.set(text, [key, value]);
    }
    return new MapValue(map);
  }

  static ofJson(raw: Readonly<Record<string, unknown>>, convert: (value: unknown) => CelValue): MapValue {
    return new MapValue(new Map(), raw, convert);
  }

  get size(): number {
    return this.#raw ? Object.keys(this.#raw).length : this.#entries.size;
  }

  /** For maps that are being built; nobody else may have them yet. */
  put(key: CelValue, value: CelValue): void {
    this.#entries.set(keyText(key) ?? '', [key, value]);
  }

  get(key: CelValue): CelValue | undefined {
    const text = keyText(key);
    if (text === undefined) return undefined;
    const known = this.#entries.get(text);
    if (known || !this.#raw) return known?.[1];
    if (typeof key !== 'string' || !Object.hasOwn(this.#raw, key)) return undefined;
    const value = this.#convert!(this.#raw[key]);
    this.#entries.set(text, [key, value]);
    return value;
  }

  has(key: CelValue): boolean {
    if (this.#raw) return typeof key === 'string' && Object.hasOwn(this.#raw, key);
    const text = keyText(key);
    return text !== undefined && this.#entries.has(text);
  }

  keys(): CelValue[] {
    return this.#raw ? Object.keys(this.#raw) : [...this.#entries.values()].map(([key]) => key);
  }

  entries(): [CelValue, CelValue][] {
    return this.keys().map((key) => [key, this.get(key)!]);
  }
}

/** An object of a declared type over JSON, or over functions that give its fields. */
export class ObjectValue {
  readonly type: CelObjectType;
  readonly raw: Readonly<Record<string, unknown>>;
  readonly #fields = new Map<string, CelValue>();
  readonly #convert: (value: unknown, type: CelType) => CelValue;

  constructor(
    type: CelObjectType,
    raw: Readonly<Record<string, unknown>>,
    convert: (value: unknown, type: CelType) => CelValue,
  ) {
    this.type = type;
    this.raw = raw;
    this.#convert = convert;
  }

  get(name: string): CelValue | undefined {
    const known = this.#fields.get(name);
    if (known !== undefined) return known;
    const field = this.type.field(name);
    if (!field || !Object.hasOwn(this.raw, field.key) || this.raw[field.key] === undefined) return undefined;
    const value = this.#convert(this.raw[field.key], field.type);
    this.#fields.set(name, value);
    return value;
  }

  has(name: string): boolean {
    const field = this.type.field(name);
    return field !== undefined && Object.hasOwn(this.raw, field.key) && this.raw[field.key] !== undefined;
  }

  get size(): number {
    return Object.keys(this.raw).length;
  }
}

/** The lists whose order does not count, and what makes two of their elements the same. */
const unordered = new WeakMap<readonly CelValue[], 'set' | readonly string[]>();
export const unorderedBy = (list: readonly CelValue[]): 'set' | readonly string[] | undefined => unordered.get(list);
export function markUnordered<T extends readonly CelValue[]>(list: T, by: 'set' | readonly string[] | undefined): T {
  if (by) unordered.set(list, by);
  return list;
}

/** The runtime type as messages name it. */
export function typeNameOf(value: CelValue): string {
  if (value === null) return 'null_type';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'bigint':
      return 'int';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
  }
  if (value instanceof Uint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp';
  if (value instanceof Duration) return 'google.protobuf.Duration';
  if (Array.isArray(value)) return 'list';
  if (value instanceof MapValue) return 'map';
  if (value instanceof ObjectValue) return value.type.name;
  if (value instanceof Opaque) return value.typeName;
  return 'type';
}

/** An int, uint or double as a number that compares with the others. */
export const numeric = (value: CelValue): bigint | number | undefined => {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  return value instanceof Uint ? value.value : undefined;
};

/** Equality over all kinds: numbers by value, others only with their kind (cel-spec, doc/langdef.md#equality). */
export function celEqual(a: CelValue, b: CelValue): boolean {
  if (a === b) return true;
  const [left, right] = [numeric(a), numeric(b)];
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are the same by value
  if (left !== undefined || right !== undefined) return left !== undefined && right !== undefined && left == right;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Array.isArray(a)) return Array.isArray(b) && listsEqual(a, b);
  if (a instanceof MapValue) return b instanceof MapValue && mapsEqual(a, b);
  if (a instanceof ObjectValue) return b instanceof ObjectValue && objectsEqual(a, b);
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanos === b.nanos;
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  return a instanceof Opaque && a.equals(b);
}

/** What tells an element of a list of type map from the others. */
export function listKey(item: CelValue, keys: readonly string[]): string {
  const of = (key: string): unknown => (item instanceof ObjectValue ? item.raw[key] : undefined);
  return JSON.stringify(keys.map(of));
}

function listsEqual(a: readonly CelValue[], b: readonly CelValue[]): boolean {
  if (a.length !== b.length) return false;
  const by = unorderedBy(a) ?? unorderedBy(b);
  if (!by) return a.every((item, at) => celEqual(item, b[at]!));
  if (by === 'set') return a.every((item) => b.some((other) => celEqual(item, other)));
  const others = new Map(b.map((item) => [listKey(item, by), item]));
  return a.every((item) => {
    const other = others.get(listKey(item, by));
    return other !== undefined && celEqual(item, other);
  });
}

function mapsEqual(a: MapValue, b: MapValue): boolean {
  if (a.size !== b.size) return false;
  return a.entries().every(([key, value]) => {
    const other = b.get(key);
    return other !== undefined && celEqual(value, other);
  });
}

function objectsEqual(a: ObjectValue, b: ObjectValue): boolean {
  const names = a.type.fieldNames?.() ?? [];
  return names.every((name) => {
    const [left, right] = [a.get(name), b.get(name)];
    return left === undefined || right === undefined ? left === right : celEqual(left, right);
  });
}

/** Below, equal or above zero; undefined for values that have no order between them. */
export function celCompare(a: CelValue, b: CelValue): number | undefined {
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) {
    if (Number.isNaN(left) || Number.isNaN(right)) throw new CelEvaluationError('NaN values cannot be ordered');
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const isTime = (a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration);
  if (!isTime) return undefined;
  const [x, y] = [a.nanos, (b as Timestamp | Duration).nanos];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** How much of something there is, for what a call costs: characters, octets, elements, entries. */
export function sizeOf(value: CelValue | undefined): number {
  if (typeof value === 'string') return codePoints(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  if (value instanceof MapValue || value instanceof ObjectValue) return value.size;
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value);
  return value instanceof Opaque ? (value.size() ?? 1) : 1;
}

export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

export const noSuchOverload = (): CelEvaluationError => new CelEvaluationError('no such overload');

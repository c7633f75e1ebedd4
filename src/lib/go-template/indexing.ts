import { GoNumber, TemplateError } from './nodes.ts';
import { withBytes } from './raw-bytes.ts';
import { amount, Boxed, isMap, typeName, unboxed } from './values.ts';

/** `len`. @throws TemplateError where the value has no length */
export function lengthOf(given: unknown): GoNumber {
  const value = unboxed(given);
  if (typeof value === 'string') return new GoNumber('int', Buffer.byteLength(withBytes(value)));
  if (Array.isArray(value)) return new GoNumber('int', value.length);
  if (isMap(value)) return new GoNumber('int', Object.keys(value).length);
  if (value !== undefined) throw new TemplateError(`len of type ${typeName(value)}`);
  const isNull = given instanceof Boxed;
  throw new TemplateError(isNull ? 'len of nil pointer' : 'reflect: call of reflect.Value.Type on zero Value');
}

/** `index`: the item under each key in turn. @throws TemplateError for keys that cannot be */
export function itemAt(given: unknown, keys: readonly unknown[]): unknown {
  let item: unknown = given;
  if (unboxed(item) === undefined) throw new TemplateError('index of untyped nil');
  for (const key of keys) item = oneItem(item, unboxed(key));
  return item;
}

function oneItem(given: unknown, key: unknown): unknown {
  const item = unboxed(given);
  if (item === undefined) throw new TemplateError('index of nil pointer');
  if (isMap(item)) {
    if (typeof key !== 'string') {
      const what = key === undefined ? 'value is nil; should be of type' : `value has type ${typeName(key)}; should be`;
      throw new TemplateError(`${what} string`);
    }
    return new Boxed(Object.hasOwn(item, key) ? item[key] : undefined);
  }
  if (typeof item === 'string') {
    const bytes = Buffer.from(item);
    const at = place(key, bytes.length);
    if (at === bytes.length) throw new TemplateError('reflect: string index out of range');
    return new GoNumber('uint8', bytes[at] ?? 0);
  }
  if (!Array.isArray(item)) throw new TemplateError(`can't index item of type ${typeName(item)}`);
  const at = place(key, item.length);
  if (at === item.length) throw new TemplateError('reflect: slice index out of range');
  return new Boxed(item[at]);
}

function place(key: unknown, most: number): number {
  if (key instanceof Boxed) throw new TemplateError('cannot index slice/array with type interface {}');
  if (key === undefined) throw new TemplateError('cannot index slice/array with nil');
  const found = amount(key);
  const at = typeof found === 'bigint' ? Number(found) : found;
  const isWhole = key instanceof GoNumber ? key.kind !== 'float64' : typeof key === 'bigint' || Number.isInteger(key);
  if (at === undefined || !isWhole) throw new TemplateError(`cannot index slice/array with type ${typeName(key)}`);
  if (at < 0 || at > most) throw new TemplateError(`index out of range: ${at}`);
  return at;
}

/** `slice`. A list may be sliced up to the room it has. @throws TemplateError */
export function sliceOf(given: unknown, bounds: readonly unknown[]): unknown {
  const value = unboxed(given);
  if (value === undefined) throw new TemplateError('slice of untyped nil');
  if (bounds.length > 3) throw new TemplateError(`too many slice indexes: ${bounds.length}`);
  const isText = typeof value === 'string';
  if (isText && bounds.length === 3) throw new TemplateError('cannot 3-index slice a string');
  if (!isText && !Array.isArray(value)) throw new TemplateError(`can't slice item of type ${typeName(value)}`);
  const bytes = isText ? Buffer.from(value) : undefined;
  const length = bytes?.length ?? (value as unknown[]).length;
  const room = bytes ? length : capacity(length);
  const places = bounds.map((bound) => place(bound, room));
  const [from = 0, to = length, last] = places;
  if (from > to) throw new TemplateError(`invalid slice index: ${from} > ${to}`);
  if (last !== undefined && to > last) throw new TemplateError(`invalid slice index: ${to} > ${last}`);
  if (bytes) return bytes.subarray(from, to).toString('utf8');
  return Array.from({ length: to - from }, (_, at) => (value as unknown[])[from + at] ?? null);
}

/** How much room Go has made for a list of so many items that it read one by one. */
function capacity(length: number): number {
  if (length > 512) return length;
  return length === 0 ? 0 : 2 ** Math.ceil(Math.log2(length));
}

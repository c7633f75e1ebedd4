import { KctlError } from '../../lib/errors.ts';
import { parseQuantity } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';
import { namedType, packageOf, type ScalarKind, type ValueSchema } from '../schema.ts';

/** What JSON calls a value, as Go's decoder says it. */
function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const goNames: Partial<Record<ScalarKind, string>> = { number: 'float64', boolean: 'bool', bytes: '[]uint8' };

function goType(schema: ValueSchema): string {
  if (schema.kind === 'array') return `[]${goType(schema.items)}`;
  if (schema.kind === 'map') return `map[string]${goType(schema.values)}`;
  if (schema.kind === 'object') return schema.type.slice(schema.type.indexOf('/') + 1);
  return goNames[schema.kind] ?? schema.kind;
}

const whole = (value: unknown, limit: number): boolean => Number.isInteger(value) && Math.abs(value as number) <= limit;

/** Whether a JSON value fits a scalar type. */
const fits: Readonly<Record<ScalarKind, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  int32: (value) => whole(value, 2 ** 31),
  int64: (value) => whole(value, 2 ** 63),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  quantity: (value) => typeof value === 'string' || typeof value === 'number',
  intOrString: (value) => typeof value === 'string' || whole(value, 2 ** 31),
  time: (value) => typeof value === 'string',
  microTime: (value) => typeof value === 'string',
  bytes: (value) => typeof value === 'string',
  any: () => true,
};

/**
 * Why an object of a built-in kind cannot be decoded: the first field whose JSON type is not that of
 * its Go field, in the decoder's words, as a server puts them into a 400. Undefined when it can be,
 * and for custom kinds.
 */
export function decodeError(object: KubeObject): string | undefined {
  const { apiVersion, kind } = object;
  const type = `${packageOf(apiVersion)}.${kind}`;
  if (!namedType(type)) return undefined;
  const problem = check(object, { kind: 'object', type }, '', '');
  if (!problem) return undefined;
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  return `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ${problem}`;
}

/** `owner`: the struct that has the field; `path`: its place from the root, list positions left out. */
function check(value: unknown, schema: ValueSchema, owner: string, path: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  const mismatch = (): string => {
    const shown = typeof value === 'number' && schema.kind.startsWith('int') ? `number ${value}` : jsonKind(value);
    return `json: cannot unmarshal ${shown} into Go struct field ${owner}.${path} of type ${goType(schema)}`;
  };
  if (schema.kind === 'array') {
    return Array.isArray(value) ? first(value, (item) => check(item, schema.items, owner, path)) : mismatch();
  }
  if (schema.kind === 'map' || schema.kind === 'object') {
    if (typeof value !== 'object' || Array.isArray(value)) return mismatch();
    if (schema.kind === 'map') return first(Object.values(value), (item) => check(item, schema.values, owner, path));
    const type = namedType(schema.type)!;
    const name = schema.type.slice(schema.type.lastIndexOf('.') + 1);
    return first(Object.entries(value), ([key, inner]) => {
      const field = type.fields.get(key);
      return field && check(inner, field.value, name, path ? `${path}.${key}` : key);
    });
  }
  if (!fits[schema.kind](value)) return mismatch();
  return schema.kind === 'quantity' ? quantityError(value as string) : undefined;
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found) return found;
  }
  return undefined;
}

function quantityError(value: string | number): string | undefined {
  try {
    parseQuantity(value);
    return undefined;
  } catch (error) {
    if (error instanceof KctlError) return error.message;
    throw error;
  }
}

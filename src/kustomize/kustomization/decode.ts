import { failed } from '../failure.ts';
import { STRUCTS } from './structs.ts';

/**
 * Reads plain data as Go's encoding/json reads it into kustomize's types: names of fields without regard to case,
 * null as absent, and the first thing that does not fit as an error in Go's words.
 */
export interface DecodeOptions {
  /** Fields that the type does not have are refused. */
  strict: boolean;
}

interface Place {
  /** Name of the innermost type, and the fields on the way from the outermost. */
  struct: string;
  path: string;
}

/** @throws KctlError `input`: `json: unknown field "x"`, `json: cannot unmarshal ...` */
export function decode<T>(value: unknown, type: string, options: DecodeOptions): T {
  return (read(value, type, undefined, options) ?? {}) as T;
}

const kindOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'bigint' ? 'number' : typeof value;
};

const INT = /^int/;

function mismatch(value: unknown, type: string, place: Place | undefined): Error {
  const what = kindOf(value) + (kindOf(value) === 'number' && INT.test(type) ? ` ${value}` : '');
  const where = place ? `Go struct field ${place.struct}.${place.path} of type` : 'Go value of type';
  return failed(`json: cannot unmarshal ${what} into ${where} ${goType(type)}`);
}

function goType(type: string): string {
  if (type.startsWith('[]')) return `[]${goType(type.slice(2))}`;
  if (type.startsWith('{}')) return `map[string]${goType(type.slice(2))}`;
  if (type === 'any') return 'interface {}';
  return /^[A-Z]/.test(type) ? `types.${type}` : type;
}

const PRIMITIVES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  PatchStrategicMerge: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  int: (value) => Number.isInteger(value),
  int64: (value) => Number.isInteger(value) || typeof value === 'bigint',
  any: () => true,
};

function read(value: unknown, type: string, place: Place | undefined, options: DecodeOptions): unknown {
  if (value === null || value === undefined) return undefined;
  const primitive = PRIMITIVES[type];
  if (primitive) {
    if (!primitive(value)) throw mismatch(value, type, place);
    return value;
  }
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) throw mismatch(value, type, place);
    const inner = type.slice(2);
    return value.map((item) => read(item, inner, place, options) ?? zero(inner));
  }
  if (kindOf(value) !== 'object') throw mismatch(value, type, place);
  const fields = value as Record<string, unknown>;
  if (type.startsWith('{}')) {
    const inner = type.slice(2);
    const entries = Object.keys(fields).sort();
    return Object.fromEntries(entries.map((key) => [key, read(fields[key], inner, place, options) ?? zero(inner)]));
  }
  return readStruct(fields, type, place, options);
}

function zero(type: string): unknown {
  if (type === 'string' || type === 'PatchStrategicMerge') return '';
  if (type === 'bool') return false;
  return /^[A-Z]/.test(type) ? {} : undefined;
}

function readStruct(fields: Record<string, unknown>, type: string, place: Place | undefined, options: DecodeOptions) {
  const known = STRUCTS[type]!;
  const result: Record<string, unknown> = {};
  for (const key of Object.keys(fields).sort()) {
    const name = Object.hasOwn(known, key)
      ? key
      : Object.keys(known).find((each) => each.toLowerCase() === key.toLowerCase());
    if (name === undefined) {
      if (options.strict) throw failed(`json: unknown field ${JSON.stringify(key)}`);
      continue;
    }
    const path = place ? `${place.path}.${name}` : name;
    const read1 = read(fields[key], known[name]!, { struct: type, path }, options);
    if (read1 !== undefined) result[name] = read1;
  }
  return result;
}

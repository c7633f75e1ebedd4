import type { KubeObject } from '../../api/meta.ts';
import { namedType, type TypeSchema, typeSchema, type ValueSchema } from '../../api/schema.ts';
import { completeCustom } from '../crd/complete.ts';
import { badRequest } from '../errors.ts';
import type { ServedResource } from './catalog.ts';

/** What happens to fields that the type does not have. */
export type UnknownFields = 'Strict' | 'Warn' | 'Ignore';

/** Lists of more would only repeat themselves. */
const MAX_REPORTED = 10;

/**
 * Takes what a client sent as an object of `resource`: values must have the type's shape, unknown
 * fields go and are refused (`Strict`) or warned of (`Warn`), and so are fields that its text gave more
 * than once. Changes and returns `object`.
 * @throws ApiStatusError 400
 */
export function decodeObject(
  object: KubeObject,
  resource: ServedResource,
  unknown: UnknownFields,
  warn: ((text: string) => void) | undefined,
  duplicates: readonly string[] = [],
): KubeObject {
  object.metadata ??= {};
  const found: string[] = [];
  if (resource.custom) {
    new Decoder(object.kind, found).object(
      object.metadata as Record<string, unknown>,
      namedType('meta/v1.ObjectMeta')!,
      'metadata',
      'metadata',
    );
    completeCustom(object, resource.custom.schema, found);
  } else {
    const type = typeSchema(object.apiVersion, object.kind);
    if (type) new Decoder(object.kind, found).object(object, type, '', '');
  }
  if (unknown === 'Ignore') return object;
  const quoted = (what: string) => (path: string) => `${what} field ${JSON.stringify(path)}`;
  const texts = [...found.map(quoted('unknown')), ...duplicates.map(quoted('duplicate'))].slice(0, MAX_REPORTED);
  if (texts.length === 0) return object;
  if (unknown === 'Strict') {
    const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
    throw badRequest(
      `${object.kind} in version ${JSON.stringify(version)} cannot be handled as a ${object.kind}: strict decoding error: ${texts.join(', ')}`,
    );
  }
  for (const text of texts) warn?.(text);
  return object;
}

type ScalarCheck = { is: (value: unknown) => boolean; goType: string };

const anyNumber = (value: unknown) => typeof value === 'number';

/** What a JSON value of each scalar kind looks like, and what Go calls its type. Kinds not here take anything. */
const scalarChecks: Readonly<Record<string, ScalarCheck>> = {
  string: { is: (value) => typeof value === 'string', goType: 'string' },
  int32: { is: Number.isInteger, goType: 'int32' },
  int64: { is: Number.isInteger, goType: 'int64' },
  number: { is: anyNumber, goType: 'float64' },
  boolean: { is: (value) => typeof value === 'boolean', goType: 'bool' },
  bytes: { is: (value) => typeof value === 'string', goType: '[]uint8' },
};

class Decoder {
  readonly #kind: string;
  readonly #unknown: string[];

  constructor(kind: string, unknown: string[]) {
    this.#kind = kind;
    this.#unknown = unknown;
  }

  object(value: Record<string, unknown>, type: TypeSchema, path: string, goPath: string): void {
    for (const key of Object.keys(value)) {
      const field = type.fields.get(key);
      const at = path ? `${path}.${key}` : key;
      if (!field) {
        this.#unknown.push(at);
        delete value[key];
        continue;
      }
      const child = value[key];
      if (child === null || child === undefined) {
        // null is how a client says that it has nothing to say.
        if (field.value.kind !== 'any') delete value[key];
        continue;
      }
      this.#value(child, field.value, at, goPath ? `${goPath}.${key}` : key, type);
    }
  }

  #value(value: unknown, schema: ValueSchema, path: string, goPath: string, owner: TypeSchema): void {
    if (schema.kind === 'array') {
      if (!Array.isArray(value)) this.#mismatch(value, goPath, owner, goNameOf(schema));
      value.forEach((item, at) => {
        if (item === null) value[at] = zeroOf(schema.items);
        else this.#value(item, schema.items, `${path}[${at}]`, goPath, owner);
      });
      return;
    }
    if (schema.kind === 'map') {
      if (!isObject(value)) this.#mismatch(value, goPath, owner, goNameOf(schema));
      for (const [key, item] of Object.entries(value)) {
        if (item === null) value[key] = zeroOf(schema.values);
        else this.#value(item, schema.values, `${path}.${key}`, goPath, owner);
      }
      return;
    }
    if (schema.kind === 'object') {
      const type = namedType(schema.type);
      if (!type) return;
      if (!isObject(value)) this.#mismatch(value, goPath, owner, goNameOf(schema));
      this.object(value, type, path, goPath);
      return;
    }
    const check = scalarChecks[schema.kind];
    if (check && !check.is(value)) this.#mismatch(value, goPath, owner, check.goType);
  }

  /** As encoding/json says it. */
  #mismatch(value: unknown, goPath: string, owner: TypeSchema, goType: string): never {
    const struct = owner.name.slice(owner.name.lastIndexOf('.') + 1);
    const shown = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : (JSON_NAMES[typeof value] ?? 'value');
    const version = owner.name.slice(owner.name.indexOf('/') + 1, owner.name.lastIndexOf('.'));
    throw badRequest(
      `${this.#kind} in version ${JSON.stringify(version)} cannot be handled as a ${this.#kind}: json: cannot unmarshal ${shown} into Go struct field ${struct}.${goPath} of type ${goType}`,
    );
  }
}

/** What Go makes of a null among items: nothing of that type. Pointers and free-form values stay null. */
function zeroOf(schema: ValueSchema): unknown {
  if (schema.kind === 'object') return {};
  return schema.kind === 'string' || schema.kind === 'bytes' ? '' : null;
}

const JSON_NAMES: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'bool' };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function goNameOf(schema: ValueSchema): string {
  if (schema.kind === 'array') return `[]${goNameOf(schema.items)}`;
  if (schema.kind === 'map') return `map[string]${goNameOf(schema.values)}`;
  if (schema.kind === 'object') {
    const [pack = '', name = ''] = schema.type.split('.');
    return `${pack.slice(pack.indexOf('/') + 1)}.${name}`;
  }
  return scalarChecks[schema.kind]?.goType ?? schema.kind;
}

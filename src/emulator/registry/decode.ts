import { noteEmptied } from '../../api/emptied.ts';
import { isEmptyValue, omittedWhenEmpty } from '../../api/empty-fields.ts';
import type { KubeObject } from '../../api/meta.ts';
import { namedType, type TypeSchema, typeSchema, type ValueSchema } from '../../api/schema.ts';
import { ApiStatusError } from '../../api/status.ts';
import { goJson } from '../../api/validation/go-text.ts';
import { TEMPLATE_COUNT } from '../../api/validation/workload-warnings.ts';
import { KctlError } from '../../lib/errors.ts';
import { completeCustom, type EmbeddedObject } from '../crd/complete.ts';
import { failure } from '../errors.ts';
import type { ServedResource } from './catalog.ts';
import { badBase64, storedAmount, storedQuantity, storedTime } from './scalars.ts';

/** What happens to fields that the type does not have. */
export type UnknownFields = 'Strict' | 'Warn' | 'Ignore';

/** Lists of more would only repeat themselves. */
const MAX_REPORTED = 10;

/**
 * Takes what a client sent as an object of `resource`: values must have the type's shape, unknown
 * fields go and are refused (`Strict`) or warned of (`Warn`), and so are fields that its text gave more
 * than once. Changes and returns `object`.
 * @param isApplied whether it comes of a server-side apply: nulls of a custom object stay
 * @throws ApiStatusError 400
 */
export function decodeObject(
  object: KubeObject,
  resource: ServedResource,
  unknown: UnknownFields,
  warn: ((text: string) => void) | undefined,
  duplicates: readonly string[] = [],
  isApplied = false,
): KubeObject {
  object.metadata ??= {};
  const found: string[] = [];
  const order = duplicates.length > 0 ? orderOfFields(object) : undefined;
  if (resource.custom) {
    new Decoder(object.kind, object.apiVersion, found).object(
      object.metadata as Record<string, unknown>,
      namedType('meta/v1.ObjectMeta')!,
      'metadata',
      '',
    );
    const within: string[] = [];
    const embedded = completeCustom(object, resource.custom.schema, found, isApplied);
    for (const one of embedded) decodeEmbedded(object, one, within);
    found.push(...within.sort());
  } else {
    const type = typeSchema(object.apiVersion, object.kind);
    if (type) new Decoder(object.kind, object.apiVersion, found).object(object, type, '', '');
    if (object.kind === 'DaemonSet') checkTemplateCount(object);
  }
  if (unknown === 'Ignore') return object;
  const named = (what: string) => (path: string) => ({ path, text: `${what} field ${JSON.stringify(path)}` });
  const texts = [...found.map(named('unknown')), ...duplicates.map(named('duplicate'))]
    .sort((a, b) => (order?.get(a.path) ?? 0) - (order?.get(b.path) ?? 0))
    .slice(0, MAX_REPORTED)
    .map(({ text }) => text);
  if (texts.length === 0) return object;
  if (unknown === 'Strict') {
    const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
    throw new DecodeError(object.kind, version, object.kind, `strict decoding error: ${texts.join(', ')}`, true);
  }
  for (const text of texts) warn?.(text);
  return object;
}

/** An object within a custom one has a kind, and metadata of the type that all have (schema/objectmeta/algorithm.go). */
function decodeEmbedded({ kind, apiVersion }: KubeObject, { object, path }: EmbeddedObject, unknown: string[]): void {
  function refuse(field: string, value: unknown, problem: string): never {
    const said = `${path}.${field}: Invalid value: ${goJson(value)}: ${problem}`;
    throw new DecodeError(kind, apiVersion.slice(apiVersion.indexOf('/') + 1), kind, said);
  }
  for (const key of ['apiVersion', 'kind']) {
    if (key in object && typeof object[key] !== 'string') refuse(key, object[key], 'must be a string');
  }
  const metadata = object['metadata'] === null ? {} : object['metadata'];
  if (metadata === undefined) return;
  if (!isObject(metadata)) {
    const type = Array.isArray(metadata) ? 'array' : JSON_NAMES[typeof metadata];
    refuse('metadata', metadata, `json: cannot unmarshal ${type} into Go value of type v1.ObjectMeta`);
  }
  const before = structuredClone(metadata);
  try {
    new Decoder(kind, apiVersion, unknown).object(metadata, namedType('meta/v1.ObjectMeta')!, `${path}.metadata`, '');
  } catch (error) {
    if (error instanceof DecodeError) refuse('metadata', before, error.problem);
    throw error;
  }
  object['metadata'] = metadata;
}

/** A number in Go, and an annotation for clients: it must be one. */
function checkTemplateCount({ kind, apiVersion, metadata }: KubeObject): void {
  const text = metadata.annotations?.[TEMPLATE_COUNT];
  if (text === undefined) return;
  const isNumber = /^[+-]?\d+$/.test(text);
  if (isNumber && BigInt.asIntN(64, BigInt(text)) === BigInt(text)) return;
  const why = isNumber ? 'value out of range' : 'invalid syntax';
  const problem = `strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`;
  throw new DecodeError(kind, apiVersion.slice(apiVersion.indexOf('/') + 1), kind, problem);
}

/** Where in its text each field of an object stands, by path. */
function orderOfFields(object: unknown): Map<string, number> {
  const order = new Map<string, number>();
  const visit = (value: unknown, path: string): void => {
    if (Array.isArray(value)) value.forEach((item, at) => void visit(item, `${path}[${at}]`));
    else if (isObject(value)) {
      for (const [key, child] of Object.entries(value)) {
        const at = path ? `${path}.${key}` : key;
        order.set(at, order.size);
        visit(child, at);
      }
    }
  };
  visit(object, '');
  return order;
}

/** A body that is not of its kind: for a patch, `problem` alone is told. */
export class DecodeError extends ApiStatusError {
  readonly problem: string;
  /** True of fields that are too many, not of wrong ones. */
  readonly strict: boolean;

  constructor(kind: string, version: string, expected: string, problem: string, strict = false) {
    super(
      failure(
        400,
        'BadRequest',
        `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected}: ${problem}`,
      ),
    );
    this.problem = problem;
    this.strict = strict;
  }
}

type ScalarCheck = { is: (value: unknown) => boolean; goType: string };

const isInt32 = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= -(2 ** 31) && (value as number) < 2 ** 31;

const anyNumber = (value: unknown) => typeof value === 'number';

/** What a JSON value of each scalar kind looks like, and what Go calls its type. Kinds not here take anything. */
const scalarChecks: Readonly<Record<string, ScalarCheck>> = {
  string: { is: (value) => typeof value === 'string', goType: 'string' },
  int32: { is: isInt32, goType: 'int32' },
  int64: { is: Number.isInteger, goType: 'int64' },
  number: { is: anyNumber, goType: 'float64' },
  boolean: { is: (value) => typeof value === 'boolean', goType: 'bool' },
  bytes: { is: (value) => typeof value === 'string', goType: '[]uint8' },
  time: { is: (value) => typeof value === 'string', goType: 'string' },
  microTime: { is: (value) => typeof value === 'string', goType: 'string' },
};

/** Kinds of scalars that are texts of a form of their own, and are stored in one spelling. */
const STORED: Readonly<
  Record<string, (value: unknown, isAmount: boolean) => { value: unknown } | { problem: string }>
> = {
  quantity: (value, isAmount) => {
    if (typeof value !== 'string' && typeof value !== 'number') return { problem: NO_QUANTITY };
    try {
      return { value: isAmount ? storedAmount(value) : storedQuantity(value) };
    } catch (error) {
      if (error instanceof KctlError) return { problem: error.message };
      throw error;
    }
  },
  bytes: (value) => {
    const at = badBase64(value as string);
    return at === undefined ? { value } : { problem: `illegal base64 data at input byte ${at}` };
  },
  time: (value) => storedTime(value as string, 'time'),
  microTime: (value) => storedTime(value as string, 'microTime'),
};

const NO_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

class Decoder {
  readonly #kind: string;
  readonly #version: string;
  readonly #unknown: string[];

  constructor(kind: string, apiVersion: string, unknown: string[]) {
    this.#kind = kind;
    this.#version = apiVersion.slice(apiVersion.indexOf('/') + 1);
    this.#unknown = unknown;
  }

  object(value: Record<string, unknown>, type: TypeSchema, path: string, goPath: string): void {
    const empty = omittedWhenEmpty(type.name);
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
      const stored = this.#value(child, field.value, at, goPath ? `${goPath}.${key}` : key, type);
      if (empty.has(key) && isEmptyValue(stored)) {
        noteEmptied(value, key, stored);
        delete value[key];
      } else if (stored !== child) value[key] = stored;
    }
  }

  /** The value as it is to be stored; lists and objects are changed in place. */
  #value(
    value: unknown,
    schema: ValueSchema,
    path: string,
    goPath: string,
    owner: TypeSchema,
    isAmount = false,
  ): unknown {
    if (schema.kind === 'array') {
      if (!Array.isArray(value)) this.#mismatch(value, goPath, owner, goNameOf(schema));
      value.forEach((item, at) => {
        if (item === null) value[at] = zeroOf(schema.items);
        else value[at] = this.#value(item, schema.items, `${path}[${at}]`, goPath, owner);
      });
      return value;
    }
    if (schema.kind === 'map') {
      if (!isObject(value)) this.#mismatch(value, goPath, owner, mapNameOf(schema, owner));
      for (const [key, item] of Object.entries(value)) {
        if (item === null) value[key] = zeroOf(schema.values);
        else value[key] = this.#value(item, schema.values, `${path}.${key}`, goPath, owner, true);
      }
      return value;
    }
    if (schema.kind === 'object') {
      const type = namedType(schema.type);
      if (!type) return value;
      if (!isObject(value)) this.#mismatch(value, goPath, owner, goNameOf(schema));
      this.object(value, type, path, goPath);
      return value;
    }
    const check = scalarChecks[schema.kind];
    if (check && !check.is(value)) this.#mismatch(value, goPath, owner, check.goType);
    const stored = STORED[schema.kind]?.(value, isAmount);
    if (!stored) return value;
    if ('problem' in stored) this.#refuse(stored.problem);
    return stored.value;
  }

  /** As encoding/json says it. */
  #mismatch(value: unknown, goPath: string, owner: TypeSchema, goType: string): never {
    const struct = owner.name.slice(owner.name.lastIndexOf('.') + 1);
    const kind = Array.isArray(value) ? 'array' : isObject(value) ? 'object' : (JSON_NAMES[typeof value] ?? 'value');
    const shown = kind === 'number' && goType.startsWith('int') ? `number ${value}` : kind;
    this.#refuse(`json: cannot unmarshal ${shown} into Go struct field ${struct}.${goPath} of type ${goType}`);
  }

  #refuse(problem: string): never {
    throw new DecodeError(this.#kind, this.#version, this.#kind, problem);
  }
}

/** What Go makes of a null among items: nothing of that type. Pointers and free-form values stay null. */
function zeroOf(schema: ValueSchema): unknown {
  if (schema.kind === 'object') return {};
  return ZEROS[schema.kind] ?? null;
}

const ZEROS: Readonly<Record<string, unknown>> = {
  string: '',
  bytes: '',
  quantity: '0',
  int32: 0,
  int64: 0,
  number: 0,
  boolean: false,
};

const JSON_NAMES: Readonly<Record<string, string>> = { string: 'string', number: 'number', boolean: 'bool' };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Types whose maps are keyed by names of attributes and capacities; other maps of amounts have a type of their own. */
const QUALIFIED = ['CapacityRequirements', 'Device', 'DeviceRequestAllocationResult'];

function mapNameOf(schema: ValueSchema & { kind: 'map' }, owner: TypeSchema): string {
  const struct = owner.name.slice(owner.name.lastIndexOf('.') + 1);
  const isAmounts = schema.values.kind === 'quantity';
  if (!QUALIFIED.includes(struct)) return isAmounts ? 'v1.ResourceList' : goNameOf(schema);
  return `map[v1.QualifiedName]${isAmounts ? 'resource.Quantity' : goNameOf(schema.values)}`;
}

function goNameOf(schema: ValueSchema): string {
  if (schema.kind === 'array') return `[]${goNameOf(schema.items)}`;
  if (schema.kind === 'map') return `map[string]${goNameOf(schema.values)}`;
  if (schema.kind === 'object') {
    const [pack = '', name = ''] = schema.type.split('.');
    return `${pack.slice(pack.indexOf('/') + 1)}.${name}`;
  }
  return scalarChecks[schema.kind]?.goType ?? schema.kind;
}

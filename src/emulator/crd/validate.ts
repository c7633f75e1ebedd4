import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { Causes } from '../../api/validation/causes.ts';
import { jsonEqual } from '../registry/equal.ts';
import { bounds } from './bounds.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { wrongResources } from './embedded.ts';
import { formatOf } from './formats.ts';
import { duplicates } from './list-types.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What of a custom object breaks its structural schema (apiextensions.k8s.io/v1 JSONSchemaProps; no CEL).
 * On an update, values that are as they were may stay wrong (CRDValidationRatcheting).
 */
export function validateCustom(
  object: KubeObject,
  previous: KubeObject | undefined,
  schema: StructuralSchema | undefined,
): StatusCause[] {
  if (!schema) return [];
  const { causes } = validated(object, previous, asRoot(schema), '');
  causes.sort(byField);
  causes.push(...wrongResources(object, schema));
  if (!previous || duplicates(previous, schema).length === 0) causes.push(...duplicates(object, schema));
  return causes;
}

/** The same of a write to `/status`: messages say where in the status they are, fields where in the object. */
export function validateCustomStatus(
  object: KubeObject,
  previous: KubeObject | undefined,
  schema: StructuralSchema | undefined,
): StatusCause[] {
  if (!schema) return [];
  const own = schema.properties?.status;
  const { causes } = own && 'status' in object ? validated(object.status, previous?.status, own, '') : { causes: [] };
  const within = ({ field = '', ...cause }: StatusCause): StatusCause => {
    const inner = field.replace(/^(<nil>|\.)/, '');
    return { ...cause, field: inner ? `status.${inner}` : 'status' };
  };
  const found = causes.map(within).sort(byField);
  if (!previous || duplicates(previous, schema).length === 0) found.push(...duplicates(object, schema));
  return found;
}

const byField = (a: StatusCause, b: StatusCause): number =>
  a.field === b.field ? 0 : (a.field ?? '') < (b.field ?? '') ? -1 : 1;

/** What of one value breaks `schema`; causes name the value `path`. */
export function brokenBy(value: unknown, schema: StructuralSchema, path: string): StatusCause[] {
  return validated(value, undefined, schema, path).causes;
}

const META = new Set(['apiVersion', 'kind', 'metadata']);
const roots = new WeakMap<StructuralSchema, StructuralSchema>();

/** Metadata are checked elsewhere. */
function asRoot(schema: StructuralSchema): StructuralSchema {
  let root = roots.get(schema);
  if (!root) {
    const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !META.has(name));
    root = { ...schema, properties: Object.fromEntries(properties) };
    roots.set(schema, root);
  }
  return root;
}

/** What is wrong, and how much was looked at: of several schemas none of which fits, the one that goes furthest is told of. */
interface Result {
  causes: StatusCause[];
  count: number;
}

function merge(into: Result, other: Result): void {
  into.count += other.count;
  for (const cause of other.causes) {
    if (!into.causes.some((one) => one.field === cause.field && one.message === cause.message)) into.causes.push(cause);
  }
}

/**
 * As kube-openapi's validator goes (pkg/validation/validate/schema.go): what applies to a value is told by
 * the value, not by the type that it should have.
 * @param was what an update found there; undefined where it is new
 */
function validated(value: unknown, was: unknown, schema: StructuralSchema, path: string): Result {
  const causes = new Causes('json');
  const result: Result = { causes: causes.list, count: 1 };
  checkType(causes, path, value, schema);
  if (value === null || value === undefined) {
    checkEnum(causes, path, value, schema);
    return ratcheted(result, value, was);
  }
  compose(result, value, was, schema, path);
  result.count += 3;
  if (typeof value === 'string') {
    bounds.text(causes, path, value as never, schema);
    const format = formatOf(schema);
    if (format && !format.fits(value)) wrongType(causes, path, value, format.name);
  } else if (typeof value === 'number') bounds.number(causes, path, value as never, schema);
  else if (Array.isArray(value)) {
    checkItems(result, value, was, schema, path);
    bounds.list(causes, path, value as never, schema);
  }
  checkEnum(causes, path, value, schema);
  if (isFields(value)) {
    bounds.object(causes, path, value as never, schema);
    checkFields(result, value, isFields(was) ? was : undefined, schema, path);
  }
  return ratcheted(result, value, was);
}

/** What was there before may stay. */
const ratcheted = (result: Result, value: unknown, was: unknown): Result =>
  result.causes.length > 0 && was !== undefined && jsonEqual(value, was) ? { causes: [], count: result.count } : result;

const wrongType = (causes: Causes, path: string, shown: string, type: string): void => {
  causes.invalid(path || '<nil>', shown, `${path} in body must be of type ${type}: ${JSON.stringify(shown)}`);
  causes.list.at(-1)!.reason = 'FieldValueTypeInvalid';
};

function checkType(causes: Causes, path: string, value: unknown, schema: StructuralSchema): void {
  const types = schema['x-kubernetes-int-or-string'] ? ['integer', 'string'] : schema.type ? [schema.type] : [];
  if (types.length === 0) return;
  if (value === null || value === undefined) {
    if (!schema.nullable) wrongType(causes, path, 'null', types.join(','));
    return;
  }
  const actual = jsonTypeOf(value);
  const fits = types.includes(actual) || (actual === 'integer' && types.includes('number'));
  const format = formatOf(schema)?.name ?? numberFormat(schema);
  if (fits) return;
  const isText = typeof value === 'string' || Array.isArray(value);
  // Where a format is asked for, types are looked at less closely, and named otherwise.
  if (format && !isText) wrongType(causes, path, OWN_FORMATS[actual] ?? '', format);
  else if (!format || types.includes('number') || types.includes('integer')) {
    wrongType(causes, path, actual, types.join(','));
  }
}

const OWN_FORMATS: Readonly<Record<string, string>> = { integer: 'int64', number: 'float64' };
const NUMBER_FORMATS: Readonly<Record<string, readonly string[]>> = {
  integer: ['int32', 'int64'],
  number: ['float', 'double'],
};

const numberFormat = ({ type = '', format }: StructuralSchema): string | undefined =>
  NUMBER_FORMATS[type]?.find((one) => one === format);

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  // Whole numbers beyond 64 bits are read as fractions are.
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? 'integer' : 'number';
  return typeof value;
}

function checkEnum(causes: Causes, path: string, value: unknown, { enum: words }: StructuralSchema): void {
  if (!words || words.length === 0 || words.some((one) => one !== null && jsonEqual(one, value))) return;
  const supported = words.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  if (value === null) {
    const listed = supported.map((one) => JSON.stringify(one)).join(', ');
    const message = `Unsupported value: null: supported values: ${listed}`;
    causes.list.push({ reason: 'FieldValueNotSupported', message, field: path || '<nil>' });
  } else causes.notSupported(path || '<nil>', value, supported);
}

function checkItems(
  result: Result,
  items: readonly unknown[],
  was: unknown,
  schema: StructuralSchema,
  path: string,
): void {
  if (!schema.items) return;
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as string[];
  const isMap = schema['x-kubernetes-list-type'] === 'map' && Array.isArray(was);
  // Keys are scalars, and a list may have ten thousand items.
  const keyOf = (item: Fields) => JSON.stringify(keys.map((key) => item[key]));
  const before = new Map<string, Fields>();
  for (const one of isMap ? (was as unknown[]).filter(isFields) : []) {
    const key = keyOf(one);
    if (!before.has(key)) before.set(key, one);
  }
  items.forEach((item, at) => {
    const same = before.size > 0 && isFields(item) ? before.get(keyOf(item)) : undefined;
    merge(result, validated(item, same, schema.items!, `${path}[${at}]`));
  });
}

function checkFields(
  result: Result,
  value: Fields,
  was: Fields | undefined,
  schema: StructuralSchema,
  path: string,
): void {
  const { properties = {}, additionalProperties: others, required = [] } = schema;
  const under = (key: string) => (path ? `${path}.${key}` : key);
  if (isFields(others)) {
    for (const [key, child] of Object.entries(value)) {
      if (Object.hasOwn(properties, key)) continue;
      merge(result, validated(child, was?.[key], others as StructuralSchema, under(key)));
    }
  }
  for (const [key, child] of Object.entries(properties)) {
    if (Object.hasOwn(value, key)) merge(result, validated(value[key], was?.[key], child, under(key)));
  }
  const causes = new Causes('json');
  for (const key of required) if (!Object.hasOwn(value, key)) causes.required(under(key));
  merge(result, { causes: causes.list, count: 0 });
}

/** Compositions say that they failed, for the object as a whole, and what of the best try did. */
function compose(result: Result, value: unknown, was: unknown, schema: StructuralSchema, path: string): void {
  const { allOf, anyOf, oneOf, not } = schema as Record<string, StructuralSchema[] | undefined> & {
    not?: StructuralSchema;
  };
  const fail = (rule: string): StatusCause[] => {
    const message = `Invalid value: "": ${JSON.stringify(path)} ${rule}`;
    return [{ reason: 'FieldValueInvalid', message, field: '<nil>' }];
  };
  const tries = (parts: readonly StructuralSchema[] = []) => parts.map((part) => validated(value, was, part, path));
  const add = (rule: string) => merge(result, { causes: fail(rule), count: 0 });
  const any = tries(anyOf);
  if (any.length > 0) {
    const fitting = any.find(fits);
    if (!fitting) add('must validate at least one schema (anyOf)');
    merge(result, fitting ?? best(any));
  }
  const one = tries(oneOf);
  if (one.length > 0) {
    const fitting = one.filter(fits);
    const found = fitting.length === 0 ? 'Found none valid' : `Found ${fitting.length} valid alternatives`;
    if (fitting.length !== 1) add(`must validate one and only one schema (oneOf). ${found}`);
    if (fitting.length === 0) merge(result, best(one));
  }
  const all = tries(allOf);
  for (const part of all) merge(result, part);
  if (!all.every(fits)) add(`must validate all the schemas (allOf)${all.some(fits) ? '' : '. None validated'}`);
  if (not && fits(validated(value, was, not, path))) add('must not validate the schema (not)');
}

const fits = ({ causes }: Result): boolean => causes.length === 0;

const best = (results: readonly Result[]): Result =>
  results.reduce((best, one) => (one.count > best.count ? one : best));

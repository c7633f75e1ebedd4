import type { KubeObject } from '../meta.ts';
import { type FieldSchema, namedType, packageOf, type ValueSchema } from '../schema.ts';
import { ApiStatusError } from '../status.ts';
import { elementText } from './field-set.ts';
import { fieldShape, itemElement, type Shape, type StructuralSchema, structuralShape } from './shape.ts';

/** What a value must look like, and how a list's items are told apart. */
interface Expected {
  kind: 'numeric' | 'string' | 'boolean' | 'scalar' | 'list' | 'map' | 'any';
  /** Of a list: its items. Of a map: the members that are not named. */
  rest?: (() => Expected) | undefined;
  /** Of a map; undefined: not declared. */
  member?: (name: string) => Expected | undefined;
  shape?: Shape;
}

const any: Expected = { kind: 'any' };
const scalars: Readonly<Record<string, Expected['kind']>> = {
  string: 'string',
  bytes: 'string',
  int32: 'numeric',
  int64: 'numeric',
  number: 'numeric',
  integer: 'numeric',
  boolean: 'boolean',
  quantity: 'scalar',
  intOrString: 'scalar',
  time: 'scalar',
  microTime: 'scalar',
};

function ofValue(value: ValueSchema, field?: FieldSchema): Expected {
  if (value.kind === 'array') {
    return { kind: 'list', rest: () => ofValue(value.items), ...(field ? { shape: fieldShape(field) } : {}) };
  }
  if (value.kind === 'map') return { kind: 'map', rest: () => ofValue(value.values) };
  if (value.kind !== 'object') return { kind: scalars[value.kind] ?? 'any' };
  const type = namedType(value.type);
  if (!type) return any;
  const member = (name: string): Expected | undefined => {
    const inner = type.fields.get(name);
    return inner && ofValue(inner.value, inner);
  };
  return { kind: 'map', member };
}

function ofSchema(schema: StructuralSchema): Expected {
  if (schema['x-kubernetes-int-or-string']) return { kind: 'scalar' };
  const { items, properties, additionalProperties } = schema;
  if (schema.type === 'array') {
    return { kind: 'list', rest: () => (items ? ofSchema(items) : any), shape: structuralShape(schema) };
  }
  // Texts of a format of their own may be anything (kube-openapi, schemaconv); bytes are texts.
  if (schema.type === 'string' && schema.format && schema.format !== 'byte') return { kind: 'scalar' };
  if (schema.type !== 'object') return { kind: scalars[schema.type ?? ''] ?? 'any' };
  const isEmbedded = schema['x-kubernetes-embedded-resource'];
  if (isEmbedded || schema['x-kubernetes-preserve-unknown-fields']) {
    const own = (name: string) => (properties?.[name] ? ofSchema(properties[name]) : any);
    return { kind: 'map', member: (name) => (isEmbedded && Object.hasOwn(common, name) ? common[name] : own(name)) };
  }
  const rest = typeof additionalProperties === 'object' ? () => ofSchema(additionalProperties) : undefined;
  const open = additionalProperties === true || (!properties && !additionalProperties);
  return {
    kind: 'map',
    member: (name) => (properties?.[name] ? ofSchema(properties[name]) : (rest?.() ?? (open ? any : undefined))),
  };
}

const metadata: Expected = ofValue({ kind: 'object', type: 'meta/v1.ObjectMeta' });
const text: Expected = { kind: 'string' };
const common: Readonly<Record<string, Expected>> = { apiVersion: text, kind: text, metadata };

function ofObject({ apiVersion, kind }: KubeObject, schema: StructuralSchema | undefined): Expected {
  const type = `${packageOf(apiVersion)}.${kind}`;
  if (!schema && namedType(type)) return ofValue({ kind: 'object', type });
  const content = schema ? ofSchema(schema) : any;
  return { kind: 'map', member: (name) => common[name] ?? (content.member ? content.member(name) : any) };
}

/** `%v` of what Go decodes JSON into. */
function goText(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${members.map(([name, inner]) => `${name}:${goText(inner)}`).join(' ')}]`;
}

/** `%#v` of the same. */
function goSyntax(value: unknown): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[string]interface {}{${members.map(([name, inner]) => `${JSON.stringify(name)}:${goSyntax(inner)}`).join(', ')}}`;
}

const goType = (value: unknown): string =>
  Array.isArray(value)
    ? '[]interface {}'
    : typeof value === 'object'
      ? 'map[string]interface {}'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value;

const isMap = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** By kind: what passes, and what is said of what does not (structured-merge-diff, typed/validate.go). */
const checks: Readonly<Record<string, { is: (value: unknown) => boolean; expected: (value: unknown) => string }>> = {
  numeric: {
    is: (value) => typeof value === 'number',
    expected: (value) => `expected numeric (int or float), got ${goType(value)}`,
  },
  string: {
    is: (value) => typeof value === 'string',
    expected: (value) => `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`,
  },
  boolean: {
    is: (value) => typeof value === 'boolean',
    expected: (value) => `expected boolean, got &{${goText(value)}}`,
  },
  scalar: {
    is: (value) => typeof value !== 'object',
    expected: (value) => `expected any scalar, got &{${goText(value)}}`,
  },
  list: { is: Array.isArray, expected: (value) => `expected list, got &{${goText(value)}}` },
  map: { is: isMap, expected: (value) => `expected map, got &{${goText(value)}}` },
};

/** What was found so far. */
type Errors = string[] & { allowsDuplicates?: boolean };

function check(value: unknown, expected: Expected, path: string, errors: Errors): void {
  if (value === null || value === undefined || expected.kind === 'any') return;
  const { is, expected: words } = checks[expected.kind]!;
  if (!is(value)) errors.push(path ? `${path}: ${words(value)}` : words(value));
  else if (expected.kind === 'list') checkItems(value as unknown[], expected, path, errors);
  else if (expected.kind === 'map') {
    for (const [name, inner] of Object.entries(value)) {
      const member = expected.member?.(name) ?? expected.rest?.();
      if (!member) {
        errors.push(`${path}.${name}: field not declared in schema`);
        return;
      }
      check(inner, member, `${path}.${name}`, errors);
    }
  }
}

/** What is wrong with an item that cannot be told from others. */
function itemProblem(item: unknown, shape: Extract<Shape, { kind: 'list' | 'set' }>): string | undefined {
  if (shape.kind === 'set') {
    if (item === null) return "associative list without keys has an element that's an explicit null";
    if (isMap(item)) return "associative list without keys has an element that's a map type";
    return Array.isArray(item) ? 'not supported: associative list with lists as elements' : undefined;
  }
  if (item === null) return 'associative list with keys may not have a null element';
  if (!isMap(item)) return 'associative list with keys may not have non-map elements';
  if (itemElement(shape, item) !== 'k:{}') return undefined;
  const keys = `[${shape.keys.map((key) => JSON.stringify(key)).join(' ')}]`;
  return `associative list with keys has an element that omits all key fields ${keys} (and doesn't have default values for any key fields)`;
}

function checkItems(items: unknown[], { rest, shape }: Expected, path: string, errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    let at = `${path}[${index}]`;
    if (shape?.kind === 'list' || shape?.kind === 'set') {
      const problem = itemProblem(item, shape);
      if (problem) {
        errors.push(`${path}: element ${index}: ${problem}`);
        return;
      }
      const element = itemElement(shape, item);
      const key = elementText(element);
      if (seen.has(element) && !errors.allowsDuplicates) errors.push(`${path}: duplicate entries for key ${key}`);
      seen.add(element);
      at = path + key;
    }
    check(item, rest?.() ?? any, at, errors);
  }
}

/** Whether an object of a custom kind has its shape; items may be there twice. */
export function fitsShape(object: KubeObject, schema: StructuralSchema): boolean {
  const errors: Errors = Object.assign([], { allowsDuplicates: true });
  check(object, ofObject(object, schema), '', errors);
  return errors.length === 0;
}

/** What of an object does not have the shape of its kind, in the words of structured-merge-diff. */
export function typedProblem(object: KubeObject, schema: StructuralSchema | undefined): string | undefined {
  const errors: Errors = [];
  check(object, ofObject(object, schema), '', errors);
  if (errors.length <= 1) return errors[0];
  return ['errors:', ...errors.map((error) => `  ${error}`)].join('\n');
}

/**
 * @throws ApiStatusError 500, which is what a server answers to an applied configuration that does not
 * have its kind's shape, in the words of structured-merge-diff
 */
export function checkTyped(applied: KubeObject, schema: StructuralSchema | undefined): void {
  const said = typedProblem(applied, schema);
  if (!said) return;
  const { name = '', namespace = '' } = applied.metadata ?? {};
  const version = applied.apiVersion.includes('/') ? applied.apiVersion : `/${applied.apiVersion}`;
  throw new ApiStatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `failed to create typed patch object (${namespace}/${name}; ${version}, Kind=${applied.kind}): ${said}`,
    code: 500,
  });
}

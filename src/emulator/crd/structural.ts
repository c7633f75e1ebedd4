import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { deepCopy } from '../registry/copy.ts';
import type { StructuralSchema } from './custom-resource.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ALWAYS = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Completes a custom object by its structural schema, in place: fields without a place in the schema
 * go (their paths are added to `unknown`), missing ones get their defaults.
 */
export function completeCustom(object: KubeObject, schema: StructuralSchema | undefined, unknown: string[]): void {
  if (!schema) return;
  prune(object, schema, '', unknown, true);
  applyDefaultsOf(object, schema);
}

function prune(value: unknown, schema: StructuralSchema, path: string, unknown: string[], isRoot: boolean): void {
  if (Array.isArray(value)) {
    value.forEach((item, at) => {
      if (schema.items) prune(item, schema.items, `${path}[${at}]`, unknown, false);
    });
    return;
  }
  if (!isFields(value)) return;
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const embedded = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const key of Object.keys(value)) {
    if (embedded && ALWAYS.has(key)) continue;
    const at = path ? `${path}.${key}` : key;
    const child = schema.properties?.[key];
    if (child) prune(value[key], child, at, unknown, false);
    else if (isFields(schema.additionalProperties)) {
      prune(value[key], schema.additionalProperties as StructuralSchema, at, unknown, false);
    } else if (schema.additionalProperties !== true && !keepsAll) {
      unknown.push(at);
      delete value[key];
    }
  }
}

function applyDefaultsOf(value: unknown, schema: StructuralSchema): void {
  if (Array.isArray(value)) {
    for (const item of value) if (schema.items) applyDefaultsOf(item, schema.items);
    return;
  }
  if (!isFields(value)) return;
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    // A null that may not be one counts as missing.
    if (value[key] === null && !child.nullable && child.default !== undefined) delete value[key];
    if (value[key] === undefined && child.default !== undefined) value[key] = deepCopy(child.default);
    if (value[key] !== undefined) applyDefaultsOf(value[key], child);
  }
  if (isFields(schema.additionalProperties)) {
    for (const child of Object.values(value)) applyDefaultsOf(child, schema.additionalProperties as StructuralSchema);
  }
}

const jsonTypeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

/** Types, required fields, enums and bounds of a custom object (apiextensions.k8s.io/v1; no CEL). */
export function validateCustom(object: KubeObject, schema: StructuralSchema | undefined): StatusCause[] {
  const causes: StatusCause[] = [];
  if (schema) check(object, schema, '', causes, true);
  return causes;
}

function check(value: unknown, schema: StructuralSchema, path: string, causes: StatusCause[], isRoot: boolean): void {
  if (value === null && schema.nullable) return;
  if (!hasType(value, schema)) {
    causes.push({
      reason: 'FieldValueTypeInvalid',
      message: `Invalid value: ${JSON.stringify(jsonTypeOf(value))}: ${path} in body must be of type ${schema.type}: ${JSON.stringify(jsonTypeOf(value))}`,
      field: path || '<nil>',
    });
    return;
  }
  if (schema.enum && !schema.enum.some((one) => JSON.stringify(one) === JSON.stringify(value))) {
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`,
      field: path,
    });
  }
  for (const [keyword, wrong, words] of bounds) {
    const bound = schema[keyword];
    if (bound !== undefined && wrong(value, bound)) {
      causes.push({
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(value)}: ${path} in body ${words(bound)}`,
        field: path,
      });
    }
  }
  if (Array.isArray(value)) {
    value.forEach((item, at) => {
      if (schema.items) check(item, schema.items, `${path}[${at}]`, causes, false);
    });
  } else if (isFields(value)) checkFields(value, schema, path, causes, isRoot);
}

function checkFields(value: Fields, schema: StructuralSchema, path: string, causes: StatusCause[], isRoot: boolean) {
  const under = (key: string) => (path ? `${path}.${key}` : key);
  for (const key of schema.required ?? []) {
    if (value[key] === undefined) {
      causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: under(key) });
    }
  }
  for (const [key, child] of Object.entries(value)) {
    if (isRoot && ALWAYS.has(key)) continue;
    const own = schema.properties?.[key];
    if (own) check(child, own, under(key), causes, false);
    else if (isFields(schema.additionalProperties)) {
      check(child, schema.additionalProperties as StructuralSchema, under(key), causes, false);
    }
  }
}

function hasType(value: unknown, schema: StructuralSchema): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  const actual = jsonTypeOf(value);
  return !schema.type || schema.type === actual || (schema.type === 'number' && actual === 'integer');
}

const isBelow = (size: (value: unknown) => number | undefined) => (value: unknown, bound: unknown) =>
  (size(value) ?? Number.POSITIVE_INFINITY) < Number(bound);
const isAbove = (size: (value: unknown) => number | undefined) => (value: unknown, bound: unknown) =>
  (size(value) ?? Number.NEGATIVE_INFINITY) > Number(bound);
const numberOf = (value: unknown) => (typeof value === 'number' ? value : undefined);
const lengthOf = (value: unknown) => (typeof value === 'string' ? [...value].length : undefined);
const itemsOf = (value: unknown) => (Array.isArray(value) ? value.length : undefined);

/** Keyword, when it is broken, and how that is said. */
const bounds: readonly [string, (value: unknown, bound: unknown) => boolean, (bound: unknown) => string][] = [
  ['minimum', isBelow(numberOf), (bound) => `should be greater than or equal to ${bound}`],
  ['maximum', isAbove(numberOf), (bound) => `should be less than or equal to ${bound}`],
  ['minLength', isBelow(lengthOf), (bound) => `should be at least ${bound} chars long`],
  ['maxLength', isAbove(lengthOf), (bound) => `should be at most ${bound} chars long`],
  ['minItems', isBelow(itemsOf), (bound) => `should have at least ${bound} items`],
  ['maxItems', isAbove(itemsOf), (bound) => `should have at most ${bound} items`],
  [
    'pattern',
    (value, bound) => typeof value === 'string' && !new RegExp(String(bound), 'u').test(value),
    (bound) => `should match '${bound}'`,
  ],
];

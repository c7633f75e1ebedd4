import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { jsonEqual } from '../registry/equal.ts';
import { bounds } from './bounds.ts';
import type { StructuralSchema } from './custom-resource.ts';
import { formats } from './formats.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const ALWAYS = new Set(['apiVersion', 'kind', 'metadata']);

const jsonTypeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

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
  const checker = new Checker();
  checker.value(object, previous, schema, '', true);
  return checker.causes;
}

/** What of one value breaks `schema`; causes name the value `path`. */
export function brokenBy(value: unknown, schema: StructuralSchema, path: string): StatusCause[] {
  const checker = new Checker();
  checker.value(value, undefined, schema, path);
  return checker.causes;
}

class Checker {
  readonly causes: StatusCause[] = [];

  /** @param was what an update found there; undefined where it is new */
  value(value: unknown, was: unknown, schema: StructuralSchema, path: string, isRoot = false): void {
    if (value === null && schema.nullable) return;
    if (was !== undefined && !isRoot && jsonEqual(value, was)) return;
    if (!hasType(value, schema)) {
      this.#wrongType(path, value, schema.type ?? 'integer');
      return;
    }
    if (schema.enum && !schema.enum.some((one) => jsonEqual(one, value))) {
      const supported = schema.enum.map((one) => JSON.stringify(one)).join(', ');
      const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
      this.#add('FieldValueNotSupported', message, path);
    }
    for (const { keyword, isBroken, cause } of bounds) {
      const bound = schema[keyword];
      if (bound === undefined || !isBroken(value, bound, schema)) continue;
      this.causes.push({ ...cause(value, bound, path, schema), field: path });
    }
    const format = schema.format as string | undefined;
    if (typeof value === 'string' && format && formats[format]?.(value) === false) {
      const message = `Invalid value: ${JSON.stringify(value)}: ${path} in body must be of type ${format}: ${JSON.stringify(value)}`;
      this.#add('FieldValueTypeInvalid', message, path);
    }
    if (Array.isArray(value)) this.#items(value, was, schema, path);
    else if (isFields(value)) this.#fields(value, isFields(was) ? was : undefined, schema, path, isRoot);
    this.#compositions(value, schema, path);
  }

  #add(reason: string, message: string, field: string): void {
    this.causes.push({ reason, message, field: field || '<nil>' });
  }

  #wrongType(path: string, value: unknown, type: string): void {
    const shown = JSON.stringify(jsonTypeOf(value));
    const message = `Invalid value: ${shown}: ${path} in body must be of type ${type}: ${shown}`;
    this.#add('FieldValueTypeInvalid', message, path);
  }

  #items(items: readonly unknown[], was: unknown, schema: StructuralSchema, path: string): void {
    const keys = schema['x-kubernetes-list-map-keys'] as string[] | undefined;
    const type = schema['x-kubernetes-list-type'];
    const keyOf = (item: unknown): unknown =>
      type === 'map' && isFields(item)
        ? Object.fromEntries((keys ?? []).map((key) => [key, item[key] ?? schema.items?.properties?.[key]?.default]))
        : item;
    if (type === 'set' || type === 'map') {
      const seen = new Set<string>();
      items.forEach((item, at) => {
        const shown = JSON.stringify(keyOf(item));
        if (seen.has(shown)) this.#add('FieldValueDuplicate', `Duplicate value: ${shown}`, `${path}[${at}]`);
        seen.add(shown);
      });
    }
    if (!schema.items) return;
    const before = Array.isArray(was) && type === 'map' ? was : [];
    items.forEach((item, at) => {
      const same = before.find((one) => jsonEqual(keyOf(one), keyOf(item)));
      this.value(item, same, schema.items!, `${path}[${at}]`);
    });
  }

  #fields(value: Fields, was: Fields | undefined, schema: StructuralSchema, path: string, isRoot: boolean): void {
    const under = (key: string) => (path ? `${path}.${key}` : key);
    const isEmbedded = !isRoot && schema['x-kubernetes-embedded-resource'] === true;
    for (const key of isEmbedded ? ['apiVersion', 'kind'] : []) {
      if (!value[key]) this.#add('FieldValueRequired', 'Required value: must not be empty', under(key));
    }
    for (const key of schema.required ?? []) {
      if (value[key] === undefined && !(isEmbedded && ALWAYS.has(key))) {
        this.#add('FieldValueRequired', 'Required value', under(key));
      }
    }
    const { additionalProperties: others } = schema;
    for (const [key, child] of Object.entries(value)) {
      if ((isRoot || isEmbedded) && ALWAYS.has(key)) continue;
      const own = schema.properties?.[key] ?? (isFields(others) ? (others as StructuralSchema) : undefined);
      if (own) this.value(child, was?.[key], own, under(key));
    }
  }

  /** Compositions say that they failed, for the object as a whole. */
  #compositions(value: unknown, schema: StructuralSchema, path: string): void {
    const fits = (one: StructuralSchema): boolean => brokenBy(value, one, path).length === 0;
    const fail = (rule: string) =>
      this.#add('FieldValueInvalid', `Invalid value: "": ${JSON.stringify(path)} ${rule}`, '');
    const { allOf, anyOf, oneOf, not } = schema as Record<string, StructuralSchema[] | undefined> & {
      not?: StructuralSchema;
    };
    if (allOf && !allOf.every(fits)) {
      for (const one of allOf) this.value(value, undefined, one, path);
      fail('must validate all the schemas (allOf)');
    }
    if (anyOf && !schema['x-kubernetes-int-or-string'] && !anyOf.some(fits)) {
      fail('must validate at least one schema (anyOf)');
    }
    const fitting = oneOf?.filter(fits).length;
    if (fitting === 0) fail('must validate one and only one schema (oneOf). Found none valid');
    else if (fitting && fitting > 1) {
      fail(`must validate one and only one schema (oneOf). Found ${fitting} valid alternatives`);
    }
    if (not && fits(not)) fail('must not validate the schema (not)');
  }
}

function hasType(value: unknown, schema: StructuralSchema): boolean {
  if (schema['x-kubernetes-int-or-string']) return typeof value === 'string' || Number.isInteger(value);
  const actual = jsonTypeOf(value);
  return !schema.type || schema.type === actual || (schema.type === 'number' && actual === 'integer');
}

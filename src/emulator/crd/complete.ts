import type { KubeObject } from '../../api/meta.ts';
import { deepCopy } from '../registry/copy.ts';
import { jsonEqual } from '../registry/equal.ts';
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

const withDefaults = new WeakMap<StructuralSchema, boolean>();

/** Whether a default stands anywhere in `schema`. */
function hasDefaults(schema: StructuralSchema): boolean {
  const known = withDefaults.get(schema);
  if (known !== undefined) return known;
  const { items, additionalProperties, properties } = schema;
  const children = [...Object.values(properties ?? {}), ...[items, additionalProperties].filter(isFields)];
  const has = schema.default !== undefined || children.some((child) => hasDefaults(child as StructuralSchema));
  withDefaults.set(schema, has);
  return has;
}

/** A stored object with the defaults that its schema has by now; the object itself where it lacks none. */
export function defaultedOnRead(object: KubeObject, schema: StructuralSchema | undefined): KubeObject {
  if (!schema || !hasDefaults(schema)) return object;
  const copy = { ...(deepCopy({ ...object, metadata: {} }) as KubeObject), metadata: object.metadata };
  applyDefaultsOf(copy, schema);
  return jsonEqual(copy, object) ? object : copy;
}

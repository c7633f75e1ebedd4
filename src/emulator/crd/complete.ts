import type { KubeObject } from '../../api/meta.ts';
import { namedType } from '../../api/schema.ts';
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
 * @param isApplied whether it comes of a server-side apply: no text was read, which is when nulls go
 * @returns the objects within, whose metadata are still to be read
 */
export function completeCustom(
  object: KubeObject,
  schema: StructuralSchema | undefined,
  unknown: string[],
  isApplied = false,
): EmbeddedObject[] {
  if (!schema) return [];
  const found: string[] = [];
  const embedded: EmbeddedObject[] = [];
  prune(object, schema, '', found, true, embedded);
  unknown.push(...found.sort());
  if (!isApplied) dropNulls(object, schema);
  applyDefaultsOf(object, schema);
  return embedded;
}

/** An object within another, and where it stands. */
export interface EmbeddedObject {
  object: Fields;
  path: string;
}

/** Takes away what the schema has no place for, in place. */
export function pruneCustom(object: KubeObject, schema: StructuralSchema | undefined): void {
  if (schema) prune(object, schema, '', [], true);
}

/**
 * Takes away what the schema has no place for. Below a place without a schema of its own there is none
 * for anything (apiextensions-apiserver, pkg/apiserver/schema/pruning).
 * @param embedded takes the objects within, whose metadata are left alone then
 */
function prune(
  value: unknown,
  schema: StructuralSchema | undefined,
  path: string,
  unknown: string[],
  isRoot: boolean,
  embedded?: EmbeddedObject[],
): void {
  const keepsAll = schema?.['x-kubernetes-preserve-unknown-fields'] === true;
  if (Array.isArray(value)) {
    if (keepsAll && !schema?.items) return;
    value.forEach((item, at) => {
      prune(item, schema?.items, `${path}[${at}]`, unknown, false, embedded);
    });
    return;
  }
  if (!isFields(value)) return;
  const isEmbedded = schema?.['x-kubernetes-embedded-resource'] === true;
  if (isEmbedded) embedded?.push({ object: value, path });
  for (const key of Object.keys(value)) {
    if (isRoot && ALWAYS.has(key)) continue;
    const at = path ? `${path}.${key}` : key;
    if (isEmbedded && ALWAYS.has(key)) {
      if (key === 'metadata' && !embedded) pruneMetadata(value[key], at, unknown);
      continue;
    }
    const child = schema?.properties?.[key];
    const others = schema?.additionalProperties;
    if (child) prune(value[key], child, at, unknown, false, embedded);
    else if (others) {
      if (isFields(others)) prune(value[key], others as StructuralSchema, at, unknown, false, embedded);
      else if (!keepsAll) prune(value[key], undefined, at, unknown, false);
    } else if (!keepsAll) {
      unknown.push(at);
      delete value[key];
    }
  }
}

/** As `completeCustom` does, for a value that stands somewhere in an object. */
export const pruneValue = (value: unknown, schema: StructuralSchema, unknown: string[]): void =>
  prune(value, schema, '', unknown, false);

/** Metadata of an object within another are metadata like any. */
function pruneMetadata(metadata: unknown, path: string, unknown: string[]): void {
  if (!isFields(metadata)) return;
  const type = namedType('meta/v1.ObjectMeta')!;
  for (const key of Object.keys(metadata)) {
    if (type.fields.has(key)) continue;
    unknown.push(`${path}.${key}`);
    delete metadata[key];
  }
}

/** A null where there may be none, and no default takes its place, says nothing. */
function dropNulls(value: unknown, schema: StructuralSchema | undefined): void {
  if (Array.isArray(value)) {
    for (const item of value) dropNulls(item, schema?.items);
    return;
  }
  if (!isFields(value)) return;
  for (const [key, child] of Object.entries(value)) {
    const others = schema?.additionalProperties;
    const own = schema?.properties?.[key] ?? (isFields(others) ? (others as StructuralSchema) : undefined);
    if (child === null && own && !own.nullable && own.default === undefined) delete value[key];
    else dropNulls(child, own);
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

/** A stored object with the defaults that its version's schema has by now; the object itself where that is the same. */
export function defaultedOnRead(object: KubeObject, schema: StructuralSchema | undefined): KubeObject {
  if (!schema || !hasDefaults(schema)) return object;
  return changed(object, (copy) => {
    prune(copy, schema, '', [], true);
    applyDefaultsOf(copy, schema);
  });
}

/**
 * An object that came from another version, without what that of `schema` has no place for; what is missing
 * gets no defaults, as nobody sent it (apiextensions-apiserver, schemaCoercingConverter).
 */
export function prunedForVersion(object: KubeObject, schema: StructuralSchema | undefined): KubeObject {
  if (!schema) return object;
  return changed(object, (copy) => {
    prune(copy, schema, '', [], true);
    dropNulls(copy, schema);
  });
}

/** What `change` makes of a copy; the object itself where that is the same. Metadata are shared. */
function changed(object: KubeObject, change: (copy: KubeObject) => void): KubeObject {
  const copy = { ...(deepCopy({ ...object, metadata: {} }) as KubeObject), metadata: object.metadata };
  change(copy);
  return jsonEqual(copy, object) ? object : copy;
}

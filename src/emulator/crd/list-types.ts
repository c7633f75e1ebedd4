import type { StatusCause } from '../../api/status.ts';
import { Causes } from '../../api/validation/causes.ts';
import type { StructuralSchema } from './custom-resource.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Elements that sets and maps of lists have twice (apiextensions-apiserver,
 * pkg/apiserver/schema/listtype/validation.go).
 */
export function duplicates(object: unknown, schema: StructuralSchema): StatusCause[] {
  const causes = new Causes('json');
  find(causes, object, schema, '');
  return causes.list;
}

function find(causes: Causes, value: unknown, schema: StructuralSchema | undefined, path: string): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    checkList(causes, value, schema, path);
    for (const [at, item] of value.entries()) find(causes, item, schema.items, `${path}[${at}]`);
    return;
  }
  if (!isFields(value)) return;
  const { properties, additionalProperties: others } = schema;
  for (const [key, child] of Object.entries(value)) {
    if (isFields(others)) find(causes, child, others as StructuralSchema, `${path}[${key}]`);
    const own = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    find(causes, child, own, path ? `${path}.${key}` : key);
  }
}

function checkList(causes: Causes, list: readonly unknown[], schema: StructuralSchema, path: string): void {
  const kind = schema['x-kubernetes-list-type'];
  if (kind !== 'set' && kind !== 'map') return;
  const keys = (schema['x-kubernetes-list-map-keys'] ?? []) as string[];
  const odd = kind === 'map' ? list.findIndex((item) => item !== null && !isFields(item)) : -1;
  if (odd >= 0) {
    causes.invalid(`${path}[${odd}]`, list[odd], 'must be an object for an array of list-type map');
    return;
  }
  const seen = new Map<string, number>();
  for (const [at, item] of list.entries()) {
    if (kind === 'map' && item === null && keys.length === 1) continue;
    const shown = kind === 'set' ? item : keyOf((item ?? {}) as Fields, keys);
    const text = JSON.stringify(shown);
    const times = seen.get(text) ?? 0;
    seen.set(text, times + 1);
    // Told once, however often it comes.
    if (times === 1) causes.duplicate(`${path}[${at}]`, shown);
  }
}

const keyOf = (item: Fields, keys: readonly string[]): Fields =>
  Object.fromEntries(keys.filter((key) => Object.hasOwn(item, key)).map((key) => [key, item[key]]));

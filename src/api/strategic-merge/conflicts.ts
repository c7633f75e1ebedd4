import { isDeepStrictEqual } from 'node:util';
import { type FieldSchema, packageOf, type ValueSchema } from '../schema.ts';
import { directive, isMap, itemsOf, type JsonMap, keyText, memberOf } from './lists.ts';

/**
 * True where two strategic merge patches of one object want different things of one field
 * (apimachinery strategicpatch, MergingMapsHaveConflicts).
 */
export function patchesConflict(one: JsonMap, other: JsonMap, apiVersion: string, kind: string): boolean {
  return mapsConflict(one, other, { kind: 'object', type: `${packageOf(apiVersion)}.${kind}` });
}

function mapsConflict(one: JsonMap, other: JsonMap, schema: ValueSchema | undefined): boolean {
  if (one[directive.patch] !== other[directive.patch]) return true;
  return Object.entries(one).some(([key, value]) => {
    if (key.startsWith('$') || !Object.hasOwn(other, key)) return false;
    return valuesConflict(value, other[key], memberOf(schema, key));
  });
}

function valuesConflict(one: unknown, other: unknown, field: FieldSchema | undefined): boolean {
  if (isMap(one)) return !isMap(other) || (!field?.patchReplace && mapsConflict(one, other, field?.value));
  if (!Array.isArray(one)) return !isDeepStrictEqual(one, other);
  if (!Array.isArray(other)) return true;
  if (!field?.patchMerge) return !isDeepStrictEqual(one, other);
  const { patchMergeKey } = field;
  // Sets of scalars merge whatever both want.
  if (patchMergeKey === undefined) return false;
  const others = new Map(other.map((item) => [keyText(item, patchMergeKey), item as JsonMap]));
  return (one as JsonMap[]).some((item) => {
    const match = others.get(keyText(item, patchMergeKey));
    return match !== undefined && mapsConflict(item, match, itemsOf(field.value));
  });
}

import type { KubeObject } from '../meta.ts';
import { namedType, packageOf, type ValueSchema } from '../schema.ts';

/**
 * An object of a built-in kind as Go writes it: without nulls, and without lists and maps that hold
 * nothing where the field may be left out. Objects of custom kinds are as their schema left them.
 */
export function asStored(object: KubeObject, isCustom: boolean): KubeObject {
  const type = `${packageOf(object.apiVersion)}.${object.kind}`;
  return isCustom || !namedType(type) ? object : (written(object, { kind: 'object', type }) as KubeObject);
}

function written(value: unknown, schema: ValueSchema): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return schema.kind === 'array' ? value.map((item) => written(item, schema.items)) : value;
  if (schema.kind !== 'object') return value;
  const fields = namedType(schema.type)?.fields;
  const kept: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const field = fields?.get(name);
    if (inner === null || inner === undefined) continue;
    const { kind } = field?.value ?? {};
    const holdsNothing = (kind === 'array' || kind === 'map') && Object.keys(inner).length === 0;
    if (field && holdsNothing && !field.required) continue;
    kept[name] = field ? written(inner, field.value) : inner;
  }
  return kept;
}

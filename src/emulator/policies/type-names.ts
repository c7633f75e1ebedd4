import { Native } from '../../cel/convert.ts';
import { MapValue, ObjectValue } from '../../cel/values.ts';

/**
 * What of a constructed object has the name of another field's type: `Object{spec: Object.status{}}`. Maps and
 * lists in between have no names (apiserver, pkg/cel/mutation/dynamic/objects.go).
 * @param value of an evaluation
 * @returns one line for each; empty where all is well
 */
export function misnamedParts(value: unknown, path = 'Object'): string[] {
  if (value instanceof Native) return misnamedParts(value.value, path);
  if (Array.isArray(value)) return value.flatMap((item) => misnamedParts(item, path));
  if (value instanceof MapValue) return value.entries().flatMap(([, item]) => misnamedParts(item, path));
  // Of what was read, not constructed, nobody gave the name.
  if (!(value instanceof ObjectValue) || !value.type.name.startsWith('Object')) return [];
  const { name } = value.type;
  const why = `unexpected type name ${JSON.stringify(name)}, expected ${JSON.stringify(path)}, which matches field name path from root Object type`;
  const inner = Object.entries(value.raw).flatMap(([key, field]) => misnamedParts(field, `${path}.${key}`));
  return name === path ? inner : [why, ...inner];
}

import type { KubeObject } from '../meta.ts';
import { namedType, packageOf, type ValueSchema } from '../schema.ts';

/**
 * The fields of an object that its built-in type does not have, in the words of strict decoding:
 * `unknown field "spec.containers[0].foo"`. Empty for a custom kind. Strict validation makes them a
 * 400, warning makes a `Warning` header of each, and they are dropped either way.
 */
export function unknownFields(object: KubeObject): string[] {
  const found: string[] = [];
  visit(object, { kind: 'object', type: `${packageOf(object.apiVersion)}.${object.kind}` }, '', (path) =>
    found.push(`unknown field ${JSON.stringify(path)}`),
  );
  return found;
}

/** Removes what `unknownFields` finds, in place, and says what it was. */
export function dropUnknownFields(object: KubeObject): string[] {
  const found: string[] = [];
  const schema: ValueSchema = { kind: 'object', type: `${packageOf(object.apiVersion)}.${object.kind}` };
  visit(object, schema, '', (path, parent, name) => {
    delete parent[name];
    found.push(`unknown field ${JSON.stringify(path)}`);
  });
  return found;
}

type Report = (path: string, parent: Record<string, unknown>, name: string) => void;

function visit(value: unknown, schema: ValueSchema, path: string, report: Report): void {
  if (typeof value !== 'object' || value === null) return;
  if (schema.kind === 'array') {
    if (Array.isArray(value))
      for (const [index, item] of value.entries()) visit(item, schema.items, `${path}[${index}]`, report);
    return;
  }
  if (Array.isArray(value)) return;
  const fields = value as Record<string, unknown>;
  const under = (name: string): string => (path ? `${path}.${name}` : name);
  if (schema.kind === 'map') {
    for (const name of Object.keys(fields)) visit(fields[name], schema.values, under(name), report);
  } else if (schema.kind === 'object') {
    const type = namedType(schema.type);
    for (const name of type ? Object.keys(fields) : []) {
      const field = type!.fields.get(name);
      if (field) visit(fields[name], field.value, under(name), report);
      else report(under(name), fields, name);
    }
  }
}

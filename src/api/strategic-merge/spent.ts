import type { ValueSchema } from '../schema.ts';
import { directive, isMap, type JsonMap, memberOf } from './lists.ts';

/**
 * What Go's merge leaves of a strategic patch that it has applied to `current`: lists that came with an
 * order and the orders themselves are taken out, and of what was new its directives and nulls. A server
 * shows this of a patch that made an object it cannot read. Changes nothing.
 */
export function spentPatch(current: unknown, patch: JsonMap, schema: ValueSchema | undefined): JsonMap {
  const { [directive.patch]: whole, [directive.retainKeys]: _, ...rest } = patch;
  if (whole !== undefined) return whole === 'replace' ? rest : patch;
  const before = isMap(current) ? current : {};
  for (const key of Object.keys(rest)) {
    if (!key.startsWith(directive.setElementOrder)) continue;
    delete rest[key];
    delete rest[key.slice(directive.setElementOrder.length)];
  }
  for (const [key, value] of Object.entries(rest)) {
    const there = before[key];
    if (value === null || key.startsWith('$')) continue;
    const field = memberOf(schema, key);
    if (isMap(there) && isMap(value)) {
      if (!field?.patchReplace) rest[key] = spentPatch(there, value, field?.value);
    } else if (!(Array.isArray(there) && Array.isArray(value))) rest[key] = withoutDirectives(value);
  }
  return rest;
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives);
  if (!isMap(value)) return value;
  const kept = Object.entries(value).filter(([key, member]) => member !== null && !key.startsWith('$'));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutDirectives(member)]));
}

import { KctlError } from '../../lib/errors.ts';
import { goValue } from '../../lib/go-value.ts';
import type { FieldSchema, ValueSchema } from '../schema.ts';
import { directive, isMap, itemsOf, type JsonMap, keyText, memberOf, orderMerged } from './lists.ts';

/**
 * Merges a strategic merge patch into a value, as an API server does. Neither argument is changed.
 * Rules: Kubernetes community, contributors/devel/sig-api-machinery/strategic-merge-patch.md.
 * Throws KctlError `input` for a patch that breaks its own grammar.
 */
export function mergeMap(original: JsonMap, patch: JsonMap, schema: ValueSchema | undefined): JsonMap {
  const whole = patch[directive.patch];
  if (whole === 'delete') return {};
  if (whole === 'replace') return without(patch, directive.patch);
  if (whole !== undefined && whole !== 'merge') {
    throw new KctlError('input', `unknown patch type: ${String(whole)} in map: ${goValue(patch)}`);
  }
  const result: JsonMap = { ...original };
  retainKeys(result, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive.patch || key === directive.retainKeys) continue;
    if (key.startsWith('$setElementOrder') && !Array.isArray(value)) {
      throw new KctlError('input', `expected a []interface {}, but received a ${goType(value)}`);
    }
    if (key.startsWith(directive.setElementOrder)) {
      const name = key.slice(directive.setElementOrder.length);
      // A list that the patch also holds is ordered when that list is merged.
      if (!(name in patch)) reorder(result, name, patch, memberOf(schema, name));
    } else if (key.startsWith(directive.deleteFromPrimitiveList)) {
      deleteScalars(result, key.slice(directive.deleteFromPrimitiveList.length), value);
    } else if (value === null) {
      delete result[key];
    } else {
      result[key] = mergeValue(result[key], value, memberOf(schema, key), patch);
    }
  }
  return result;
}

function mergeValue(current: unknown, value: unknown, field: FieldSchema | undefined, patch: JsonMap): unknown {
  if (current === undefined || current === null) return dropDirectives(value);
  if (isMap(current) && isMap(value)) {
    return field?.patchReplace ? dropDirectives(value) : mergeMap(current, value, field?.value);
  }
  if (Array.isArray(current) && Array.isArray(value) && field?.patchMerge) {
    const order = patch[directive.setElementOrder + field.name];
    return mergeList(current, value, field, order);
  }
  return dropDirectives(value);
}

function mergeList(original: unknown[], patch: unknown[], field: FieldSchema, order: unknown): unknown[] {
  const key = field.patchMergeKey;
  const plain: unknown[] = [];
  const gone = new Set<string>();
  let replaced = false;
  for (const item of patch) {
    const how = isMap(item) ? item[directive.patch] : undefined;
    if (how === undefined) plain.push(item);
    else if (how === 'delete') gone.add(keyText(item, key));
    else if (how === 'replace') replaced = true;
    else if (how === 'merge') plain.push(without(item as JsonMap, directive.patch));
    else throw new KctlError('input', `unknown patch type: ${String(how)} in map: ${goValue(item)}`);
  }
  if (replaced) return plain;
  const base = gone.size > 0 ? original.filter((other) => !gone.has(keyText(other, key))) : original;
  const merged = key === undefined ? [...new Set([...base, ...plain])] : mergeItems(base, plain, field, key);
  if (order === undefined) return orderMerged(merged, plain, base, key);
  return orderMerged(merged, orderList(order, plain, key), original, key);
}

function mergeItems(original: unknown[], patch: unknown[], field: FieldSchema, key: string): unknown[] {
  const merged = [...original];
  const items = itemsOf(field.value);
  const places = new Map<string, number>();
  // Of items with the same key the first is meant.
  if (patch.length > 0) for (let at = merged.length - 1; at >= 0; at--) places.set(keyText(merged[at], key), at);
  for (const item of patch) {
    const name = keyText(item, key);
    const at = places.get(name);
    if (at === undefined) places.set(name, merged.push(dropDirectives(item)) - 1);
    else merged[at] = mergeMap(merged[at] as JsonMap, item as JsonMap, items);
  }
  return merged;
}

/** The patch's items must come in the order that it asks for: a patch that contradicts itself is refused. */
function orderList(order: unknown, patch: unknown[], key: string | undefined): unknown[] {
  if (!Array.isArray(order)) {
    throw new KctlError('input', 'invalid patch format of setElementOrder list');
  }
  let at = 0;
  for (const item of order) {
    if (at < patch.length && keyText(patch[at], key) === keyText(item, key)) at++;
  }
  if (at < patch.length) {
    const [list, wanted] = [JSON.stringify(patch), JSON.stringify(order)];
    throw new KctlError(
      'input',
      `The order in patch list:\n${list}\n doesn't match $setElementOrder list:\n${wanted}\n`,
    );
  }
  return order;
}

function reorder(result: JsonMap, name: string, patch: JsonMap, field: FieldSchema | undefined): void {
  const current = result[name];
  if (!Array.isArray(current)) return;
  const order = orderList(patch[directive.setElementOrder + name], [], field?.patchMergeKey);
  result[name] = orderMerged(current, order, current, field?.patchMergeKey);
}

function deleteScalars(result: JsonMap, name: string, values: unknown): void {
  if (!Array.isArray(values)) throw new KctlError('input', 'invalid patch format of primitive list');
  const current = result[name];
  const gone = new Set<unknown>(values);
  if (Array.isArray(current)) result[name] = current.filter((item) => !gone.has(item));
}

function retainKeys(result: JsonMap, patch: JsonMap): void {
  const retained = patch[directive.retainKeys];
  if (retained === undefined) return;
  const valid =
    Array.isArray(retained) &&
    Object.keys(patch).every((key) => patch[key] === null || key.startsWith('$') || retained.includes(key));
  if (!valid) throw new KctlError('input', 'invalid patch format of retainKeys');
  for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
}

/** What Go's decoder makes of a JSON value. */
function goType(value: unknown): string {
  if (isMap(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'bigint') return 'int64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function without(map: JsonMap, key: string): JsonMap {
  const { [key]: _, ...rest } = map;
  return rest;
}

/** What a patch's value comes to where there was nothing to merge with: no directives, no nulls in maps, no deleted items. */
function dropDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value
      .filter((item) => !(isMap(item) && ['delete', 'replace'].includes(item[directive.patch] as string)))
      .map(dropDirectives);
  }
  if (!isMap(value)) return value;
  const result: JsonMap = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== null && !isDirective(key)) result[key] = dropDirectives(member);
  }
  return result;
}

function isDirective(key: string): boolean {
  return (
    key === directive.patch ||
    key === directive.retainKeys ||
    key.startsWith(directive.setElementOrder) ||
    key.startsWith(directive.deleteFromPrimitiveList)
  );
}

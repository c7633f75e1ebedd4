import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';

/**
 * What lists and maps are, for who merges them: `x-kubernetes-list-type`, `-list-map-keys`, `-map-type`
 * (apiextensions-apiserver, pkg/apis/apiextensions/validation/validation.go).
 */
export function checkListType(causes: Causes, path: string, schema: Fields): void {
  const kind = schema['x-kubernetes-list-type'];
  const keys: string[] = schema['x-kubernetes-list-map-keys'] ?? [];
  if (!isMissing(kind) && schema.type !== 'array') {
    mustBe(causes, `${path}.type`, schema.type, 'must be array if x-kubernetes-list-type is specified');
  } else if (kind === 'set') checkSet(causes, path, schema);
  if (!isMissing(kind) && !['atomic', 'set', 'map'].includes(kind)) {
    causes.notSupported(`${path}.x-kubernetes-list-type`, kind, ['atomic', 'set', 'map']);
  }
  if (keys.length > 0 && kind !== 'map') {
    mustBe(causes, `${path}.x-kubernetes-list-type`, kind, 'must be map if x-kubernetes-list-map-keys is non-empty');
  }
  if (kind === 'map') checkMap(causes, path, schema, keys);
  if ((kind === 'set' || kind === 'map') && schema.items?.nullable === true) {
    causes.forbidden(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${kind}`);
  }
}

function mustBe(causes: Causes, field: string, value: unknown, detail: string): void {
  if (isMissing(value)) causes.required(field, detail);
  else causes.invalid(field, value, detail);
}

/** Elements of a set are compared as a whole. */
function checkSet(causes: Causes, path: string, { items }: Fields): void {
  if (!items) return;
  const detail = 'must be atomic as item of a list with x-kubernetes-list-type=set';
  const inner = items['x-kubernetes-list-type'];
  if (items.type === 'array' && !isMissing(inner) && inner !== 'atomic') {
    causes.invalid(`${path}.items.x-kubernetes-list-type`, inner, detail);
  }
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    causes.invalid(`${path}.items.x-kubernetes-map-type`, inner ?? null, detail);
  }
}

function checkMap(causes: Causes, path: string, { items }: Fields, keys: readonly string[]): void {
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) causes.required(keysPath, 'must not be empty if x-kubernetes-list-type is map');
  if (!items) {
    causes.required(`${path}.items`, 'must have a schema if x-kubernetes-list-type is map');
    return;
  }
  if (items.type !== 'object') {
    const detail = "must be object if parent array's x-kubernetes-list-type is map";
    causes.invalid(`${path}.items.type`, items.type ?? '', detail);
  } else checkKeys(causes, path, items, keys);
  const required: string[] = items.required ?? [];
  for (const key of keys) {
    const property = items.properties?.[key];
    const where = `${path}.items.properties[${key}]`;
    if (!property) continue;
    if (!required.includes(key) && property.default === undefined) {
      const detail =
        'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property';
      causes.required(`${where}.default`, detail);
    }
    if (property.nullable === true) {
      const detail = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable';
      causes.forbidden(`${where}.nullable`, detail);
    }
  }
}

function checkKeys(causes: Causes, path: string, items: Fields, keys: readonly string[]): void {
  const keysPath = `${path}.x-kubernetes-list-map-keys`;
  for (const [at, key] of keys.entries()) {
    const property = items.properties?.[key];
    const where = `${path}.items.properties[${key}]`;
    if (!property) causes.invalid(keysPath, keys, 'entries must all be names of item properties');
    else if (property.type === 'array' || property.type === 'object') {
      const detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
      causes.invalid(`${where}.type`, items.type ?? '', detail);
    }
    if (keys.indexOf(key) < at) causes.invalid(keysPath, keys, 'must not contain duplicate entries');
  }
}

export function checkMapType(causes: Causes, path: string, schema: Fields): void {
  const kind = schema['x-kubernetes-map-type'];
  if (isMissing(kind)) return;
  if (schema.type !== 'object') {
    mustBe(causes, `${path}.type`, schema.type, 'must be object if x-kubernetes-map-type is specified');
  }
  if (kind !== 'atomic' && kind !== 'granular') {
    causes.notSupported(`${path}.x-kubernetes-map-type`, kind, ['atomic', 'granular']);
  }
}

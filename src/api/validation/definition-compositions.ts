import { isDeepStrictEqual } from 'node:util';
import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';

/** What says of what kind a value is belongs to the schema itself, not to its compositions. */
const FORBIDDEN: readonly [keyword: string, detail: string][] = [
  ['type', 'must be empty to be structural'],
  ['additionalProperties', 'must be undefined to be structural'],
  ['default', 'must be undefined to be structural'],
  ['title', 'must be empty to be structural'],
  ['description', 'must be empty to be structural'],
  ['nullable', 'must be false to be structural'],
  ['x-kubernetes-preserve-unknown-fields', 'must be false to be structural'],
  ['x-kubernetes-embedded-resource', 'must be false to be structural'],
  ['x-kubernetes-int-or-string', 'must be false to be structural'],
  ['x-kubernetes-list-map-keys', 'must be empty to be structural'],
  ['x-kubernetes-list-type', 'must be undefined to be structural'],
  ['x-kubernetes-map-type', 'must be undefined to be structural'],
];

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];

/**
 * allOf, anyOf, oneOf and not only narrow what the schema around them says, of fields that it has
 * (apiextensions-apiserver, pkg/apiserver/schema/validation.go and complete.go).
 */
export function checkCompositions(causes: Causes, path: string, schema: Fields): void {
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  for (const [at, part] of list(schema.allOf).entries()) {
    const skips = isIntOrString && at === 0 && isDeepStrictEqual(part.anyOf, INT_OR_STRING);
    checkNarrowing(causes, `${path}.allOf[${at}]`, skips ? { ...part, anyOf: [] } : part, schema, path, true);
  }
  const skipsAny = isIntOrString && isDeepStrictEqual(schema.anyOf, INT_OR_STRING);
  for (const keyword of ['anyOf', 'oneOf']) {
    if (keyword === 'anyOf' && skipsAny) continue;
    for (const [at, part] of list(schema[keyword]).entries()) {
      checkNarrowing(causes, `${path}.${keyword}[${at}]`, part, schema, path, false);
    }
  }
  if (schema.not) checkNarrowing(causes, `${path}.not`, schema.not, schema, path, false);
}

const list = (value: unknown): Fields[] => (Array.isArray(value) ? value : []);

function checkNarrowing(
  causes: Causes,
  path: string,
  part: Fields,
  whole: Fields | undefined,
  wholePath: string,
  mayHaveRules: boolean,
): void {
  for (const [keyword, detail] of FORBIDDEN) {
    const value = part[keyword];
    if (!isMissing(value) && value !== false) causes.forbidden(`${path}.${keyword}`, detail);
  }
  if (!mayHaveRules && list(part['x-kubernetes-validations']).length > 0) {
    causes.forbidden(`${path}.x-kubernetes-validations`, 'must be empty to be structural');
  }
  for (const [name, child] of Object.entries<Fields>(part.properties ?? {})) {
    const at = `${path}.properties[${name}]`;
    if (name === 'metadata') causes.forbidden(at, 'must not be specified in a nested context');
    const inside = `${wholePath}.properties[${name}]`;
    const own = whole?.properties?.[name];
    if (!own && !whole?.additionalProperties) causes.required(inside, `because it is defined in ${at}`);
    checkNarrowing(causes, at, child, own ?? additional(whole), inside, mayHaveRules);
  }
  if (part.items) {
    if (whole && !whole.items) causes.required(`${wholePath}.items`, `because it is defined in ${path}.items`);
    checkNarrowing(causes, `${path}.items`, part.items, whole?.items, `${wholePath}.items`, mayHaveRules);
  }
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    for (const [at, inner] of list(part[keyword]).entries()) {
      const within = mayHaveRules && keyword === 'allOf';
      checkNarrowing(causes, `${path}.${keyword}[${at}]`, inner, whole, wholePath, within);
    }
  }
  if (part.not) checkNarrowing(causes, `${path}.not`, part.not, whole, wholePath, false);
}

const additional = (schema: Fields | undefined): Fields | undefined =>
  typeof schema?.additionalProperties === 'object' ? schema.additionalProperties : undefined;

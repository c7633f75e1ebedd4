import { isDeepStrictEqual } from 'node:util';
import type { Causes } from './causes.ts';
import { type Fields, isEmpty, isMissing } from './checks.ts';
import { checkPattern } from './definition-patterns.ts';

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
  ['x-kubernetes-validations', 'must be empty to be structural'],
];

const INT_OR_STRING = [{ type: 'integer' }, { type: 'string' }];
const isSaid = (value: unknown): boolean => value !== false && !isEmpty(value);
const list = (value: unknown): Fields[] => (Array.isArray(value) ? value : []);
const isIntOrString = (anyOf: unknown): boolean => isDeepStrictEqual(anyOf, INT_OR_STRING);

/**
 * allOf, anyOf, oneOf and not only narrow what the schema around them says, of fields that it has
 * (apiextensions-apiserver, pkg/apiserver/schema/validation.go and complete.go).
 */
export function checkCompositions(causes: Causes, path: string, schema: Fields, isRoot: boolean): void {
  const skipsFirst = isIntOrString(list(schema.allOf)[0]?.anyOf);
  forEachPart(schema, path, (part, at) => {
    if (at.startsWith(`${path}.anyOf`) && isIntOrString(schema.anyOf)) return;
    checkNarrowing(causes, at, skipsFirst && part === list(schema.allOf)[0] ? { ...part, anyOf: [] } : part);
  });
  if (isRoot) checkKnown(causes, schema, schema, path, path);
}

function forEachPart(schema: Fields, path: string, visit: (part: Fields, at: string) => void): void {
  if (schema.not) visit(schema.not, `${path}.not`);
  for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
    for (const [at, part] of list(schema[keyword]).entries()) visit(part, `${path}.${keyword}[${at}]`);
  }
}

function checkNarrowing(causes: Causes, path: string, part: Fields): void {
  checkPattern(causes, path, part);
  for (const [keyword, detail] of FORBIDDEN) {
    const value = part[keyword];
    if (keyword === 'default' ? !isMissing(value) : isSaid(value)) causes.forbidden(`${path}.${keyword}`, detail);
  }
  for (const [name, child] of Object.entries<Fields>(part.properties ?? {})) {
    const at = `${path}.properties[${name}]`;
    if (name === 'metadata') causes.forbidden(at, 'must not be specified in a nested context');
    checkNarrowing(causes, at, child);
  }
  if (part.items) checkNarrowing(causes, `${path}.items`, part.items);
  forEachPart(part, path, (inner, at) => {
    checkNarrowing(causes, at, inner);
  });
}

/** That the schema around has the fields that its parts narrow; servers ask that of the root alone. */
function checkKnown(causes: Causes, narrowing: Fields, whole: Fields, wholePath: string, path: string): void {
  forEachPart(narrowing, path, (part, at) => {
    checkKnownPart(causes, part, whole, wholePath, at);
  });
}

function checkKnownPart(causes: Causes, part: Fields, whole: Fields, wholePath: string, path: string): void {
  checkKnown(causes, part, whole, wholePath, path);
  const inside = (name: string, child: Fields | undefined, own: Fields | undefined) => {
    if (!child) return;
    if (own) checkKnownPart(causes, child, own, `${wholePath}.${name}`, `${path}.${name}`);
    else causes.required(`${wholePath}.${name}`, `because it is defined in ${path}.${name}`);
  };
  inside('items', part.items, whole.items);
  for (const [name, child] of Object.entries<Fields>(part.properties ?? {})) {
    inside(`properties[${name}]`, child, whole.properties?.[name]);
  }
}

import { goPattern } from '../go-pattern.ts';
import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';

/**
 * That a schema is structural: every part of an object says of what type it is (apiextensions.k8s.io/v1;
 * source: apiextensions-apiserver, pkg/apiserver/schema/validation.go).
 */
export function checkStructural(causes: Causes, path: string, schema: Fields): void {
  if (isMissing(schema.type)) causes.required(`${path}.type`, 'must not be empty at the root');
  else if (schema.type !== 'object') causes.invalid(`${path}.type`, schema.type, 'must be object at the root');
  checkPart(causes, path, schema);
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Keywords that a structural schema has no use for. */
const refused: Readonly<Record<string, string>> = {
  $ref: '$ref is not supported',
  definitions: 'definitions is not supported',
  dependencies: 'dependencies is not supported',
  id: 'id is not supported',
  patternProperties: 'patternProperties is not supported',
  deprecated: 'deprecated is not supported',
  discriminator: 'discriminator is not supported',
  readOnly: 'readOnly is not supported',
  writeOnly: 'writeOnly is not supported',
  xml: 'xml is not supported',
};

function isPattern(text: string): boolean {
  try {
    goPattern(text);
    return true;
  } catch {
    return false;
  }
}

function checkPart(causes: Causes, path: string, schema: Fields): void {
  for (const keyword in refused) {
    if (schema[keyword] !== undefined) causes.forbidden(`${path}.${keyword}`, refused[keyword]!);
  }
  if (typeof schema.pattern === 'string' && !isPattern(schema.pattern)) {
    causes.invalid(`${path}.pattern`, schema.pattern, "must be a valid regular expression, but isn't");
  }
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.forbidden(`${path}.uniqueItems`, detail);
  }
  if (!isMissing(schema.type) && !types.includes(schema.type)) causes.notSupported(`${path}.type`, schema.type, types);
  if (schema.properties && schema.additionalProperties !== undefined) {
    causes.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  }
  if (schema.type === 'array' && !schema.items) causes.required(`${path}.items`, 'must be specified');
  if (schema['x-kubernetes-list-type'] === 'map' && !schema['x-kubernetes-list-map-keys']?.length) {
    causes.required(`${path}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map');
  }
  for (const [name, child] of Object.entries<Fields>(schema.properties ?? {})) {
    checkChild(causes, `${path}.properties[${name}]`, child, 'must not be empty for specified object fields');
  }
  if (schema.items && !Array.isArray(schema.items)) {
    checkChild(causes, `${path}.items`, schema.items, 'must not be empty for specified array items');
  }
  if (typeof schema.additionalProperties === 'object') {
    const detail = 'must not be empty for specified object fields';
    checkChild(causes, `${path}.additionalProperties`, schema.additionalProperties, detail);
  }
}

function checkChild(causes: Causes, path: string, schema: Fields, untyped: string): void {
  const isFree = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'];
  if (isMissing(schema.type) && !isFree) causes.required(`${path}.type`, untyped);
  checkPart(causes, path, schema);
}

import { RE2JS } from 're2js';
import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';
import { checkCompositions } from './definition-compositions.ts';
import { checkListType, checkMapType } from './definition-topologies.ts';

/**
 * That a schema is structural: every part of an object says of what type it is (apiextensions.k8s.io/v1;
 * sources: apiextensions-apiserver, pkg/apiserver/schema/validation.go and
 * pkg/apis/apiextensions/validation/validation.go).
 */
export function checkStructural(causes: Causes, path: string, schema: Fields): void {
  checkPart(causes, path, schema, 'root');
  if (schema.nullable === true) causes.forbidden(`${path}.nullable`, 'nullable cannot be true at the root');
}

type Level = 'root' | 'item' | 'field';

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

const UNTYPED: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/** Keywords that a structural schema has no use for. */
const refused = ['$ref', 'additionalItems', 'definitions', 'dependencies', 'id', 'patternProperties'].map(
  (keyword) => [keyword, `${keyword} is not supported`] as const,
);
const foreign = ['deprecated', 'discriminator', 'readOnly', 'writeOnly', 'xml'].map(
  (keyword) => [keyword, `${keyword} is not supported`] as const,
);

/** What is wrong with a pattern, in Go's words; undefined for what is fine. */
function patternProblem(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.includes('`') ? message : message.replace(/: ([^:]+)$/, ': `$1`');
  }
}

function checkPart(causes: Causes, path: string, schema: Fields, level: Level): void {
  checkKeywords(causes, path, schema);
  checkType(causes, path, schema, level);
  checkExtensions(causes, path, schema);
  checkListType(causes, path, schema);
  checkMapType(causes, path, schema);
  checkEmbedded(causes, path, schema, level);
  checkCompositions(causes, path, schema);
  checkChildren(causes, path, schema, level);
}

function checkKeywords(causes: Causes, path: string, schema: Fields): void {
  for (const [keyword, detail] of [...refused, ...foreign]) {
    if (schema[keyword] !== undefined) causes.forbidden(`${path}.${keyword}`, detail);
  }
  const problem = typeof schema.pattern === 'string' ? patternProblem(schema.pattern) : undefined;
  if (problem !== undefined) {
    causes.invalid(`${path}.pattern`, schema.pattern, `must be a valid regular expression, but isn't: ${problem}`);
  }
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.forbidden(`${path}.uniqueItems`, detail);
  }
  const others = schema.additionalProperties;
  if (others !== undefined && others !== true && Object.keys(schema.properties ?? {}).length > 0) {
    causes.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  }
}

function checkType(causes: Causes, path: string, schema: Fields, level: Level): void {
  const { type } = schema;
  if (type === 'null') {
    causes.forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative');
  } else if (!isMissing(type) && !types.includes(type)) causes.notSupported(`${path}.type`, type, types);
  if (level === 'root' && !isMissing(type) && type !== 'object') {
    causes.invalid(`${path}.type`, type, 'must be object at the root');
  }
  const isFree = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'];
  if (isMissing(type) && !isFree && schema['x-kubernetes-embedded-resource'] !== true) {
    causes.required(`${path}.type`, UNTYPED[level]);
  }
}

function checkExtensions(causes: Causes, path: string, schema: Fields): void {
  const preserves = schema['x-kubernetes-preserve-unknown-fields'];
  const at = `${path}.x-kubernetes-preserve-unknown-fields`;
  if (preserves === false) causes.invalid(at, false, 'must be true or undefined');
  if (schema['x-kubernetes-int-or-string'] !== true) return;
  const detail = 'must be false if x-kubernetes-int-or-string is true';
  if (preserves === true) causes.invalid(at, true, detail);
  if (schema['x-kubernetes-embedded-resource'] === true) {
    causes.invalid(`${path}.x-kubernetes-embedded-resource`, true, detail);
  }
}

/** Kind, version and metadata of what is a resource are given. */
function checkEmbedded(causes: Causes, path: string, schema: Fields, level: Level): void {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  if (isEmbedded && schema.type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    if (isMissing(schema.type)) causes.required(`${path}.type`, detail);
    else causes.invalid(`${path}.type`, schema.type, detail);
  }
  if (isEmbedded && schema.additionalProperties !== undefined) {
    const detail = 'must not be used if x-kubernetes-embedded-resource is set';
    causes.forbidden(`${path}.additionalProperties`, detail);
  }
  if (level === 'root' && schema.additionalProperties !== undefined) {
    causes.forbidden(`${path}.additionalProperties`, 'must not be used at the root');
  }
  const properties: Fields = schema.properties ?? {};
  if (isEmbedded && !schema['x-kubernetes-preserve-unknown-fields'] && Object.keys(properties).length === 0) {
    const detail =
      'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields';
    causes.required(`${path}.properties`, detail);
  }
  if (level !== 'root' && !isEmbedded) return;
  for (const [name, type] of [
    ['kind', 'string'],
    ['apiVersion', 'string'],
    ['metadata', 'object'],
  ] as const) {
    const own = properties[name];
    if (own && own.type !== type) causes.invalid(`${path}.properties[${name}].type`, own.type ?? '', `must be ${type}`);
  }
  if (level === 'root' && properties.metadata && !isPlainMetadata(properties.metadata)) {
    const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
    causes.forbidden(`${path}.properties[metadata]`, detail);
  }
}

const isPlainMetadata = ({ type: _type, default: _default, description, properties, ...rest }: Fields): boolean =>
  isMissing(description) &&
  Object.keys(rest).length === 0 &&
  Object.keys(properties ?? {}).every((name) => name === 'name' || name === 'generateName');

function checkChildren(causes: Causes, path: string, schema: Fields, level: Level): void {
  for (const [name, child] of Object.entries<Fields>(schema.properties ?? {})) {
    // Metadata at the root is what the server knows of them, whatever else stands there.
    checkPart(causes, `${path}.properties[${name}]`, child, 'field');
  }
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null) {
    checkPart(causes, `${path}.additionalProperties`, schema.additionalProperties, 'field');
  }
  if (Array.isArray(schema.items)) {
    causes.forbidden(`${path}.items`, 'items must be a schema object and not an array');
  } else if (schema.items) checkPart(causes, `${path}.items`, schema.items, 'item');
  else if (schema.type === 'array') causes.required(`${path}.items`, 'must be specified');
  if (level === 'root' && schema.default !== undefined) causes.forbidden(`${path}.default`, 'must not be set');
}

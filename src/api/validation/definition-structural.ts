import type { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';
import { checkCompositions } from './definition-compositions.ts';
import { checkPattern } from './definition-patterns.ts';

type Level = 'root' | 'item' | 'field';

const UNTYPED: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  item: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
};

/**
 * That a schema is structural: every part of an object says of what type it is (apiextensions-apiserver,
 * pkg/apiserver/schema/validation.go).
 */
export function checkStructural(causes: Causes, path: string, schema: Fields, level: Level = 'root'): void {
  checkType(causes, path, schema, level);
  if (schema['x-kubernetes-int-or-string'] === true) {
    const detail = 'must be false if x-kubernetes-int-or-string is true';
    for (const other of ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource']) {
      if (schema[other] === true) causes.invalid(`${path}.${other}`, true, detail);
    }
  }
  checkPattern(causes, path, schema);
  checkResource(causes, path, schema, level);
  checkCompositions(causes, path, schema, level === 'root');
  checkChildren(causes, path, schema);
}

function checkType(causes: Causes, path: string, schema: Fields, level: Level): void {
  const { type } = schema;
  const isFree = schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'];
  if (schema['x-kubernetes-embedded-resource'] === true && type !== 'object') {
    const detail = 'must be object if x-kubernetes-embedded-resource is true';
    if (isMissing(type)) causes.required(`${path}.type`, detail);
    else causes.invalid(`${path}.type`, type, detail);
  } else if (isMissing(type) && !isFree) causes.required(`${path}.type`, UNTYPED[level]);
  if (level === 'root' && !isMissing(type) && type !== 'object') {
    causes.invalid(`${path}.type`, type, 'must be object at the root');
  }
}

/** Kind, version and metadata of what is a resource are given. */
function checkResource(causes: Causes, path: string, schema: Fields, level: Level): void {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true;
  const properties: Fields = schema.properties ?? {};
  if (!isMissing(schema.additionalProperties)) {
    const at = `${path}.additionalProperties`;
    if (isEmbedded) causes.forbidden(at, 'must not be used if x-kubernetes-embedded-resource is set');
    if (level === 'root') causes.forbidden(at, 'must not be used at the root');
  }
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

const isPlainMetadata = ({ type: _type, default: _default, properties, ...rest }: Fields): boolean =>
  Object.values(rest).every(isMissing) &&
  Object.keys(properties ?? {}).every((name) => name === 'name' || name === 'generateName');

function checkChildren(causes: Causes, path: string, schema: Fields): void {
  for (const [name, child] of Object.entries<Fields>(schema.properties ?? {})) {
    checkStructural(causes, `${path}.properties[${name}]`, child, 'field');
  }
  if (typeof schema.additionalProperties === 'object' && schema.additionalProperties !== null) {
    checkStructural(causes, `${path}.additionalProperties`, schema.additionalProperties, 'field');
  }
  if (schema.items) checkStructural(causes, `${path}.items`, schema.items, 'item');
  else if (schema.type === 'array') causes.required(`${path}.items`, 'must be specified');
}

import type { StatusCause } from '../status.ts';
import { Causes } from './causes.ts';
import { type Fields, isMissing } from './checks.ts';
import {
  checkKeywords,
  has$Schema,
  hasRefusedParts,
  rootWithStatus,
  type Surroundings,
} from './definition-keywords.ts';
import { checkStructural } from './definition-structural.ts';
import { checkListType, checkMapType } from './definition-topologies.ts';

/**
 * One schema of a definition, without its defaults and rules (apiextensions-apiserver,
 * pkg/apis/apiextensions/validation, validateCustomResourceDefinitionValidation).
 */
export function checkSchema(causes: Causes, path: string, schema: Fields | undefined, withStatus: boolean): void {
  if (typeof schema !== 'object' || schema === null) return;
  if (withStatus) rootWithStatus(causes, path, schema);
  if (schema.nullable === true) causes.forbidden(`${path}.nullable`, 'nullable cannot be true at the root');
  if (!hasRefusedParts(schema)) {
    const structural = new Causes('json');
    checkStructural(structural, path, schema);
    causes.list.push(...structural.list.sort(byText));
  }
  checkPart(causes, path, schema, { isRoot: true });
  // Told only where nothing else hides it.
  if (!causes.list.some(({ field }) => field?.startsWith(path)) && has$Schema(schema)) {
    causes.invalid(path, '', "OpenAPIV3Schema 'schema' is not supported");
  }
}

const textOf = ({ field, message }: StatusCause): string => `${field}: ${message}`;
const byText = (a: StatusCause, b: StatusCause): number => (textOf(a) < textOf(b) ? -1 : 1);

const META = new Set(['metadata', 'kind', 'apiVersion']);
const isSchema = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** What holds for every schema within a schema, also for those that only narrow another. */
function checkPart(causes: Causes, path: string, schema: unknown, around: Surroundings): void {
  if (!isSchema(schema)) return;
  checkKeywords(causes, path, schema, around);
  const { isRoot, ...inside } = around;
  const others = schema.additionalProperties;
  if (!isMissing(others) && others !== true && Object.keys(schema.properties ?? {}).length > 0) {
    causes.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  }
  const within = inside.inMetadata
    ? { ...inside, noDefaults: 'inside additionalProperties applying to object metadata' }
    : inside;
  checkPart(causes, `${path}.additionalProperties`, others, within);
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true;
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const isMeta = isResource && META.has(name);
    const reason = isMeta && isRoot ? { noDefaults: `in top-level ${name}` } : {};
    const here = isMeta ? { ...inside, inMetadata: true, ...reason } : inside;
    checkPart(causes, `${path}.properties[${name}]`, child, here);
  }
  checkPart(causes, `${path}.not`, schema.not, inside);
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
    for (const [at, part] of listOf(schema[keyword]).entries()) {
      checkPart(causes, `${path}.${keyword}[${at}]`, part, inside);
    }
  }
  for (const keyword of ['definitions', 'dependencies']) {
    for (const [name, part] of Object.entries(schema[keyword] ?? {})) {
      if (keyword === 'definitions' || !Array.isArray(part))
        checkPart(causes, `${path}.${keyword}[${name}]`, part, inside);
    }
  }
  if (Array.isArray(schema.items)) {
    for (const [at, part] of schema.items.entries()) checkPart(causes, `${path}.items[${at}]`, part, inside);
  } else checkPart(causes, `${path}.items`, schema.items, inside);
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    causes.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  }
  checkMapType(causes, path, schema);
  checkListType(causes, path, schema);
}

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value : []);

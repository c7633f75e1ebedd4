import type { StatusCause } from '../../api/status.ts';
import { Causes } from '../../api/validation/causes.ts';
import { checkAnnotations, checkDnsLabel, checkLabels, checkName } from '../../api/validation/checks.ts';
import { dns1035Label, pathSegment } from '../../api/validation/names.ts';
import type { StructuralSchema } from './custom-resource.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What is wrong with the objects within an object: whether they have a kind, and good names and labels
 * (apiextensions-apiserver, pkg/apiserver/schema/objectmeta/validation.go).
 * @param isRoot whether `value` is such an object itself
 */
export function wrongResources(value: unknown, schema: StructuralSchema, path = '', isRoot = false): StatusCause[] {
  const causes = new Causes('json');
  find(causes, value, isRoot ? { ...schema, [EMBEDDED]: true } : schema, path);
  return causes.list;
}

const EMBEDDED = 'x-kubernetes-embedded-resource';

function find(causes: Causes, value: unknown, schema: StructuralSchema | undefined, path: string): void {
  if (!schema) return;
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) find(causes, item, schema.items, `${path}[${at}]`);
    return;
  }
  if (!isFields(value)) return;
  if (schema[EMBEDDED] === true) checkResource(causes, value, path);
  const { properties, additionalProperties: others } = schema;
  for (const [key, child] of Object.entries(value)) {
    const own = properties && Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (own) find(causes, child, own, at(path, key));
    else if (isFields(others)) find(causes, child, others as StructuralSchema, `${path}[${key}]`);
  }
}

const at = (path: string, key: string): string => (path ? `${path}.${key}` : key);

function checkResource(causes: Causes, value: Fields, path: string): void {
  for (const key of ['apiVersion', 'kind']) {
    const field = at(path, key);
    const text = value[key];
    if (text === undefined) causes.required(field);
    else if (typeof text !== 'string') causes.invalid(field, text, 'must be a string');
    else if (text === '') causes.invalid(field, text, 'must not be empty');
    else if (key === 'apiVersion' && text.split('/').length > 2) {
      causes.invalid(field, text, `unexpected GroupVersion string: ${text}`);
    } else if (key === 'kind') {
      const problems = dns1035Label(text.toLowerCase());
      const detail = `may have mixed case, but should otherwise match: ${problems.join(',')}`;
      if (problems.length > 0) causes.invalid(field, text, detail);
    }
  }
  const { metadata } = value;
  if (!isFields(metadata)) return;
  const field = at(path, 'metadata');
  if (metadata.generateName) checkName(causes, `${field}.generateName`, metadata.generateName, pathSegment);
  if (metadata.name) checkName(causes, `${field}.name`, metadata.name, pathSegment);
  if (metadata.namespace) checkDnsLabel(causes, `${field}.namespace`, metadata.namespace);
  checkLabels(causes, `${field}.labels`, metadata.labels);
  checkAnnotations(causes, `${field}.annotations`, metadata.annotations);
  for (const owner of Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences : []) {
    const path = `${field}.ownerReferences`;
    if (!owner?.apiVersion) causes.invalid(`${path}.apiVersion`, '', 'version must not be empty');
    for (const key of ['kind', 'name', 'uid']) {
      if (!owner?.[key]) causes.invalid(`${path}.${key}`, '', 'must not be empty');
    }
  }
}

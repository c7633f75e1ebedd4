import type { Causes } from './causes.ts';
import { type Fields, isEmpty, isMissing } from './checks.ts';
import { SCHEMA, shownSchema } from './definition-shown.ts';

/** Where a part of a schema stands, as far as that says what it may have. */
export interface Surroundings {
  isRoot?: boolean;
  /** Below metadata, kind or apiVersion of a resource. */
  inMetadata?: boolean;
  /** Why there may be no defaults. */
  noDefaults?: string;
}

const types = ['array', 'boolean', 'integer', 'number', 'object', 'string'];

/** Keywords of JSON schema that a server does not support, those first that hide what else is wrong. */
const refused = ['id', 'additionalItems', 'patternProperties', 'definitions', 'dependencies', '$ref'];

/** Keywords of one schema (specStandardValidatorV3.validate). */
export function checkKeywords(causes: Causes, path: string, schema: Fields, around: Surroundings): void {
  const { type } = schema;
  if (!isMissing(type) && !types.includes(type)) causes.notSupported(`${path}.type`, type, types);
  if (!isMissing(schema.default) && around.noDefaults !== undefined) {
    causes.forbidden(`${path}.default`, `must not be set ${around.noDefaults}`);
  }
  for (const keyword of refused) {
    if (isSet(schema[keyword])) causes.forbidden(`${path}.${keyword}`, `${keyword} is not supported`);
  }
  if (type === 'null') {
    causes.forbidden(`${path}.type`, 'type cannot be set to null, use nullable as an alternative');
  }
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    causes.forbidden(`${path}.items`, 'items must be a schema object and not an array');
  }
  if (around.inMetadata && schema['x-kubernetes-embedded-resource'] === true) {
    causes.forbidden(`${path}.x-kubernetes-embedded-resource`, 'must not be used inside of resource meta');
  }
  if (schema.uniqueItems === true) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    causes.forbidden(`${path}.uniqueItems`, detail);
  }
}

const isSet = (value: unknown): boolean => value === false || !isEmpty(value);

/** Whether something stands anywhere in `schema` that no structural schema can be made of. */
export const hasRefusedParts = (schema: unknown): boolean => anywhere(schema, isRefused) || has$Schema(schema);

export const has$Schema = (schema: unknown): boolean => anywhere(schema, (part) => !isMissing(part.$schema));

const isRefused = (part: Fields): boolean =>
  refused.some((keyword) => isSet(part[keyword])) ||
  Array.isArray(part.items) ||
  part['x-kubernetes-preserve-unknown-fields'] === false;

function anywhere(schema: unknown, test: (part: Fields) => boolean): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const fields = schema as Fields;
  if (test(fields)) return true;
  const { properties, items, additionalProperties, allOf, anyOf, oneOf, not } = fields;
  const parts = [items, additionalProperties, not, ...Object.values(properties ?? {})];
  return [...parts, ...[allOf, anyOf, oneOf].flatMap((list) => list ?? [])].some((part) => anywhere(part, test));
}

/** What may stand at the root of a schema whose objects have a status of their own, under Go's names. */
const atRoot =
  'Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations';

const GO_NAMES: Readonly<Record<string, string>> = {
  'x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'x-kubernetes-validations': 'XValidations',
};
const allowed = new Set(atRoot.split(' '));
const goName = (keyword: string): string => GO_NAMES[keyword] ?? keyword[0]!.toUpperCase() + keyword.slice(1);

export function rootWithStatus(causes: Causes, path: string, schema: Fields): void {
  const tail = 'of the schema if the status subresource is enabled';
  const others = Object.keys(schema).filter((key) => schema[key] !== false && !isEmpty(schema[key]));
  // The type comes before most others, so that it is what is told of.
  if (!isMissing(schema.type) && schema.type !== 'object' && !['id', '$schema', '$ref'].some((key) => schema[key])) {
    causes.invalid(`${path}.type`, schema.type, `only "object" is allowed as the type at the root ${tail}`);
  } else if (others.some((key) => !allowed.has(goName(key)))) {
    const detail = `only [${atRoot}] fields are allowed at the root ${tail}`;
    causes.invalid(path, shownSchema(schema), detail, SCHEMA);
  }
}

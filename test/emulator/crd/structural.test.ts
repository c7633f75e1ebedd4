import { describe, expect, test } from 'vitest';
import { validateObject } from '../../../src/api/validation/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: definitions of any shape are held to the rules
type Json = any;

const SCHEMA = 'spec.validation.openAPIV3Schema';
const resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};

/** What is wrong with a definition of this schema, each as `path: message`. */
function problems(schema: Json, version: Json = {}, spec: Json = {}, metadata: Json = {}): string[] {
  const group = spec.group ?? 'example.com';
  const definition: Json = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `things.${group}`, ...metadata },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema }, ...version }],
      ...spec,
    },
  };
  return validateObject(definition, undefined, resource as Json).map(
    ({ field, message }) => `${field?.replace(SCHEMA, '$')}: ${message}`,
  );
}

const object = (properties: Json, more: Json = {}) => ({ type: 'object', properties, ...more });
const field = (schema: Json) => object({ a: schema });
const at = '$.properties[a]';

describe('a schema', () => {
  test('of the usual kinds is structural', () => {
    const schema = object({
      spec: object({
        any: { 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        map: { type: 'object', additionalProperties: { type: 'string' } },
        list: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: object({ name: { type: 'string' } }, { required: ['name'] }),
        },
        one: object(
          { x: { type: 'integer' }, y: { type: 'integer' } },
          { oneOf: [{ required: ['x'] }, { required: ['y'] }] },
        ),
        embedded: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      }),
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 10 } } },
    });
    expect(problems(schema)).toEqual([]);
  });

  test.each<[string, Json, string[]]>([
    ['has a type at the root', {}, ['$.type: Required value: must not be empty at the root']],
    ['is an object at the root', { type: 'string' }, ['$.type: Invalid value: "string": must be object at the root']],
    [
      'cannot be null at the root',
      object({}, { nullable: true }),
      ['$.nullable: Forbidden: nullable cannot be true at the root'],
    ],
    [
      'is no map at the root',
      { type: 'object', additionalProperties: { type: 'string' } },
      ['$.additionalProperties: Forbidden: must not be used at the root'],
    ],
    ['gives types to fields', field({}), [`${at}.type: Required value: must not be empty for specified object fields`]],
    [
      'gives types to items',
      field({ type: 'array', items: {} }),
      [`${at}.items.type: Required value: must not be empty for specified array items`],
    ],
    ['has items in arrays', field({ type: 'array' }), [`${at}.items: Required value: must be specified`]],
    [
      'knows six types',
      field({ type: 'date' }),
      [
        `${at}.type: Unsupported value: "date": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      ],
    ],
    [
      'has nullable for null',
      field({ type: 'null' }),
      [
        `${at}.type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"`,
        `${at}.type: Forbidden: type cannot be set to null, use nullable as an alternative`,
      ],
    ],
    ['has no references', field({ type: 'string', $ref: '#/x' }), [`${at}.$ref: Forbidden: $ref is not supported`]],
    [
      'is a map or has fields',
      field({ type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } }),
      [`${at}.additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`],
    ],
    [
      'keeps unknown fields or says nothing of it',
      field({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
      [`${at}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
    ],
    [
      'has int-or-string alone',
      field({ 'x-kubernetes-int-or-string': true, 'x-kubernetes-preserve-unknown-fields': true }),
      [
        `${at}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
      ],
    ],
    [
      'embeds objects only',
      field({ 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }),
      [`${at}.type: Required value: must be object if x-kubernetes-embedded-resource is true`],
    ],
    [
      'says what embedded objects are',
      field({ type: 'object', 'x-kubernetes-embedded-resource': true }),
      [
        `${at}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
      ],
    ],
    [
      'says nothing new of metadata',
      object({ metadata: { type: 'object', properties: { labels: { type: 'object' } } } }),
      [
        '$.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
      ],
    ],
    [
      'knows that kinds are text',
      object({ kind: { type: 'integer' } }),
      ['$.properties[kind].type: Invalid value: "integer": must be string'],
    ],
    [
      'has types of lists on lists',
      field({ type: 'string', 'x-kubernetes-list-type': 'set' }),
      [`${at}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`],
    ],
    [
      'knows three types of lists',
      field({ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'bag' }),
      [`${at}.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"`],
    ],
    [
      'names the keys of maps',
      field({ type: 'array', items: object({}), 'x-kubernetes-list-type': 'map' }),
      [`${at}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`],
    ],
    [
      'has keys that are always there',
      field({
        type: 'array',
        items: object({ k: { type: 'string' } }),
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
      }),
      [
        `${at}.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      ],
    ],
    [
      'has keys that are fields',
      field({ type: 'array', items: object({}), 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] }),
      [`${at}.x-kubernetes-list-map-keys: Invalid value: ["k"]: entries must all be names of item properties`],
    ],
    [
      'has objects in sets that are one',
      field({ type: 'array', items: object({}), 'x-kubernetes-list-type': 'set' }),
      [
        `${at}.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set`,
      ],
    ],
    [
      'says types once, not in compositions',
      field({ type: 'string', anyOf: [{ type: 'string', description: 'x', default: 'y', nullable: true }] }),
      [
        `${at}.anyOf[0].type: Forbidden: must be empty to be structural`,
        `${at}.anyOf[0].default: Forbidden: must be undefined to be structural`,
        `${at}.anyOf[0].description: Forbidden: must be empty to be structural`,
        `${at}.anyOf[0].nullable: Forbidden: must be false to be structural`,
      ],
    ],
    [
      'composes only fields that it has',
      object({}, { not: { properties: { b: { minimum: 1 } } } }),
      ['$.properties[b]: Required value: because it is defined in $.not.properties[b]'.replace('in $', `in ${SCHEMA}`)],
    ],
    [
      'has no unique items',
      field({ type: 'array', items: { type: 'string' }, uniqueItems: true }),
      [
        `${at}.uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
      ],
    ],
  ])('%s', (_title, schema, expected) => {
    expect(problems(schema).sort()).toEqual(expected.toSorted());
  });
});

describe('a version', () => {
  const schema = object({ spec: object({ a: { type: 'string' }, n: { type: 'number' } }) });
  const select = (...paths: string[]) =>
    problems(schema, { selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
  const where = (index: number) => `spec.selectableFields[${index}].jsonPath`;

  test('is selected by scalar fields that it has', () => {
    expect(select('.spec.a')).toEqual([]);
    expect(select('.spec.b', '.metadata.name', '.spec.n', '.spec.a', '.spec.a', "['spec']")).toEqual([
      `${where(0)}: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field`,
      `${where(1)}: Invalid value: ".metadata.name": is an invalid path: does not refer to a valid field`,
      `${where(2)}: Invalid value: ".spec.n": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.`,
      `${where(4)}: Duplicate value: ".spec.a"`,
      `${where(5)}: Invalid value: "['spec']": is an invalid path: array notation is not allowed`,
    ]);
  });

  test('is selected by eight fields at most', () => {
    const names = Array.from({ length: 9 }, (_, at) => `f${at}`);
    const wide = object({ spec: object(Object.fromEntries(names.map((name) => [name, { type: 'string' }]))) });
    const version = { selectableFields: names.map((name) => ({ jsonPath: `.spec.${name}` })) };
    expect(problems(wide, version)).toEqual(['spec.selectableFields: Too many: 9: must have at most 8 items']);
  });

  test('warns only when it is deprecated', () => {
    expect(problems(schema, { deprecationWarning: 'old' })).toEqual([
      'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
    ]);
    expect(problems(schema, { deprecated: true, deprecationWarning: 'old' })).toEqual([]);
  });
});

describe('a definition', () => {
  const schema = object({});

  test('says who converts, when somebody does', () => {
    const convert = (conversion: Json) => problems(schema, {}, { conversion });
    expect(convert({ strategy: 'None' })).toEqual([]);
    expect(convert({ strategy: 'Odd' })).toEqual([
      'spec.conversion.strategy: Unsupported value: "Odd": supported values: "None", "Webhook"',
    ]);
    expect(convert({ strategy: 'Webhook' })).toEqual([
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ]);
    expect(
      convert({
        strategy: 'Webhook',
        webhook: { clientConfig: { url: 'http://x/' }, conversionReviewVersions: ['v9'] },
      }),
    ).toEqual([
      `spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
      'spec.conversion.conversionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
    ]);
    expect(convert({ strategy: 'None', webhook: { clientConfig: { url: 'https://x/' } } })).toEqual([
      'spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is not set to Webhook',
    ]);
  });

  test('in a group of the community is approved', () => {
    const approved = (annotations?: Json) =>
      problems(schema, {}, { group: 'things.k8s.io' }, annotations ? { annotations } : {});
    expect(approved()).toEqual([
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ]);
    expect(approved({ 'api-approved.kubernetes.io': 'https://example.com/1' })).toEqual([]);
    expect(approved({ 'api-approved.kubernetes.io': 'unapproved, experimental' })).toEqual([]);
    expect(approved({ 'api-approved.kubernetes.io': 'me' })[0]).toContain('with either a URL or a reason');
  });
});

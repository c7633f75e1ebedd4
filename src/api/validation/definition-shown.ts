import type { Fields } from './checks.ts';

/** The Go types of what messages about definitions print. */
export const VERSIONS = '[]apiextensions.CustomResourceDefinitionVersion';
export const SCHEMA = 'apiextensions.JSONSchemaProps';

/** Versions in the shape of the server's own types, where a schema or a boolean is one of two fields. */
export const shownVersions = (versions: readonly Fields[]): Fields[] =>
  versions.map((version) => ({
    ...version,
    ...(version.schema ? { schema: { openAPIV3Schema: shownSchema(version.schema.openAPIV3Schema) } } : {}),
  }));

type Shape = (value: Fields) => unknown;

const each: Shape = (list) => (list as unknown as Fields[]).map((one) => shownSchema(one));
const byName: Shape = (map) => Object.fromEntries(Object.entries(map).map(([key, one]) => [key, shownSchema(one)]));
const orBoolean: Shape = (value) =>
  typeof value === 'boolean' ? { allows: value } : { allows: true, schema: shownSchema(value) };

const SHAPES: Readonly<Record<string, Shape>> = {
  items: (value) => (Array.isArray(value) ? { jSONSchemas: each(value) } : { schema: shownSchema(value) }),
  allOf: each,
  oneOf: each,
  anyOf: each,
  not: (value) => shownSchema(value),
  properties: byName,
  patternProperties: byName,
  definitions: byName,
  additionalProperties: orBoolean,
  additionalItems: orBoolean,
};

export const shownSchema = (schema: Fields): Fields =>
  Object.fromEntries(
    Object.entries(schema ?? {}).map(([key, value]) => [key, value && SHAPES[key] ? SHAPES[key](value) : value]),
  );

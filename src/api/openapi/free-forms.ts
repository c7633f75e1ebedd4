import type { OpenApiSchema } from './schema.ts';

const extensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1';

/** Types whose content the API does not describe. Those without a type may be more than objects. */
const schemas: Readonly<Record<string, OpenApiSchema>> = {
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { type: 'object', description: 'An object of any kind.' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': {
    type: 'object',
    description: 'A set of fields as a tree: f:name for a field, k:{...} for an entry of a list, v:... for a value.',
  },
  [`${extensions}.JSON`]: { description: 'Any JSON value.' },
  [`${extensions}.JSONSchemaPropsOrArray`]: { description: 'A schema, or a list of schemas.' },
  [`${extensions}.JSONSchemaPropsOrBool`]: { description: 'A schema, or true or false.' },
  [`${extensions}.JSONSchemaPropsOrStringArray`]: { description: 'A schema, or a list of names.' },
  [`${extensions}.CustomResourceSubresourceStatus`]: { type: 'object', description: 'Nothing needs to be said.' },
};

/** The type behind a field of free form, where it is not a RawExtension. */
const named: Readonly<Record<string, string>> = {
  'meta/v1.ManagedFieldsEntry fieldsV1': 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1',
  'apiextensions/v1.CustomResourceSubresources status': `${extensions}.CustomResourceSubresourceStatus`,
  'apiextensions/v1.JSONSchemaProps additionalItems': `${extensions}.JSONSchemaPropsOrBool`,
  'apiextensions/v1.JSONSchemaProps additionalProperties': `${extensions}.JSONSchemaPropsOrBool`,
  'apiextensions/v1.JSONSchemaProps default': `${extensions}.JSON`,
  'apiextensions/v1.JSONSchemaProps dependencies': `${extensions}.JSONSchemaPropsOrStringArray`,
  'apiextensions/v1.JSONSchemaProps enum': `${extensions}.JSON`,
  'apiextensions/v1.JSONSchemaProps example': `${extensions}.JSON`,
  'apiextensions/v1.JSONSchemaProps items': `${extensions}.JSONSchemaPropsOrArray`,
};

/** The published name and schema of what a field of free form holds. */
export function freeForm(type: string, field: string): { name: string; schema: OpenApiSchema } {
  const name = named[`${type} ${field}`] ?? 'io.k8s.apimachinery.pkg.runtime.RawExtension';
  return { name, schema: schemas[name]! };
}

import type { OpenApiSchema } from './schema.ts';

type Json = Record<string, unknown>;

const V3_SCHEMAS = '#/components/schemas/';
const V2_SCHEMAS = '#/definitions/';

/** Text stands for both where a type is one of two, as the server writes its own two such types. */
const scalarUnions: Readonly<Record<string, OpenApiSchema>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { type: 'string' },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: 'string', format: 'int-or-string' },
};

/** What Swagger 2.0 has no word for, or what clients of old took amiss. */
const leftOut = new Set([
  'oneOf',
  'anyOf',
  'allOf',
  'not',
  'nullable',
  'default',
  'example',
  'x-kubernetes-validations',
]);

/** Below these the keys are names of fields, not words of the schema language. */
const nameMaps = new Set(['properties', 'definitions', 'patternProperties']);

/**
 * A schema of OpenAPI 3.0 in the terms of Swagger 2.0. Unions, defaults and rules are left out; where a
 * value may be null or of any form, nothing is said of its type, so that clients do not refuse it.
 */
function toSwaggerSchema(schema: OpenApiSchema): OpenApiSchema {
  const all = schema.allOf as OpenApiSchema[] | undefined;
  const made: OpenApiSchema = {};
  const pointer = schema.$ref ?? (all?.length === 1 ? all[0]!.$ref : undefined);
  if (typeof pointer === 'string') made.$ref = pointer.replace(V3_SCHEMAS, V2_SCHEMAS);
  const isOpen = schema.nullable === true;
  const isPreserved = schema['x-kubernetes-preserve-unknown-fields'] === true;
  for (const [key, value] of Object.entries(schema)) {
    if (leftOut.has(key) || key === '$ref') continue;
    if (isOpen && key === 'type') continue;
    if ((isOpen || isPreserved) && (key === 'items' || key === 'properties')) continue;
    made[key] = nested(key, value);
  }
  if (Array.isArray(made.required)) {
    const fields = (schema.properties ?? {}) as Record<string, OpenApiSchema>;
    const required = (made.required as string[]).filter((name) => fields[name]?.nullable !== true);
    if (required.length > 0) made.required = required;
    else delete made.required;
  }
  return made;
}

function nested(key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (nameMaps.has(key)) return mapValues(value as Record<string, OpenApiSchema>, toSwaggerSchema);
  if (key === 'items' || key === 'additionalProperties') return toSwaggerSchema(value as OpenApiSchema);
  return value;
}

function mapValues<In, Out>(object: Record<string, In>, map: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

function toSwaggerParameter({ schema, ...rest }: OpenApiSchema): OpenApiSchema {
  return { ...rest, ...(schema as OpenApiSchema) };
}

type Content = Record<string, { schema: OpenApiSchema }>;

const firstSchema = (content: Content | undefined): OpenApiSchema | undefined => {
  const first = content && Object.values(content)[0];
  return first && toSwaggerSchema(first.schema);
};

function toSwaggerOperation(operation: Json): Json {
  const { parameters, requestBody, responses, ...rest } = operation as {
    parameters?: OpenApiSchema[];
    requestBody?: { content: Content; required?: boolean };
    responses: Record<string, { description: string; content?: Content }>;
  };
  const body = requestBody && {
    name: 'body',
    in: 'body',
    ...(requestBody.required ? { required: true } : {}),
    schema: firstSchema(requestBody.content),
  };
  const all = [...(body ? [body] : []), ...(parameters ?? []).map(toSwaggerParameter)];
  const produced = Object.values(responses).find((response) => response.content)?.content;
  return {
    ...rest,
    consumes: requestBody ? Object.keys(requestBody.content) : ['*/*'],
    produces: Object.keys(produced ?? {}),
    schemes: ['https'],
    ...(all.length > 0 ? { parameters: all } : {}),
    responses: mapValues(responses, ({ description, content }) => {
      const schema = firstSchema(content);
      return { description, ...(schema ? { schema } : {}) };
    }),
  };
}

function toSwaggerPath(item: Json): Json {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      key === 'parameters' ? (value as OpenApiSchema[]).map(toSwaggerParameter) : toSwaggerOperation(value as Json),
    ]),
  );
}

interface GroupDocument {
  info?: unknown;
  paths: Record<string, Json>;
  components: { schemas: Record<string, OpenApiSchema> };
}

/** One Swagger 2.0 document of all group versions, from the OpenAPI 3.0 documents of each. */
export function swaggerDocument(documents: Iterable<unknown>): Json {
  const paths: Record<string, Json> = {};
  const definitions: Record<string, OpenApiSchema> = {};
  let info: unknown;
  for (const document of documents as Iterable<GroupDocument>) {
    info ??= document.info;
    for (const [path, item] of Object.entries(document.paths)) paths[path] = toSwaggerPath(item);
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const union = scalarUnions[name];
      const made = union ? { description: schema.description, ...union } : toSwaggerSchema(schema);
      const kinds = [
        ...((definitions[name]?.['x-kubernetes-group-version-kind'] as object[] | undefined) ?? []),
        ...((made['x-kubernetes-group-version-kind'] as object[] | undefined) ?? []),
      ];
      definitions[name] = made;
      if (kinds.length > 0) made['x-kubernetes-group-version-kind'] = distinct(kinds);
    }
  }
  return {
    swagger: '2.0',
    info,
    paths,
    definitions,
    securityDefinitions: {
      BearerToken: { type: 'apiKey', name: 'authorization', in: 'header', description: 'Bearer Token authentication' },
    },
    security: [{ BearerToken: [] }],
  };
}

/** A type may be met in several documents, with the kinds that each of them knows. */
function distinct(kinds: readonly object[]): object[] {
  return [...new Map(kinds.map((kind) => [JSON.stringify(kind), kind])).values()];
}

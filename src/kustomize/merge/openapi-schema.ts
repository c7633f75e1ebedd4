import { parseYamlDocuments } from '../../lib/yaml.ts';
import { builtinSchemas, type MergeSchema, type SchemaSource } from './schema.ts';

/** As much of an OpenAPI v2 schema as merging asks for. */
interface Definition {
  $ref?: string;
  type?: string;
  items?: Definition;
  properties?: Record<string, Definition>;
  additionalProperties?: Definition | boolean;
  [extension: `x-${string}`]: unknown;
}

interface TypeName {
  group?: string;
  version: string;
  kind: string;
}

interface OpenApiDocument {
  definitions?: Record<string, Definition>;
  paths?: Record<string, { get?: { [extension: `x-${string}`]: unknown } }>;
}

const KIND_EXTENSION = 'x-kubernetes-group-version-kind';

function keyOf({ group, version, kind }: TypeName): string {
  return `${group ? `${group}/` : ''}${version} ${kind}`;
}

/** The schemas of the document that `openapi.path` names; they take the place of the built-in ones. */
export function schemasOf(text: string, source: string): SchemaSource {
  const document = (parseYamlDocuments(text, source)[0] ?? {}) as OpenApiDocument;
  const definitions = document.definitions ?? {};
  const byKind = new Map<string, Definition>();
  for (const definition of Object.values(definitions)) {
    const kinds = definition[KIND_EXTENSION];
    if (Array.isArray(kinds)) for (const kind of kinds as TypeName[]) byKind.set(keyOf(kind), definition);
  }
  const scopes = scopesOf(document);
  return {
    schemaOf(apiVersion, kind) {
      const definition = byKind.get(`${apiVersion} ${kind}`);
      return definition && schemaFrom(definition, definitions);
    },
    isClusterScoped(apiVersion, kind) {
      return builtinSchemas.isClusterScoped(apiVersion, kind) || scopes.get(`${apiVersion} ${kind}`) === 'cluster';
    },
  };
}

function scopesOf({ paths = {} }: OpenApiDocument): Map<string, 'cluster' | 'namespace'> {
  const scopes = new Map<string, 'cluster' | 'namespace'>();
  for (const [path, { get }] of Object.entries(paths)) {
    const kind = get?.[KIND_EXTENSION] as TypeName | undefined;
    if (!kind) continue;
    const key = keyOf(kind);
    if (path.includes('namespaces/{namespace}')) scopes.set(key, 'namespace');
    else if (!scopes.has(key)) scopes.set(key, 'cluster');
  }
  return scopes;
}

function schemaFrom(definition: Definition, all: Readonly<Record<string, Definition>>): MergeSchema {
  const strategy = String(definition['x-kubernetes-patch-strategy'] ?? '').split(',');
  const keys = definition['x-kubernetes-list-map-keys'] as string[] | undefined;
  const key = definition['x-kubernetes-patch-merge-key'] as string | undefined;
  const within = (inner: Definition | undefined) => {
    const found = resolved(inner, all);
    return found && schemaFrom(found, all);
  };
  return {
    ...(strategy.includes('merge') && { mergeKeys: keys ?? (key ? [key] : []) }),
    field(name) {
      const { properties, additionalProperties } = definition;
      if (properties && Object.hasOwn(properties, name)) return within(properties[name]);
      return typeof additionalProperties === 'object' ? within(additionalProperties) : undefined;
    },
    elements: () => (definition.type === 'array' ? within(definition.items) : undefined),
  };
}

function resolved(
  definition: Definition | undefined,
  all: Readonly<Record<string, Definition>>,
): Definition | undefined {
  let current = definition;
  for (let depth = 0; current?.$ref !== undefined && depth < 100; depth++) {
    current = all[current.$ref.replace('#/definitions/', '')];
  }
  return current;
}

/** The parts of a JSON schema that explanations are made of. */
export interface Schema {
  $ref?: string;
  type?: string;
  description?: string;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  allOf?: readonly Schema[];
  enum?: readonly unknown[];
  'x-kubernetes-group-version-kind'?: readonly GroupVersionKind[];
}

export interface GroupVersionKind {
  group: string;
  version: string;
  kind: string;
}

type Operation = { 'x-kubernetes-group-version-kind'?: GroupVersionKind };

/** The OpenAPI v3 document of one group version. */
export interface OpenApiDocument {
  paths?: Readonly<Record<string, Readonly<Record<string, Operation>> | undefined>>;
  components?: { schemas?: Readonly<Record<string, Schema>> };
}

/** What a reference within the document leads to; undefined where it leads nowhere, or is none. */
export function resolveReference(reference: string | undefined, document: OpenApiDocument): Schema | undefined {
  if (!reference?.startsWith('#')) return undefined;
  let current: unknown = document;
  for (const part of reference.slice(1).split('/')) {
    if (part === '') continue;
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.hasOwn(current, part) ? (current as Record<string, unknown>)[part] : undefined;
  }
  return typeof current === 'object' && current !== null ? (current as Schema) : undefined;
}

/** What a map holds; undefined where that is not said. */
export function valuesOf({ additionalProperties }: Schema): Schema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined;
}

/** `[]Container`, `map[string]string`, `Object`. */
export function typeName(schema: Schema, document: OpenApiDocument): string {
  if (schema.items) return `[]${typeName(schema.items, document)}`;
  const values = valuesOf(schema);
  if (values) return `map[string]${typeName(values, document)}`;
  const [only, ...more] = schema.allOf ?? [];
  if (only && more.length === 0 && !schema.properties) return typeName(only, document);
  if (schema.$ref === undefined) return schema.type === 'object' ? 'Object' : schema.type || 'Object';
  const type = resolveReference(schema.$ref, document)?.type;
  if (type && type !== 'object') return type;
  return schema.$ref.split('/').at(-1)?.split('.').at(-1) || 'Object';
}

/** Names in the order in which Go goes through maps in templates. */
export function sortedEntries<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}

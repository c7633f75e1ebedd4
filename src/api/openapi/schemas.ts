import { parseApiVersion, type ResourceInfo } from '../resource.ts';
import { type FieldSchema, namedType, packageOf, type ScalarKind, type ValueSchema } from '../schema.ts';
import { enumOf } from './enums.ts';

/** A schema object of OpenAPI 3.0, Kubernetes extensions included. */
export type OpenApiSchema = Record<string, unknown>;

/** Where packages of types live in the names of the published document; the others are under `io.k8s.api`. */
const homes: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
  metrics: 'io.k8s.metrics.pkg.apis.metrics',
};

/** `core/v1.Pod` → `io.k8s.api.core.v1.Pod`. */
export function publishedName(type: string): string {
  const slash = type.indexOf('/');
  const home = type.slice(0, slash);
  return `${homes[home] ?? `io.k8s.api.${home}`}.${type.slice(slash + 1)}`;
}

/** `example.com`, `v1`, `Widget` → `com.example.v1.Widget`. */
export function customName({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

const meta = (name: string): string => `${homes.meta}.v1.${name}`;

/** Scalars that have schemas of their own. */
const sharedScalars: Partial<Record<ScalarKind, { name: string; schema: OpenApiSchema }>> = {
  quantity: {
    name: 'io.k8s.apimachinery.pkg.api.resource.Quantity',
    schema: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
  },
  time: { name: meta('Time'), schema: { type: 'string', format: 'date-time' } },
  microTime: { name: meta('MicroTime'), schema: { type: 'string', format: 'date-time' } },
};

const plainScalars: Partial<Record<ScalarKind, OpenApiSchema>> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
  any: { type: 'object' },
};

const reference = (name: string): OpenApiSchema => ({ $ref: `#/components/schemas/${name}` });

/** Collects the schemas that a document needs; each comes in once, with what it refers to. */
export class SchemaSet {
  readonly schemas: Record<string, OpenApiSchema> = {};

  /** The reference to a built-in type, which is added if it is not there yet. */
  type(type: string, gvks: readonly object[] = []): OpenApiSchema {
    const name = publishedName(type);
    if (!this.schemas[name]) this.#add(name, type);
    if (gvks.length > 0) this.schemas[name]!['x-kubernetes-group-version-kind'] = gvks;
    return reference(name);
  }

  #add(name: string, type: string): void {
    const facts = namedType(type);
    const schema: OpenApiSchema = { type: 'object' };
    this.schemas[name] = schema;
    if (!facts || facts.fields.size === 0) return;
    const properties: Record<string, OpenApiSchema> = {};
    const required: string[] = [];
    for (const field of facts.fields.values()) {
      properties[field.name] = this.#field(type, field);
      if (field.required) required.push(field.name);
    }
    schema.properties = properties;
    if (required.length > 0) schema.required = required;
    if (facts.atomic) schema['x-kubernetes-map-type'] = 'atomic';
  }

  #field(type: string, field: FieldSchema): OpenApiSchema {
    const value = this.#value(field.value);
    const { values, items } = enumOf(type, field.name);
    if (values) value.enum = values;
    if (items) Object.assign(value.items as OpenApiSchema, { enum: items });
    const marks = markOf(field);
    if (!('$ref' in value)) return { ...value, ...marks };
    // Nothing may stand beside a $ref, so that a reference with marks is wrapped.
    return Object.keys(marks).length > 0 ? { allOf: [value], ...marks } : value;
  }

  #value(value: ValueSchema): OpenApiSchema {
    if (value.kind === 'object') return this.type(value.type);
    if (value.kind === 'array') return { type: 'array', items: this.#value(value.items) };
    if (value.kind === 'map') return { type: 'object', additionalProperties: this.#value(value.values) };
    const shared = sharedScalars[value.kind];
    if (!shared) return { ...plainScalars[value.kind] };
    this.schemas[shared.name] ??= shared.schema;
    return reference(shared.name);
  }

  /** A custom kind: what its definition says, with the fields that every object has. */
  custom(resource: ResourceInfo, schema: OpenApiSchema | undefined): OpenApiSchema {
    const name = customName(resource);
    const { group, version, kind } = resource;
    const given = schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    this.schemas[name] ??= {
      ...given,
      type: 'object',
      properties: {
        ...(given.properties as Record<string, OpenApiSchema> | undefined),
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { allOf: [this.type('meta/v1.ObjectMeta')] },
      },
      'x-kubernetes-group-version-kind': [{ group, kind, version }],
    };
    return reference(name);
  }

  /** The list of a kind whose own schema is `item`. */
  list(name: string, item: OpenApiSchema, gvk: { group: string; version: string; kind: string }): OpenApiSchema {
    this.schemas[name] ??= {
      type: 'object',
      required: ['items'],
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: this.type('meta/v1.ListMeta'),
        items: { type: 'array', items: item },
      },
      'x-kubernetes-group-version-kind': [gvk],
    };
    return reference(name);
  }
}

function markOf(field: FieldSchema): OpenApiSchema {
  const marks: OpenApiSchema = {};
  const strategies = [field.patchMerge && 'merge', field.retainKeys && 'retainKeys', field.patchReplace && 'replace'];
  const strategy = strategies.filter(Boolean).join(',');
  if (strategy) marks['x-kubernetes-patch-strategy'] = strategy;
  if (field.patchMergeKey) marks['x-kubernetes-patch-merge-key'] = field.patchMergeKey;
  if (field.listType) marks['x-kubernetes-list-type'] = field.listType;
  if (field.listMapKeys) marks['x-kubernetes-list-map-keys'] = field.listMapKeys;
  if (field.atomic !== undefined) marks['x-kubernetes-map-type'] = field.atomic ? 'atomic' : 'granular';
  if (field.default !== undefined) marks.default = field.default;
  else if (field.embedded) marks.default = {};
  return marks;
}

/** The table's name of a built-in kind. */
export function typeOfKind(apiVersion: string, kind: string): string | undefined {
  const type = `${packageOf(apiVersion)}.${kind}`;
  return namedType(type) ? type : undefined;
}

/** The group, version and kind of a subresource's own object. */
export function kindOfSubresource(
  resource: ResourceInfo,
  name: string,
): { group: string; version: string; kind: string } {
  const sub = resource.subresources.find((candidate) => candidate.name === name)!;
  const home = parseApiVersion(resource.group ? `${resource.group}/${resource.version}` : resource.version);
  return { group: sub.group ?? home.group, version: sub.version ?? home.version, kind: sub.kind };
}

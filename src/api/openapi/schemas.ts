import { parseApiVersion, type ResourceInfo } from '../resource.ts';
import {
  type FieldSchema,
  namedType,
  packageOf,
  type ScalarKind,
  type TypeSchema,
  type ValueSchema,
} from '../schema.ts';
import { commonText, describeField, describeType } from './descriptions.ts';
import { enumOf } from './enums.ts';
import { freeForm } from './free-forms.ts';
import type { OpenApiSchema } from './schema.ts';

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
    schema: {
      description:
        'An amount, with an optional suffix: 500m is a half, 2Gi is two times 1024 to the power of three, 1e3 is a thousand.',
      oneOf: [{ type: 'string' }, { type: 'number' }],
    },
  },
  intOrString: {
    name: 'io.k8s.apimachinery.pkg.util.intstr.IntOrString',
    schema: {
      description: 'A number or a text.',
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    },
  },
  time: {
    name: meta('Time'),
    schema: { description: 'A moment with whole seconds: 2026-01-31T09:30:00Z.', type: 'string', format: 'date-time' },
  },
  microTime: {
    name: meta('MicroTime'),
    schema: { description: 'A moment with microseconds.', type: 'string', format: 'date-time' },
  },
};

const plainScalars: Partial<Record<ScalarKind, OpenApiSchema>> = {
  string: { type: 'string' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  number: { type: 'number', format: 'double' },
  boolean: { type: 'boolean' },
  bytes: { type: 'string', format: 'byte' },
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

  /** The reference to what stands for a patch of any type. */
  patch(): OpenApiSchema {
    const name = meta('Patch');
    this.schemas[name] ??= { type: 'object', description: describeType('meta/v1.Patch') };
    return reference(name);
  }

  #add(name: string, type: string): void {
    const facts = namedType(type);
    const description = describeType(type);
    const schema: OpenApiSchema = { ...(description ? { description } : {}), type: 'object' };
    this.schemas[name] = schema;
    if (!facts || facts.fields.size === 0) return;
    const properties: Record<string, OpenApiSchema> = {};
    const required: string[] = [];
    for (const field of facts.fields.values()) {
      properties[field.name] = this.#field(facts, field);
      if (field.required) required.push(field.name);
    }
    schema.properties = properties;
    if (required.length > 0) schema.required = required;
    if (facts.atomic) schema['x-kubernetes-map-type'] = 'atomic';
  }

  #field(type: TypeSchema, field: FieldSchema): OpenApiSchema {
    const free = () => this.#share(freeForm(type.name, field.name));
    const value = this.#value(field.value, free);
    const { values, items } = enumOf(type.name, field.name);
    if (values) value.enum = values;
    if (items) Object.assign(value.items as OpenApiSchema, { enum: items });
    const description = describeField(type, field.name);
    const marks = { ...(description ? { description } : {}), ...markOf(field) };
    if (!('$ref' in value)) return { ...value, ...marks };
    // Nothing may stand beside a $ref, so that a reference with marks is wrapped.
    return Object.keys(marks).length > 0 ? { allOf: [value], ...marks } : value;
  }

  /** @param free the schema of what has no form */
  #value(value: ValueSchema, free: () => OpenApiSchema): OpenApiSchema {
    if (value.kind === 'object') return this.type(value.type);
    if (value.kind === 'array') return { type: 'array', items: this.#value(value.items, free) };
    if (value.kind === 'map') return { type: 'object', additionalProperties: this.#value(value.values, free) };
    if (value.kind === 'any') return free();
    const shared = sharedScalars[value.kind];
    return shared ? this.#share(shared) : { ...plainScalars[value.kind] };
  }

  #share({ name, schema }: { name: string; schema: OpenApiSchema }): OpenApiSchema {
    this.schemas[name] ??= schema;
    return reference(name);
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
        ...typeMeta(),
        metadata: { description: commonText('metadata'), allOf: [this.type('meta/v1.ObjectMeta')] },
      },
      'x-kubernetes-group-version-kind': [{ group, kind, version }],
    };
    return reference(name);
  }

  /** The list of a kind whose own schema is `item`. */
  list(name: string, item: OpenApiSchema, gvk: { group: string; version: string; kind: string }): OpenApiSchema {
    this.schemas[name] ??= {
      description: `A list of ${gvk.kind.replace(/List$/, '')} objects.`,
      type: 'object',
      required: ['items'],
      properties: {
        ...typeMeta(),
        metadata: { description: commonText('listMetadata'), allOf: [this.type('meta/v1.ListMeta')], default: {} },
        items: { description: commonText('items'), type: 'array', items: item },
      },
      'x-kubernetes-group-version-kind': [gvk],
    };
    return reference(name);
  }
}

const typeMeta = (): Record<string, OpenApiSchema> => ({
  apiVersion: { description: commonText('apiVersion'), type: 'string' },
  kind: { description: commonText('kind'), type: 'string' },
});

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

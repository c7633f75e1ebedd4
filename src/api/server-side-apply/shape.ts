import { type FieldSchema, namedType, objectTypeOf, packageOf, type ValueSchema } from '../schema.ts';
import { zeroOf } from '../zero-fields.ts';

/**
 * How field managers see a value: owned as one (`leaf`), member by member (`map`), item by item
 * (`set`, `list` by keys), or by what it turns out to be (`deduced`, where no schema speaks). `zeros` are
 * the fields of a struct that Go writes whatever it holds.
 */
export type Shape =
  | { kind: 'leaf' }
  | { kind: 'map'; member(name: string): Member; zeros?: readonly string[] }
  | { kind: 'set' }
  | { kind: 'list'; keys: readonly string[]; defaults: Readonly<Record<string, unknown>>; item: Shape }
  | { kind: 'deduced' };

/** Lists that are owned item by item. */
export type ItemShape = Extract<Shape, { kind: 'list' | 'set' }>;

interface Member {
  shape: Shape;
  /** A field that the type names; a key of a map is not. */
  named: boolean;
  /** What Go writes where an object says nothing of the field (a struct by value, a field without `omitempty`); undefined: nothing. */
  zero?: unknown;
}

/** The part of a CRD's structural schema that decides on ownership. */
export interface StructuralSchema {
  type?: string;
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema | boolean;
  items?: StructuralSchema;
  default?: unknown;
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-embedded-resource'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  [keyword: string]: unknown;
}

const leaf = { kind: 'leaf' } as const;
const deduced: Shape = { kind: 'deduced' };
const unknownMember: Member = { shape: deduced, named: false };

const structs = new Map<string, Shape>();

/** The shape of a named type, member by member. */
function structShape(name: string): Shape {
  const known = structs.get(name);
  if (known) return known;
  const type = namedType(name)!;
  const members = new Map<string, Member>();
  const shape: Shape = {
    kind: 'map',
    zeros: [...type.fields.values()].filter((field) => zeroOf(name, field) !== undefined).map((field) => field.name),
    member: (field) => {
      const known = members.get(field);
      if (known) return known;
      const schema = type.fields.get(field);
      if (!schema) return unknownMember;
      const member = { shape: fieldShape(schema), named: true, zero: zeroOf(name, schema) };
      members.set(field, member);
      return member;
    },
  };
  structs.set(name, shape);
  return shape;
}

/** The shape of what a field of a built-in type holds. */
export function fieldShape(field: FieldSchema): Shape {
  if (field.atomic === true) return leaf;
  if (field.value.kind === 'array') return listShape(field, field.value.items);
  return valueShape(field.value, field.atomic === false);
}

function valueShape(value: ValueSchema, granular = false): Shape {
  if (value.kind === 'map') {
    const member = { shape: valueShape(value.values), named: false };
    return { kind: 'map', member: () => member };
  }
  if (value.kind !== 'object') return leaf;
  return namedType(value.type)!.atomic && !granular ? leaf : structShape(value.type);
}

function listShape(field: FieldSchema, items: ValueSchema): Shape {
  if (field.listType === 'set') return { kind: 'set' };
  if (field.listType !== 'map') return leaf;
  const defaults: Record<string, unknown> = {};
  const type = objectTypeOf(items);
  for (const key of field.listMapKeys!) {
    const member = type?.fields.get(key);
    const value = type && member && (member.default ?? zeroOf(type.name, member));
    if (value !== undefined && value !== null) defaults[key] = value;
  }
  return { kind: 'list', keys: field.listMapKeys!, defaults, item: valueShape(items) };
}

/** The shape that a custom kind's schema says. */
export function structuralShape(schema: StructuralSchema): Shape {
  if (schema['x-kubernetes-int-or-string']) return leaf;
  if (schema.type === 'array') return structuralList(schema);
  if (schema.type !== 'object') return schema.type === undefined ? deduced : leaf;
  if (schema['x-kubernetes-map-type'] === 'atomic') return leaf;
  if (!schema.properties && !schema.additionalProperties) return deduced;
  return {
    kind: 'map',
    member: (name) => {
      if (schema['x-kubernetes-embedded-resource'] && name === 'metadata') return metadata;
      const property = schema.properties?.[name];
      if (property) return { shape: structuralShape(property), named: true };
      const rest = schema.additionalProperties;
      return typeof rest === 'object' ? { shape: structuralShape(rest), named: false } : unknownMember;
    },
  };
}

function structuralList(schema: StructuralSchema): Shape {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return { kind: 'set' };
  const keys = schema['x-kubernetes-list-map-keys'];
  if (type !== 'map' || !keys || !schema.items) return leaf;
  const defaults: Record<string, unknown> = {};
  for (const key of keys) {
    const value = schema.items.properties?.[key]?.default;
    if (value !== undefined) defaults[key] = value;
  }
  return { kind: 'list', keys, defaults, item: structuralShape(schema.items) };
}

const metadata: Member = { shape: structShape('meta/v1.ObjectMeta'), named: true, zero: {} };

/** The shape of a whole object; without a schema everything but metadata is deduced. */
export function objectShape(apiVersion: string, kind: string, schema?: StructuralSchema): Shape {
  const builtin = `${packageOf(apiVersion)}.${kind}`;
  if (!schema && namedType(builtin)) return structShape(builtin);
  const content: Shape = schema ? structuralShape(schema) : deduced;
  return {
    kind: 'map',
    member: (name) => {
      if (name === 'metadata') return metadata;
      return content.kind === 'map' ? content.member(name) : unknownMember;
    },
  };
}

const deducedMap = { kind: 'map', member: () => unknownMember } as const;

const isMap = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/**
 * The shape that values really have: deduced ones are settled, and a value of the wrong kind is owned as
 * one. null goes with everything.
 */
export function settle(shape: Shape, ...values: unknown[]): Exclude<Shape, { kind: 'deduced' }> {
  const present = values.filter((value) => value !== undefined && value !== null);
  if (shape.kind === 'leaf') return shape;
  const maps = present.every(isMap);
  if (shape.kind === 'deduced') return maps && present.length > 0 ? deducedMap : leaf;
  return (shape.kind === 'map' ? maps : present.every(Array.isArray)) ? shape : leaf;
}

/** The path element of an item of a `set` or `list`. */
export function itemElement(shape: ItemShape, item: unknown): string {
  if (shape.kind === 'set') return `v:${JSON.stringify(item)}`;
  const keys: Record<string, unknown> = {};
  for (const key of [...shape.keys].sort()) {
    const said = (item as Record<string, unknown> | null)?.[key];
    const value = said === undefined ? shape.defaults[key] : said;
    if (value !== undefined) keys[key] = value;
  }
  return `k:${JSON.stringify(keys)}`;
}

/** The shape of what a list holds. */
export const itemShape = (shape: ItemShape): Shape => (shape.kind === 'list' ? shape.item : leaf);

import {
  BOOL,
  BYTES,
  type CelField,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
} from './types.ts';

/** A structural schema as far as it says of what type values are. */
export interface TypedSchema {
  type?: string;
  format?: unknown;
  properties?: Readonly<Record<string, TypedSchema>>;
  items?: TypedSchema;
  additionalProperties?: TypedSchema | boolean;
  [keyword: string]: unknown;
}

const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const ESCAPES: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** The name of a property in expressions; undefined for those that cannot have one (apiserver, pkg/cel/escaping.go). */
export function escapeName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`;
  if (name === '' || /^\d/.test(name) || /[^\w./-]/.test(name)) return undefined;
  return name.replace(/__|[./-]/g, (part) => ESCAPES[part]!);
}

export const META: Readonly<Record<string, TypedSchema>> = {
  kind: { type: 'string' },
  apiVersion: { type: 'string' },
  metadata: { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } },
};

const FORMATS: Readonly<Record<string, CelType>> = {
  byte: BYTES,
  duration: DURATION,
  date: TIMESTAMP,
  'date-time': TIMESTAMP,
};

const SCALARS: Readonly<Record<string, CelType>> = { boolean: BOOL, number: DOUBLE, integer: INT };

/**
 * The type that values of `schema` have in expressions; undefined for what expressions do not see:
 * anything without a type, and what is made of it (k8s.io/apiserver, pkg/cel/common/schemas.go).
 * @param isRoot whether it is a whole resource, which has a kind and a name whatever its schema says
 * @param name what messages call an object type
 */
export function schemaType(schema: TypedSchema, isRoot: boolean, name: string): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return DYN;
  if (schema.type === 'string') return FORMATS[String(schema.format)] ?? STRING;
  if (schema.type === 'array') return arrayType(schema, name);
  if (schema.type !== 'object') return SCALARS[schema.type ?? ''];
  const { additionalProperties: others } = schema;
  if (typeof others === 'object' && others !== null) {
    const values = childType(others, `${name}.@elem`);
    return values && mapOf(STRING, values);
  }
  return structType({ ...schema.properties, ...(isRoot ? META : {}) }, name);
}

const childType = (schema: TypedSchema, name: string): CelType | undefined =>
  schemaType(schema, schema['x-kubernetes-embedded-resource'] === true, name);

function arrayType(schema: TypedSchema, name: string): CelType | undefined {
  const items = schema.items && childType(schema.items, `${name}.@idx`);
  if (!items) return undefined;
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] as readonly string[] | undefined;
  const unordered = kind === 'set' ? 'set' : kind === 'map' ? keys : undefined;
  return unordered ? { kind: 'list', items, unordered } : listOf(items);
}

function structType(properties: Readonly<Record<string, TypedSchema>>, name: string): CelType {
  const keys = new Map<string, string>();
  for (const key of Object.keys(properties)) {
    const escaped = escapeName(key);
    if (escaped !== undefined) keys.set(escaped, key);
  }
  const known = new Map<string, CelField | undefined>();
  const field = (asked: string): CelField | undefined => {
    const key = keys.get(asked);
    if (key === undefined || known.has(asked)) return known.get(asked);
    const type = childType(properties[key]!, `${name}.${asked}`);
    known.set(asked, type && { key, type });
    return known.get(asked);
  };
  return {
    kind: 'object',
    name,
    field,
    fieldNames: () => [...keys.keys()].filter((one) => field(one) !== undefined),
  };
}

import { escapeName, META, type TypedSchema } from './schema-types.ts';

/** How large values of a schema may get, for estimates of what expressions over them cost. */
export interface SizedNode {
  /** Items, entries or characters at most; 0 for what has a fixed size. */
  max: number;
  /** Bytes of JSON at least. */
  least: number;
  items?: SizedNode;
  /** Only of maps. */
  keys?: SizedNode;
  /** By the names that expressions use. */
  fields?: ReadonlyMap<string, SizedNode>;
  /** What is behind every other name. */
  others?: SizedNode;
}

/** A request has at most so many bytes (k8s.io/apiserver, pkg/apis/cel/config.go). */
export const REQUEST_BYTES = 3 * 1024 * 1024;
const TEXT_BYTES = REQUEST_BYTES - 2;
const BYTES_PER_CHARACTER = 4;

const FORMATS: Readonly<Record<string, SizedNode>> = {
  duration: { max: 32, least: 3 },
  date: { max: 12, least: 12 },
  'date-time': { max: 32, least: 21 },
};
const SCALARS: Readonly<Record<string, SizedNode>> = {
  boolean: { max: 0, least: 4 },
  number: { max: 0, least: 1 },
  integer: { max: 0, least: 1 },
};
const KEYS: SizedNode = { max: 0, least: 2 };

const natural = (value: unknown): number => Math.max(0, Number(value));
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

const known = new WeakMap<TypedSchema, Map<boolean, SizedNode | undefined>>();

/**
 * Sizes of a schema and what is in it; undefined for what expressions do not see
 * (k8s.io/apiserver, pkg/cel/common/schemas.go).
 * @param isRoot whether it is a whole resource
 */
export function schemaSizes(schema: TypedSchema, isRoot: boolean): SizedNode | undefined {
  const found = known.get(schema) ?? new Map<boolean, SizedNode | undefined>();
  known.set(schema, found);
  if (!found.has(isRoot)) found.set(isRoot, measure(schema, isRoot));
  return found.get(isRoot);
}

const childSizes = (schema: TypedSchema): SizedNode | undefined =>
  schemaSizes(schema, schema['x-kubernetes-embedded-resource'] === true);

function measure(schema: TypedSchema, isRoot: boolean): SizedNode | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) return { max: textLength(schema), least: 1 };
  if (schema.type === 'string') return text(schema);
  if (schema.type === 'array') return list(schema);
  if (schema.type !== 'object') return SCALARS[schema.type ?? ''];
  const { additionalProperties: others, maxProperties } = schema;
  if (typeof others === 'object' && others !== null) {
    const items = childSizes(others);
    if (!items) return undefined;
    const max = isGiven(maxProperties) ? natural(maxProperties) : Math.floor(TEXT_BYTES / (items.least + 6));
    return { max, least: 2, items, keys: KEYS };
  }
  return object(schema, isRoot);
}

const textLength = ({ maxLength }: TypedSchema): number =>
  isGiven(maxLength) ? natural(maxLength) * BYTES_PER_CHARACTER : TEXT_BYTES;

function text(schema: TypedSchema): SizedNode {
  const format = FORMATS[String(schema.format)];
  if (format) return format;
  if (schema.format === 'byte') {
    return { max: isGiven(schema.maxLength) ? natural(schema.maxLength) : TEXT_BYTES, least: 2 };
  }
  const words = (schema.enum ?? []) as unknown[];
  if (isGiven(schema.maxLength) || words.length === 0) return { max: textLength(schema), least: 2 };
  const lengths = words.map((word) => (typeof word === 'string' ? Buffer.byteLength(word) : 0));
  return { max: Math.max(...lengths), least: 2 };
}

function list({ items: schema, maxItems }: TypedSchema): SizedNode | undefined {
  const items = schema && childSizes(schema);
  if (!items) return undefined;
  const max = isGiven(maxItems) ? natural(maxItems) : Math.floor(TEXT_BYTES / (items.least + 1));
  return { max, least: 2, items };
}

function object(schema: TypedSchema, isRoot: boolean): SizedNode {
  const fields = new Map<string, SizedNode>();
  const required = new Set((schema.required ?? []) as string[]);
  let least = 2;
  for (const [name, property] of Object.entries({ ...schema.properties, ...(isRoot ? META : {}) })) {
    const size = childSizes(property);
    if (!size) continue;
    const escaped = escapeName(name);
    if (escaped !== undefined) fields.set(escaped, size);
    if (required.has(name) && !isGiven(property.default)) least += Buffer.byteLength(name) + size.least + 4;
  }
  return { max: 0, least, fields };
}

import { namedType, type TypeSchema, typeSchema, type ValueSchema } from '../../api/schema.ts';
import {
  BOOL,
  BYTES,
  type CelField,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  TIMESTAMP,
} from '../../cel/index.ts';
import { escapeName, schemaType } from '../../cel/schema-types.ts';
import type { ServedResource } from '../registry/catalog.ts';

const SCALARS: Readonly<Record<string, CelType>> = {
  string: STRING,
  int32: INT,
  int64: INT,
  number: DOUBLE,
  boolean: BOOL,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  bytes: BYTES,
  // What is text or a number, or anything at all, is whatever it is.
  intOrString: DYN,
  any: DYN,
};

/** Amounts have no one type in the published schemas, so that fields of them are not known (apiserver, SchemaDeclType). */
const isAmount = (value: ValueSchema): boolean =>
  value.kind === 'quantity' ||
  (value.kind === 'map' && isAmount(value.values)) ||
  (value.kind === 'array' && isAmount(value.items));

const named = new Map<string, CelType>();

function valueType(value: ValueSchema): CelType {
  if (value.kind === 'array') return listOf(valueType(value.items));
  if (value.kind === 'map') return mapOf(STRING, valueType(value.values));
  if (value.kind !== 'object') return SCALARS[value.kind] ?? DYN;
  const type = namedType(value.type);
  return type ? structType(type) : DYN;
}

function structType(type: TypeSchema): CelType {
  let known = named.get(type.name);
  if (known) return known;
  const typed = [...type.fields.values()].filter(({ value }) => !isAmount(value)).map(({ name }) => name);
  const keys = new Map(typed.map((key) => [escapeName(key) ?? key, key]));
  known = {
    kind: 'object',
    name: type.name,
    field: (name): CelField | undefined => {
      const key = keys.get(name);
      return key === undefined ? undefined : { key, type: valueType(type.fields.get(key)!.value) };
    },
    fieldNames: () => [...keys.keys()],
  };
  named.set(type.name, known);
  return known;
}

/** The type that objects of a resource have in expressions; undefined where nothing is known of them. */
export function objectTypeFor(resource: ServedResource): CelType | undefined {
  const { custom, kind, group, version } = resource;
  if (!custom) {
    const schema = typeSchema(group ? `${group}/${version}` : version, kind);
    return schema && structType(schema);
  }
  const type = custom.schema && schemaType(custom.schema as never, true, `${group}/${version}.${kind}`);
  const metadata = namedType('meta/v1.ObjectMeta');
  if (type?.kind !== 'object' || !metadata) return type;
  // A definition says nothing of metadata, which is the same for all.
  const whole: CelField = { key: 'metadata', type: structType(metadata) };
  return { ...type, field: (name) => (name === 'metadata' ? whole : type.field(name)) };
}

/**
 * Types of CEL as cel-go's checker knows them (google/cel-spec, doc/langdef.md#values). An opaque
 * type is one that a library brings: `optional_type(T)`, `kubernetes.Quantity`, `net.IP`.
 */
export type CelType =
  | { kind: PrimitiveKind }
  | {
      kind: 'list';
      items: CelType;
      /** Order does not count: a set, or entries of the map whose keys these are (`x-kubernetes-list-type`). */
      unordered?: 'set' | readonly string[];
    }
  | { kind: 'map'; keys: CelType; values: CelType }
  | CelObjectType
  | { kind: 'opaque'; name: string; parameters: readonly CelType[] }
  | { kind: 'type'; of?: CelType }
  /** Stands for one type per use of the function that names it. */
  | { kind: 'parameter'; name: string };

type PrimitiveKind =
  | 'dyn'
  /** What messages call `any`: treated as dyn but that nothing may be looked for in it item by item. */
  | 'any'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'error';

/** A type with known fields; whatever else is asked for is `undefined field 'x'`. */
export interface CelObjectType {
  kind: 'object';
  /** As messages show it; two object types are the same when their names are. */
  name: string;
  /** The type of a field, by the name that expressions use. */
  field(name: string): CelField | undefined;
  /** Names of all fields, for object construction and tests; absent when there is no end to them. */
  fieldNames?(): readonly string[];
}

export interface CelField {
  type: CelType;
  /** The key in the JSON object; an expression's name may be escaped (`__dash__`). */
  key: string;
}

const primitive = (kind: PrimitiveKind): CelType => ({ kind });

export const DYN = primitive('dyn');
export const ANY = primitive('any');
export const NULL = primitive('null');
export const BOOL = primitive('bool');
export const INT = primitive('int');
export const UINT = primitive('uint');
export const DOUBLE = primitive('double');
export const STRING = primitive('string');
export const BYTES = primitive('bytes');
export const TIMESTAMP = primitive('timestamp');
export const DURATION = primitive('duration');
export const ERROR = primitive('error');

export const listOf = (items: CelType): CelType => ({ kind: 'list', items });
export const mapOf = (keys: CelType, values: CelType): CelType => ({ kind: 'map', keys, values });
export const opaque = (name: string, ...parameters: CelType[]): CelType => ({ kind: 'opaque', name, parameters });
export const optionalOf = (value: CelType): CelType => opaque('optional_type', value);
export const typeOf = (of?: CelType): CelType => (of ? { kind: 'type', of } : { kind: 'type' });
export const parameter = (name: string): CelType => ({ kind: 'parameter', name });

/** An object type of fields whose expression names are their keys. */
export function objectType(name: string, fields: Readonly<Record<string, CelType>>): CelObjectType {
  return {
    kind: 'object',
    name,
    field: (key) => (Object.hasOwn(fields, key) ? { key, type: fields[key]! } : undefined),
    fieldNames: () => Object.keys(fields),
  };
}

export const isOptional = (type: CelType): type is { kind: 'opaque'; name: string; parameters: readonly CelType[] } =>
  type.kind === 'opaque' && type.name === 'optional_type';

/** As cel-go's checker shows a type in its messages. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.items)})`;
    case 'map':
      return `map(${formatType(type.keys)}, ${formatType(type.values)})`;
    case 'object':
      return type.name;
    case 'opaque':
      return type.parameters.length ? `${type.name}(${type.parameters.map(formatType).join(', ')})` : type.name;
    case 'type':
      return type.of ? `type(${formatType(type.of)})` : 'type';
    case 'parameter':
      return type.name;
    case 'error':
      return '!error!';
    default:
      return type.kind;
  }
}

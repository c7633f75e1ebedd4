import { typeTable } from './facts/types.ts';
import { parseApiVersion } from './resource.ts';

/**
 * The shapes of built-in types: which fields there are, of what type, and how patches and field
 * managers treat them. The facts come from the Go declarations and the OpenAPI document of 1.36.
 */

export type ScalarKind =
  | 'string'
  | 'int32'
  | 'int64'
  | 'number'
  | 'boolean'
  /** A resource.Quantity: a string or a number. */
  | 'quantity'
  | 'intOrString'
  /** RFC 3339 with seconds. */
  | 'time'
  /** RFC 3339 with microseconds. */
  | 'microTime'
  /** Base64 text. */
  | 'bytes'
  /** Anything: RawExtension, FieldsV1, JSON. */
  | 'any';

export type ValueSchema =
  | { kind: ScalarKind }
  /** `type` is the key for `namedType`. */
  | { kind: 'object'; type: string }
  | { kind: 'array'; items: ValueSchema }
  | { kind: 'map'; values: ValueSchema };

export interface FieldSchema {
  name: string;
  value: ValueSchema;
  required: boolean;
  /** Strategic merge: a list is merged (by `patchMergeKey`, or as a set of scalars without one). */
  patchMerge: boolean;
  patchMergeKey?: string;
  /** Strategic merge: `$retainKeys` is sent, so that one member of a union replaces another. */
  retainKeys: boolean;
  /** Strategic merge: the value is replaced as one. */
  patchReplace: boolean;
  /** `x-kubernetes-list-type`; a list without one is atomic. */
  listType?: 'atomic' | 'set' | 'map';
  listMapKeys?: readonly string[];
  /** True when a map or an object is owned as one; false where the field takes back what its type says. */
  atomic?: boolean;
  /** A struct by value in Go: it is there, empty, even in an object that says nothing of it. */
  embedded?: boolean;
  default?: unknown;
}

export interface TypeSchema {
  /** `core/v1.PodSpec` */
  name: string;
  /** Owned as one by field managers wherever it is used. */
  atomic: boolean;
  fields: ReadonlyMap<string, FieldSchema>;
}

const scalars: Readonly<Record<string, ScalarKind>> = {
  s: 'string',
  i: 'int32',
  l: 'int64',
  f: 'number',
  b: 'boolean',
  q: 'quantity',
  x: 'intOrString',
  t: 'time',
  u: 'microTime',
  y: 'bytes',
  '*': 'any',
};

/** Groups whose types live in a package of another name. */
const packageOfGroup: Readonly<Record<string, string>> = {
  '': 'core',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apiextensions.k8s.io': 'apiextensions',
  'apiregistration.k8s.io': 'apiregistration',
  'authentication.k8s.io': 'authentication',
  'authorization.k8s.io': 'authorization',
  'certificates.k8s.io': 'certificates',
  'coordination.k8s.io': 'coordination',
  'discovery.k8s.io': 'discovery',
  'events.k8s.io': 'events',
  'flowcontrol.apiserver.k8s.io': 'flowcontrol',
  'metrics.k8s.io': 'metrics',
  'networking.k8s.io': 'networking',
  'node.k8s.io': 'node',
  'rbac.authorization.k8s.io': 'rbac',
  'resource.k8s.io': 'resource',
  'scheduling.k8s.io': 'scheduling',
  'storage.k8s.io': 'storage',
};

function parseValue(text: string): ValueSchema {
  if (text.startsWith('[]')) return { kind: 'array', items: parseValue(text.slice(2)) };
  if (text.startsWith('{}')) return { kind: 'map', values: parseValue(text.slice(2)) };
  const scalar = scalars[text];
  return scalar ? { kind: scalar } : { kind: 'object', type: text };
}

/** What a mark of the table sets on a field; `m=name` has the value `name`. */
const marks: Readonly<Record<string, (field: FieldSchema, value: string | undefined) => void>> = {
  m: (field, key) => {
    field.patchMerge = true;
    if (key !== undefined) field.patchMergeKey = key;
  },
  r: (field) => {
    field.retainKeys = true;
  },
  p: (field) => {
    field.patchReplace = true;
  },
  a: (field) => {
    if (field.value.kind === 'array') field.listType = 'atomic';
    else field.atomic = true;
  },
  g: (field) => {
    field.atomic = false;
  },
  e: (field) => {
    field.embedded = true;
  },
  s: (field) => {
    field.listType = 'set';
  },
  k: (field, keys) => {
    field.listType = 'map';
    field.listMapKeys = keys!.split(',');
  },
  d: (field, json) => {
    field.default = JSON.parse(json!);
  },
};

/** `name[!]:type[;mark[=value]]...`, where `!` means required. */
function parseField(cell: string): FieldSchema {
  const colon = cell.indexOf(':');
  const [type, ...marked] = cell.slice(colon + 1).split(';') as [string, ...string[]];
  const required = cell[colon - 1] === '!';
  const field: FieldSchema = {
    name: cell.slice(0, required ? colon - 1 : colon),
    value: parseValue(type),
    required,
    patchMerge: false,
    retainKeys: false,
    patchReplace: false,
  };
  for (const mark of marked) {
    const equals = mark.indexOf('=');
    if (equals < 0) marks[mark]!(field, undefined);
    else marks[mark.slice(0, equals)]!(field, mark.slice(equals + 1));
  }
  return field;
}

const typeMeta = ['apiVersion:s', 'kind:s'];

/** `name[~] field field ...`; `~` marks an atomic type, the field `@` stands for apiVersion and kind. */
function parseType(line: string): TypeSchema {
  const [head, ...cells] = line.split(' ') as [string, ...string[]];
  const atomic = head.endsWith('~');
  const fields = new Map<string, FieldSchema>();
  for (const cell of cells[0] === '@' ? [...typeMeta, ...cells.slice(1)] : cells) {
    const field = parseField(cell);
    fields.set(field.name, field);
  }
  return { name: atomic ? head.slice(0, -1) : head, atomic, fields };
}

let lines: Map<string, string> | undefined;
const parsed = new Map<string, TypeSchema>();

/** The type's line is found on the first call and parsed when the type is first asked for. */
function indexLines(): Map<string, string> {
  const index = new Map<string, string>();
  for (const line of typeTable.split('\n')) {
    const space = line.indexOf(' ');
    const head = space < 0 ? line : line.slice(0, space);
    if (head) index.set(head.endsWith('~') ? head.slice(0, -1) : head, line);
  }
  return index;
}

/** The type that a `ValueSchema` of kind object names. */
export function namedType(name: string): TypeSchema | undefined {
  const known = parsed.get(name);
  if (known) return known;
  lines ??= indexLines();
  const line = lines.get(name);
  if (line === undefined) return undefined;
  const schema = parseType(line);
  parsed.set(name, schema);
  return schema;
}

/** `core/v1` for `v1`, `rbac/v1` for `rbac.authorization.k8s.io/v1`: where a group version's types live. */
export function packageOf(apiVersion: string): string {
  const { group, version } = parseApiVersion(apiVersion);
  return `${packageOfGroup[group] ?? group}/${version}`;
}

/** The schema of a built-in kind; undefined for a custom one. Eviction, Scale, Binding and TokenRequest are known too. */
export function typeSchema(apiVersion: string, kind: string): TypeSchema | undefined {
  return namedType(`${packageOf(apiVersion)}.${kind}`);
}

/** The schema of what an object field or a list of objects holds; undefined for anything else. */
export function objectTypeOf(value: ValueSchema): TypeSchema | undefined {
  if (value.kind === 'object') return namedType(value.type);
  return value.kind === 'array' ? objectTypeOf(value.items) : undefined;
}

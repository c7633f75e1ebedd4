import { messageTable } from '../facts/protobuf.ts';
import { parseApiVersion } from '../resource.ts';
import { packageOf } from '../schema.ts';
import { discoveryTable } from './discovery-table.ts';

/**
 * How a value stands on the wire. `bytes` is base64 in JSON; `json` is free-form JSON inside a message of
 * one field of bytes; `strings` is a message around a list; the `schemaOr*` are JSON schema's unions.
 */
export type WireKind =
  | 'string'
  | 'int32'
  | 'int64'
  | 'bool'
  | 'double'
  | 'bytes'
  | 'quantity'
  | 'intOrString'
  | 'time'
  | 'microTime'
  | 'duration'
  | 'json'
  | 'strings'
  | 'schemaOrArray'
  | 'schemaOrBool'
  | 'schemaOrStrings';

export type WireType = { kind: WireKind } | { kind: 'message'; type: string };

export interface WireField {
  number: number;
  /** In JSON; empty where the message's fields stand in the parent. */
  name: string;
  type: WireType;
  repeats?: 'list' | 'map';
  /** Left out when absent. Go's marshallers write every other field that does not repeat, zero or not. */
  pointer: boolean;
  /** Shown in JSON even when it is the zero of its type. */
  required: boolean;
}

export interface Message {
  id: string;
  /** In ascending order of their numbers. */
  fields: readonly WireField[];
  byNumber: ReadonlyMap<number, WireField>;
}

const letters: Readonly<Record<string, WireKind>> = {
  s: 'string',
  i: 'int32',
  l: 'int64',
  b: 'bool',
  f: 'double',
  y: 'bytes',
  q: 'quantity',
  x: 'intOrString',
  t: 'time',
  u: 'microTime',
  d: 'duration',
  '*': 'json',
  v: 'strings',
  A: 'schemaOrArray',
  B: 'schemaOrBool',
  S: 'schemaOrStrings',
};

const CELL = /^(?:(\d+)=)?([^:]*):(\[\]|\{\})?([^?!]+)([?!]?)$/;
const REPEATS = { '[]': 'list', '{}': 'map' } as const;

/**
 * `id cell cell ...`, where a cell is `[number=]name:[[]|{}]type[?|!]`: the number counts on from the
 * last one where there is none, the type is a letter or a message (of the same package when it has no
 * slash), `?` marks a pointer and `!` a field that JSON always shows.
 */
function parseMessage(line: string): Message {
  const [id = '', ...cells] = line.split(' ');
  const home = id.slice(0, id.lastIndexOf('.'));
  let number = 0;
  const fields = cells.map((cell): WireField => {
    const [, counted, name = '', repeats, type = '', mark] = CELL.exec(cell)!;
    number = counted ? Number(counted) : number + 1;
    const letter = letters[type];
    return {
      number,
      name,
      type: letter ? { kind: letter } : { kind: 'message', type: type.includes('/') ? type : `${home}.${type}` },
      ...(repeats ? { repeats: REPEATS[repeats as '[]'] } : {}),
      pointer: mark === '?',
      required: mark === '!',
    };
  });
  return messageOf(id, fields);
}

const messageOf = (id: string, fields: readonly WireField[]): Message => ({
  id,
  fields,
  byNumber: new Map(fields.map((field) => [field.number, field])),
});

let lines: Map<string, string> | undefined;
const parsed = new Map<string, Message>();

/** The message of an id like `core/v1.PodSpec`; parsed when it is first asked for. */
export function namedMessage(id: string): Message | undefined {
  const known = parsed.get(id);
  if (known) return known;
  lines ??= new Map(
    `${messageTable.trim()}\n${discoveryTable.trim()}`.split('\n').map((line) => [line.split(' ', 1)[0]!, line]),
  );
  const line = lines.get(id);
  const message = line === undefined ? listMessage(id) : parseMessage(line);
  if (message) parsed.set(id, message);
  return message;
}

/** Lists are alike, so the table has only the others. */
function listMessage(id: string): Message | undefined {
  const item = id.slice(0, -'List'.length);
  if (!id.endsWith('List') || !lines!.has(item)) return undefined;
  return messageOf(id, [
    {
      number: 1,
      name: 'metadata',
      type: { kind: 'message', type: 'meta/v1.ListMeta' },
      pointer: false,
      required: false,
    },
    {
      number: 2,
      name: 'items',
      type: { kind: 'message', type: item },
      repeats: 'list',
      pointer: false,
      required: true,
    },
  ]);
}

/** Kinds that every group version has. */
const everywhere = new Set([
  ...['CreateOptions', 'DeleteOptions', 'GetOptions', 'ListOptions', 'PatchOptions', 'UpdateOptions'],
  ...['APIGroup', 'APIGroupList', 'APIResourceList', 'APIVersions', 'List', 'Status', 'WatchEvent'],
]);

/** Versions that are gone or on their way, with a message that stayed as it was. */
const formerNames: Readonly<Record<string, string>> = {
  'policy/v1beta1.Eviction': 'policy/v1.Eviction',
  'apidiscovery.k8s.io/v2beta1.APIGroupDiscoveryList': 'apidiscovery.k8s.io/v2.APIGroupDiscoveryList',
};

/** The message of a kind; undefined where it has no protobuf form (custom resources, tables). */
export function messageOfKind(apiVersion: string, kind: string): Message | undefined {
  if (everywhere.has(kind)) return namedMessage(`meta/v1.${kind}`);
  const { group } = parseApiVersion(apiVersion);
  const id = `${group === 'meta.k8s.io' ? 'meta/v1' : packageOf(apiVersion)}.${kind}`;
  return namedMessage(formerNames[id] ?? id);
}

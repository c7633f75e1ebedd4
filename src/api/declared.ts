import { fieldOrder } from '../lib/json.ts';
import { canonicalQuantity } from '../lib/quantity.ts';
import { declarations } from './facts/declarations.ts';
import type { KubeObject } from './meta.ts';
import { parseApiVersion } from './resource.ts';

/**
 * Objects as a Go program of release 1.32 writes them that knows their types: fields in the order of the
 * declarations, without those that the release does not have, and with what Go writes though nothing was
 * said (`creationTimestamp: null`, `resources: {}`, `status: {}`).
 *
 * The table has one type per line, its fields in order, each `name[mark]:code`. Marks: none, left out where
 * empty (structs never are); `*`, a pointer that is left out where nil; `!`, always written; `?`, a pointer
 * that is always written. Codes: `s` text, `b` boolean, `i` whole number, `y` bytes, `t` time, `q` quantity,
 * `x` number or text, `*` anything, `[]` and `{}` in front for lists and maps, else the name of a type.
 */
interface Field {
  name: string;
  mark: string;
  code: string;
}

type Fields = Record<string, unknown>;

let table: Map<string, string> | undefined;
const parsed = new Map<string, readonly Field[]>();

function fieldsOf(type: string): readonly Field[] | undefined {
  const known = parsed.get(type);
  if (known) return known;
  table ??= new Map(
    declarations
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
  const line = table.get(type);
  if (line === undefined) return undefined;
  const fields = line
    .split(' ')
    .filter(Boolean)
    .map((word) => {
      const [, name = '', mark = '', code = ''] = /^([^!?*:]+)([!?*]?):(.+)$/.exec(word) ?? [];
      return { name, mark, code };
    });
  parsed.set(type, fields);
  return fields;
}

/** `rbac.authorization.k8s.io/v1` and `Role` are `rbac/v1.Role` in the declarations. */
function typeOf(apiVersion: string, kind: string): string {
  const { group, version } = parseApiVersion(apiVersion);
  return `${group === '' ? 'core' : group.split('.')[0]}/${version}.${kind}`;
}

/**
 * The object with all that its type writes, in the order of its type; the printers of JSON keep that order.
 * Objects of kinds that the table does not have stay as they are.
 */
export function asDeclared(object: KubeObject): KubeObject {
  const type = typeOf(object.apiVersion, object.kind);
  if (!fieldsOf(type)) return object;
  const { kind, apiVersion } = object;
  return { [fieldOrder]: true, kind, apiVersion, ...struct(object, type) } as unknown as KubeObject;
}

function struct(value: Fields, type: string): Fields {
  const written: Fields = { [fieldOrder]: true };
  for (const { name, mark, code } of fieldsOf(type) ?? []) {
    const field = value[name];
    if (field === undefined || field === null) {
      if (mark === '!' || (mark === '' && isStruct(code))) written[name] = zero(code);
      else if (mark === '?') written[name] = null;
    } else if (mark !== '' || isStruct(code) || !isEmpty(field)) written[name] = convert(field, code);
  }
  return written;
}

const structCodes = new Set(['t', 'q', 'x', '*']);

/** What Go cannot leave out: it is there by value and has no empty form. */
function isStruct(code: string): boolean {
  return structCodes.has(code) || /^[a-z]+\//.test(code);
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object') return Object.keys(value as object).length === 0;
  return value === '' || value === 0 || value === false;
}

const zeros: Readonly<Record<string, unknown>> = { s: '', b: false, i: 0, x: 0, q: '0' };

function zero(code: string): unknown {
  if (code in zeros) return zeros[code];
  return fieldsOf(code) ? struct({}, code) : null;
}

function convert(value: unknown, code: string): unknown {
  if (code === 'q') return canonicalQuantity(value as string);
  if (code.length === 1 || typeof value !== 'object' || value === null) return value;
  if (code.startsWith('[]')) return (value as unknown[]).map((item) => convert(item, code.slice(2)));
  if (!code.startsWith('{}')) return struct(value as Fields, code);
  const inner = code.slice(2);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item, inner)]));
}

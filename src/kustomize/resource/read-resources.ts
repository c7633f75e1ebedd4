import { failed } from '../failure.ts';
import type { SchemaSource } from '../merge/schema.ts';
import { parseDocuments } from '../tree/documents.ts';
import { entriesOf, fieldOf, isNilOrEmpty, type Node, textOf } from '../tree/node.ts';
import { fromValue, toValue } from '../tree/value.ts';
import { Resource } from './resource.ts';

/** The objects of a YAML text; lists are taken apart. @throws KctlError `input` */
export function readResources(text: string, schemas: SchemaSource): Resource[] {
  return withoutLists(checked(parseDocuments(text))).map((node) => new Resource(node, schemas));
}

function checked(nodes: readonly Node[]): Node[] {
  const good = nodes.filter((node) => !isNilOrEmpty(node));
  for (const node of good) requireMetadata(node);
  return good;
}

/** @throws KctlError `input` where kind or name are missing */
export function requireMetadata(node: Node): void {
  const [apiVersion, kind, metadata] = ['apiVersion', 'kind', 'metadata'].map((name) => fieldOf(node, name));
  if (isNilOrEmpty(apiVersion) && isNilOrEmpty(kind) && isNilOrEmpty(metadata))
    throw failed('missing Resource metadata');
  const text = (field: Node | undefined) => (isNilOrEmpty(field) ? '' : textOf(field));
  const name = text(fieldOf(metadata, 'name'));
  const shown = () => {
    const maps = ['labels', 'annotations'].map((field) => goMap(fieldOf(metadata, field)));
    const namespace = text(fieldOf(metadata, 'namespace'));
    return `{{${text(apiVersion)} ${text(kind)}} {{${name} ${namespace}} ${maps.join(' ')}}}`;
  };
  if (text(kind) === '') throw failed(`missing kind in object ${shown()}`);
  if (!text(kind).endsWith('List') && name === '') throw failed(`missing metadata.name in object ${shown()}`);
}

/** As Go prints a map: sorted. */
function goMap(map: Node | undefined): string {
  if (map?.kind !== 'map') return 'map[]';
  const entries = Array.from(entriesOf(map), ([key, value]) => `${textOf(key)}:${textOf(value)}`);
  return `map[${entries.sort().join(' ')}]`;
}

/** Items of `...List` come after everything that stands by itself. */
function withoutLists(nodes: readonly Node[]): Node[] {
  const queue = [...nodes];
  const result: Node[] = [];
  for (let node = queue.shift(); node; node = queue.shift()) {
    const items = fieldOf(node, 'items');
    const kind = textOf(fieldOf(node, 'kind'));
    if (!kind.endsWith('List') || items === undefined) result.push(node);
    else if (items.kind === 'seq') queue.push(...checked(items.content.map((item) => fromValue(toValue(item)))));
    else if (!isNilOrEmpty(items)) throw failed(`expected array in ${kind}/items, but found ${goType(items)}`);
  }
  return result;
}

function goType(node: Node): string {
  const value = toValue(node);
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'object' ? 'map[string]interface {}' : 'int';
}

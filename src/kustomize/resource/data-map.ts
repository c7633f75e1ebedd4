import { setField } from '../tree/edit.ts';
import { entriesOf, fieldOf, Node, removeField, TAG, textOf } from '../tree/node.ts';
import type { Resource, StringMap } from './resource.ts';

/** Puts texts and bytes into a ConfigMap: what is no UTF-8 goes to binaryData in base64. */
export function setConfigData(node: Node, entries: Readonly<Record<string, Buffer>>): void {
  for (const key of Object.keys(entries).sort()) {
    const bytes = entries[key]!;
    const text = utf8(bytes);
    if (text === undefined) setField(dataOf(node, 'binaryData'), key, dataNode(base64Lines(bytes)));
    else setField(dataOf(node, 'data'), key, dataNode(text));
  }
}

export function setSecretData(node: Node, entries: Readonly<Record<string, Buffer>>): void {
  const data = dataOf(node, 'data');
  for (const key of Object.keys(entries).sort()) setField(data, key, dataNode(base64Lines(entries[key]!)));
}

/** What `old` has in data and binaryData and `resource` does not. */
export function mergeData(resource: Resource, old: Resource): void {
  for (const field of ['data', 'binaryData']) {
    const merged = { ...dataMap(old.node, field), ...dataMap(resource.node, field) };
    removeField(resource.node, field);
    const keys = Object.keys(merged).sort();
    for (const key of keys) setField(dataOf(resource.node, field), key, dataNode(merged[key]!));
  }
}

function dataMap(node: Node, field: string): StringMap {
  const result: StringMap = {};
  const map = fieldOf(node, field);
  if (map?.kind === 'map') for (const [key, value] of entriesOf(map)) result[key.value] = textOf(value);
  return result;
}

function dataOf(node: Node, name: string): Node {
  return fieldOf(node, name) ?? setField(node, name, new Node('map'))!;
}

function dataNode(value: string): Node {
  return new Node('scalar', { value, tag: TAG.str, style: value.includes('\n') ? 'literal' : '' });
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Base64 as kustomize writes it: in lines of 70 characters where it is longer than one. */
function base64Lines(bytes: Buffer): string {
  const text = bytes.toString('base64');
  if (text.length < LINE) return text;
  return `${text.match(/.{1,70}/g)!.join('\n')}\n`;
}

const LINE = 70;

import { requireKind, setField } from '../tree/edit.ts';
import { fieldNames, fieldOf, isMissingOrNull, type Node, textOf } from '../tree/node.ts';
import { mergeList } from './merge-list.ts';
import { type MergeContext, type Pair, survivor } from './pair.ts';
import type { MergeSchema, SchemaSource } from './schema.ts';

/**
 * Merges `patch` into `dest` strategically and gives the result, undefined where the patch deletes the whole.
 * Both trees are taken apart. @throws KctlError `input` where kinds do not match or a directive is unknown
 */
export function mergeTrees(dest: Node, patch: Node, context: MergeContext): Node | undefined {
  return mergeNodes([dest, patch], undefined, context);
}

function mergeNodes(pair: Pair, given: MergeSchema | undefined, context: MergeContext): Node | undefined {
  const schema = given ?? schemaOfObject(pair, context.schemas);
  const kind = pair.find((node) => !isMissingOrNull(node))?.kind;
  if (kind === undefined || kind === 'map') {
    for (const node of pair) requireKind(node, 'map');
    return mergeMaps(pair, schema, context);
  }
  if (kind === 'alias') return undefined;
  for (const node of pair) requireKind(node, kind);
  const [dest, patch] = pair;
  if (kind === 'seq' && schema?.mergeKeys)
    return mergeList(pair, schema, context.newItems, (items) => mergeNodes(items, schema.elements(), context));
  return patch ?? dest;
}

/** Objects inside of objects are known by their kind where nothing else says what they are. */
function schemaOfObject(pair: Pair, schemas: SchemaSource): MergeSchema | undefined {
  for (const node of pair) {
    if (isMissingOrNull(node)) continue;
    const [kind, apiVersion] = [textOf(fieldOf(node, 'kind')), textOf(fieldOf(node, 'apiVersion'))];
    const schema = kind && apiVersion ? schemas.schemaOf(apiVersion, kind) : undefined;
    if (schema) return schema;
  }
  return undefined;
}

function mergeMaps(pair: Pair, schema: MergeSchema | undefined, context: MergeContext): Node | undefined {
  const dest = survivor(pair, true);
  if (dest === undefined) return undefined;
  const [, patch] = pair;
  const names = new Set([dest, patch].flatMap((node) => (isMissingOrNull(node) ? [] : fieldNames(node as Node))));
  for (const name of [...names].sort()) {
    const fields: Pair = [fieldOf(dest, name), fieldOf(patch, name)];
    setField(dest, name, mergeNodes(fields, schema?.field(name), context));
  }
  return dest;
}

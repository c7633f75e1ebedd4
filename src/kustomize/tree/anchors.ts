import { failed } from '../failure.ts';
import { entriesOf, type Node, removeField, TAG } from './node.ts';

/** Puts in place of aliases what they stand for, and merges `<<`. */
export function withoutAnchors(node: Node): Node {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'alias') return withoutAnchors(node.target!).copy();
  if (node.kind === 'map') mergeInto(node);
  node.content = node.content.map(withoutAnchors);
  return node;
}

/** What the map says itself wins; of several sources an earlier one. */
function mergeInto(map: Node): void {
  const marked = Array.from(entriesOf(map)).filter(([key]) => key.tag === TAG.merge);
  if (marked.length > 1) throw failed('duplicate merge key');
  const [merge] = marked;
  if (!merge) return;
  const sources = sourcesOf(merge[1]);
  removeField(map, '<<');
  const own = map.copy();
  for (const source of [...sources, own]) {
    for (const [key, value] of entriesOf(source.copy())) {
      const at = map.content.findIndex((each, index) => index % 2 === 0 && each.value === key.value);
      if (at < 0) map.content.push(key, value);
      else map.content.splice(at, 2, key, value);
    }
  }
}

function sourcesOf(node: Node): Node[] {
  if (node.kind === 'map') return [node];
  if (node.kind === 'alias') {
    if (node.target!.kind !== 'map') throw failed('invalid map merge: received alias for a non-map value');
    return [node.target!];
  }
  if (node.kind !== 'seq') throw failed('map merge requires map or sequence of maps as the value');
  return node.content
    .map((item) => {
      if (item.kind === 'seq') throw failed('invalid map merge: received a nested sequence');
      return sourcesOf(item);
    })
    .reverse()
    .flat();
}

import { isAlias, isCollection, isMap, isScalar, LineCounter, type Node, type ParsedNode, parseDocument } from 'yaml';

/** Keys that a YAML (or JSON) document gives more than once, as go-yaml tells of them: `line 3: key "a" already set in map`. */
export function repeatedKeys(text: string): string[] {
  const lineCounter = new LineCounter();
  // The library's own search compares each key with each other of its map: a map of 40,000 took it half a minute.
  const { contents } = parseDocument(text, { uniqueKeys: false, lineCounter, logLevel: 'silent' });
  const found: string[] = [];
  // What stands for something else was looked through where it stood first.
  const left: unknown[] = [contents];
  while (left.length > 0) {
    const node = left.pop();
    if (!isCollection(node)) continue;
    if (!isMap<ParsedNode, ParsedNode | null>(node)) {
      for (let at = node.items.length - 1; at >= 0; at--) left.push(node.items[at]);
      continue;
    }
    const seen = new Set<unknown>();
    const below: unknown[] = [];
    for (const { key, value } of node.items) {
      if (isScalar(key) && !isAlias(key)) {
        if (seen.has(key.value) && key.value !== '<<') {
          const { line } = lineCounter.linePos((key as Node).range?.[0] ?? 0);
          found.push(`line ${line}: key ${JSON.stringify(String(key.source ?? key.value))} already set in map`);
        }
        seen.add(key.value);
      }
      below.push(key, value);
    }
    left.push(...below.reverse());
  }
  return found;
}

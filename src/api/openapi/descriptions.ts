import { descriptionTables } from '../facts/descriptions/index.ts';
import type { TypeSchema } from '../schema.ts';

let texts: Map<string, string> | undefined;

/** `core/v1.Pod` → what a pod is, `core/v1.Pod.spec` → what its field says. */
function index(): Map<string, string> {
  const all = new Map<string, string>();
  for (const table of descriptionTables) {
    let type = '';
    for (const line of table.split('\n')) {
      if (line === '') continue;
      const isField = line.startsWith('  ');
      const rest = isField ? line.slice(2) : line;
      const space = rest.indexOf(' ');
      const word = space < 0 ? rest : rest.slice(0, space);
      if (!isField) type = word;
      if (space > 0) all.set(isField ? `${type}.${word}` : word, rest.slice(space + 1));
    }
  }
  return all;
}

function textOf(key: string): string | undefined {
  texts ??= index();
  return texts.get(key);
}

/** What fields say that nearly every kind has: apiVersion, kind, metadata, items. */
export function commonText(name: string): string | undefined {
  return textOf(`*.${name}`);
}

/** What a type is, in words of our own; undefined where none are written. */
export function describeType(type: string): string | undefined {
  return textOf(type);
}

/** What a field of a type says; what every kind begins with has one text for all. */
export function describeField({ name: type, fields }: TypeSchema, name: string): string | undefined {
  const own = textOf(`${type}.${name}`);
  return own ?? (fields.has('metadata') && fields.has('kind') ? commonText(name) : undefined);
}

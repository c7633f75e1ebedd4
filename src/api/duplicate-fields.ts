const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Where the reader is: a field of an object, or an index of an array. */
interface Level {
  /** Fields seen so far; undefined in an array. */
  fields: Set<string> | undefined;
  /** The field or index that is being read, as it stands in paths. */
  at: string;
  index: number;
}

/**
 * Paths of fields that a JSON text gives more than once (`spec.replicas`, `spec.containers[0].image`),
 * each once, in the order of the text. The text must be good JSON. JSON.parse keeps the last value and
 * does not say so (RFC 8259, section 4 leaves it open).
 */
export function duplicateFields(json: string): string[] {
  const found = new Set<string>();
  const levels: Level[] = [];
  let wantsKey = false;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    const level = levels.at(-1);
    if (char === '"') {
      const end = endOfString(json, at);
      if (wantsKey && level?.fields) {
        const key = JSON.parse(json.slice(at, end + 1)) as string;
        level.at = levels.length > 1 ? `.${key}` : key;
        if (level.fields.has(key)) found.add(levels.map((one) => one.at).join(''));
        level.fields.add(key);
        wantsKey = false;
      }
      at = end;
    } else if (char === '{') {
      levels.push({ fields: new Set(), at: '', index: 0 });
      wantsKey = true;
    } else if (char === '[') levels.push({ fields: undefined, at: '[0]', index: 0 });
    else if (char === '}' || char === ']') {
      levels.pop();
      wantsKey = false;
    } else if (char === ',' && level) {
      if (level.fields) wantsKey = true;
      else level.at = `[${++level.index}]`;
    }
  }
  return [...found];
}

/** Index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

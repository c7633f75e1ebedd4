/** `{a,b}` and `{1..9}` of one word's source, as bash expands them; what is quoted or no brace stays. */
export function expandBraces(source: string, limit = 10_000): string[] {
  let depth = 0;
  let start = -1;
  let commas: number[] = [];
  for (let at = 0; at < source.length; at++) {
    const char = source[at]!;
    if (char === '\\') at++;
    else if (char === "'" || char === '"') {
      const end = source.indexOf(char, at + 1);
      if (end < 0) break;
      at = end;
    } else if (char === '{' && source[at - 1] !== '$') {
      if (depth++ === 0) {
        start = at;
        commas = [];
      }
    } else if (char === ',' && depth === 1) commas.push(at);
    else if (char === '}' && depth > 0 && --depth === 0) {
      const parts = partsOf(
        source.slice(start + 1, at),
        commas.map((comma) => comma - start - 1),
      );
      if (!parts) continue;
      const before = source.slice(0, start);
      const after = expandBraces(source.slice(at + 1), limit);
      const all = parts
        .flatMap((part) => expandBraces(part, limit))
        .flatMap((part) => after.map((tail) => before + part + tail));
      return all.slice(0, limit);
    }
  }
  return [source];
}

function partsOf(inside: string, commas: readonly number[]): string[] | undefined {
  if (commas.length > 0) {
    const edges = [-1, ...commas, inside.length];
    return edges.slice(1).map((edge, index) => inside.slice(edges[index]! + 1, edge));
  }
  const range = /^(-?\d+|[A-Za-z])\.\.(-?\d+|[A-Za-z])(?:\.\.(-?\d+))?$/.exec(inside);
  if (!range) return undefined;
  const [, first = '', last = '', by] = range;
  const isNumber = /\d/.test(first);
  if (isNumber !== /\d/.test(last)) return undefined;
  const from = isNumber ? Number(first) : first.charCodeAt(0);
  const to = isNumber ? Number(last) : last.charCodeAt(0);
  const step = Math.max(Math.abs(Number(by ?? 1)), 1);
  const width = isNumber && (/^-?0\d/.test(first) || /^-?0\d/.test(last)) ? Math.max(first.length, last.length) : 0;
  const all: string[] = [];
  for (let value = from; from <= to ? value <= to : value >= to; value += from <= to ? step : -step) {
    all.push(
      isNumber
        ? value < 0
          ? `-${String(-value).padStart(width - 1, '0')}`
          : String(value).padStart(width, '0')
        : String.fromCharCode(value),
    );
    if (all.length > 10_000) break;
  }
  return all;
}

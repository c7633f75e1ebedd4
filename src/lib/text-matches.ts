/** Where any of the expressions (each with the flag `g`) matches in `text`, in order, joined where they meet. */
export function matchesIn(text: string, expressions: readonly RegExp[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  for (const expression of expressions) {
    expression.lastIndex = 0;
    // `matchAll` makes a new expression each time, which costs more than the search.
    for (let match = expression.exec(text); match; match = expression.exec(text)) {
      if (match[0] === '') expression.lastIndex++;
      else found.push([match.index, match.index + match[0].length]);
    }
  }
  if (found.length < 2) return found;
  found.sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [from, to] of found) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

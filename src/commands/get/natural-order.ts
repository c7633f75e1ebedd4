/** Text order in which runs of digits count as numbers: `pod-9` before `pod-10`. */
export function compareNaturally(a: string, b: string): number {
  const chunks = /\d+|\D+/g;
  const left = a.match(chunks) ?? [];
  const right = b.match(chunks) ?? [];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const [one, other] = [left[at]!, right[at]!];
    if (one === other) continue;
    if (/^\d/.test(one) && /^\d/.test(other)) {
      const difference = BigInt(one) - BigInt(other);
      if (difference !== 0n) return difference < 0n ? -1 : 1;
      return one.length - other.length;
    }
    return one < other ? -1 : 1;
  }
  return left.length - right.length;
}

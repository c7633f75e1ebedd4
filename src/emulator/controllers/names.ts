/** No vowels and no look-alikes, so that random names spell nothing (apimachinery util/rand). */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** JSON with sorted keys: equal values give equal text. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** 32-bit FNV-1a. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/**
 * The value of the labels `pod-template-hash` and `controller-revision-hash`. Upstream hashes a Go
 * dump of the template; clients take the text as opaque, so any stable hash in that alphabet serves.
 */
export function templateHash(template: unknown, collisionCount = 0): string {
  const digits = String(fnv32a(stableJson(template) + (collisionCount > 0 ? collisionCount : '')));
  return Array.from(digits, (digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

export function randomSuffix(random: () => number, length = 5): string {
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}

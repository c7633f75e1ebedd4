const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_GENERATED = 63;

/** `base` and five characters that make no words (apimachinery names.SimpleNameGenerator). */
export function generatedName(base: string, random: () => number): string {
  let suffix = '';
  for (let at = 0; at < 5; at++) suffix += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return `${base.slice(0, MAX_GENERATED - 5)}${suffix}`;
}

/** A version 4 UUID out of the injected randomness, so that runs can be repeated. */
export function generatedUid(random: () => number): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

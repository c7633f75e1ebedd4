import { createHash } from 'node:crypto';
import { toCompactJson } from '../../lib/json.ts';

/** Vowels, and digits that look like them, become consonants: a hash shall not be a word. */
const letters: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };

/**
 * What `--append-hash` puts behind the name: ten characters over the fields that make up the content
 * (kubectl, pkg/util/hash; kustomize's generators have the same).
 */
export function contentHash(fields: Readonly<Record<string, unknown>>): string {
  const hex = createHash('sha256').update(toCompactJson(fields)).digest('hex');
  return hex.slice(0, 10).replace(/[013ae]/g, (letter) => letters[letter]!);
}

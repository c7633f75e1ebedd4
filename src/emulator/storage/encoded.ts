import type { KubeObject } from '../../api/meta.ts';

/** Stored objects, with their JSON while the disk and watches want it, or their bytes once somebody asked for them. */
const cache = new WeakMap<object, string | Buffer | undefined>();

const encoder = new TextEncoder();

/**
 * The JSON of a stored object (or of its form in another version) as UTF-8. Such objects never change,
 * so answers, lists and watches share one encoding; it goes when the object does.
 */
export function encoded(object: KubeObject): Buffer {
  const kept = cache.get(object);
  if (kept instanceof Buffer) return kept;
  // Text is there for a moment only, and so are bytes made of it. All others are kept for long and have memory of
  // their own: a piece of Node's shared pool holds on to 64 KiB.
  const bytes = kept === undefined ? Buffer.from(encoder.encode(JSON.stringify(object)).buffer) : Buffer.from(kept);
  cache.set(object, bytes);
  return bytes;
}

/** The JSON of a new object, which watches and answers find until `dropEncoded`. */
export function textOf(object: KubeObject): string {
  const kept = cache.get(object);
  if (kept !== undefined) return typeof kept === 'string' ? kept : kept.toString();
  const text = JSON.stringify(object);
  cache.set(object, text);
  return text;
}

/** From now on `object` does not change any more. */
export function markStored(object: KubeObject): void {
  cache.set(object, undefined);
}

/** The bytes of what is stored as it is; undefined for anything else. */
export function encodedIfStored(value: unknown): Buffer | undefined {
  return typeof value === 'object' && value !== null && cache.has(value) ? encoded(value as KubeObject) : undefined;
}

/** Frees text and bytes; who still wants them encodes the object again. */
export function dropEncoded(object: KubeObject): void {
  if (cache.has(object)) cache.set(object, undefined);
}

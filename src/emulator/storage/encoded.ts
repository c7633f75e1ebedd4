import type { KubeObject } from '../../api/meta.ts';

/** Stored objects, with their bytes once somebody wanted them. */
const cache = new WeakMap<object, Buffer | undefined>();

const encoder = new TextEncoder();

/**
 * The JSON of a stored object (or of its form in another version) as UTF-8. Such objects never change,
 * so the disk, answers, lists and watches share one encoding; it goes when the object does.
 */
export function encoded(object: KubeObject): Buffer {
  let bytes = cache.get(object);
  if (!bytes) {
    // In memory of its own: a piece of Node's shared pool, kept for long, holds on to 64 KiB.
    bytes = Buffer.from(encoder.encode(JSON.stringify(object)).buffer);
    cache.set(object, bytes);
  }
  return bytes;
}

/** From now on `object` does not change any more. */
export function markStored(object: KubeObject): void {
  cache.set(object, undefined);
}

/** The bytes of what is stored as it is; undefined for anything else. */
export function encodedIfStored(value: unknown): Buffer | undefined {
  return typeof value === 'object' && value !== null && cache.has(value) ? encoded(value as KubeObject) : undefined;
}

/** Frees the bytes of a version that is no longer the newest; who still wants it encodes it again. */
export function dropEncoded(object: KubeObject): void {
  if (cache.has(object)) cache.set(object, undefined);
}

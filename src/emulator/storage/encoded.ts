import type { KubeObject } from '../../api/meta.ts';

const cache = new WeakMap<KubeObject, Buffer>();

/**
 * The JSON of a stored object as UTF-8. Stored objects never change, so lists and watches share one
 * encoding; it goes when the object does.
 */
export function encoded(object: KubeObject): Buffer {
  let bytes = cache.get(object);
  if (!bytes) {
    bytes = Buffer.from(JSON.stringify(object));
    cache.set(object, bytes);
  }
  return bytes;
}

import type { KubeObject } from '../../api/meta.ts';
import { parseExactJson } from '../../lib/exact-json.ts';
import { toCompactJson } from '../../lib/json.ts';

/** The same object without an order of its fields: printers then sort them, as Go sorts what has no type. */
export function withoutFieldOrder(object: KubeObject): KubeObject {
  return parseExactJson(toCompactJson(object)) as KubeObject;
}

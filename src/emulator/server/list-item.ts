import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { toServed } from '../registry/convert.ts';
import { encoded } from '../storage/encoded.ts';

/**
 * Encodes items as typed lists of Go hold them: the list says what they are, they do not. The bytes of an
 * object begin with what is left out, in one order or the other, and are shared but for that.
 */
export function withoutType(resource: ServedResource): (object: KubeObject) => Buffer {
  const kind = `"kind":${JSON.stringify(resource.kind)},`;
  const apiVersion = `"apiVersion":${JSON.stringify(apiVersionOf(resource))},`;
  const heads = [`{${kind}${apiVersion}`, `{${apiVersion}${kind}`].map((head) => Buffer.from(head));
  return (object) => {
    const bytes = encoded(toServed(object, resource));
    const { length } = heads[0]!;
    // One byte before what follows becomes the bracket: it is the comma, and the copy is this list's own.
    if (heads.some((head) => bytes.subarray(0, length).equals(head))) {
      const item = Buffer.allocUnsafe(bytes.length - length + 1);
      item[0] = OPEN;
      bytes.copy(item, 1, length);
      return item;
    }
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = toServed(object, resource);
    return Buffer.from(JSON.stringify(rest));
  };
}

const OPEN = '{'.charCodeAt(0);

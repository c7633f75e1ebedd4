import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { validateCustom } from '../crd/structural.ts';
import type { ServedResource } from './catalog.ts';

/** Everything that is wrong with `object`; `previous` is set for updates. */
export function validate(
  object: KubeObject,
  _previous: KubeObject | undefined,
  resource: ServedResource,
): StatusCause[] {
  if (resource.custom) return validateCustom(object, resource.custom.schema);
  return [];
}

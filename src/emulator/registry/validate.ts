import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { validateObject } from '../../api/validation/index.ts';
import { warningsFor } from '../../api/validation/warnings.ts';
import { KctlError } from '../../lib/errors.ts';
import { checkCustom, checkDefinitionSchemas } from '../crd/check.ts';
import { DEFINITIONS } from '../crd/conditions.ts';
import { badRequest } from '../errors.ts';
import type { ServedResource } from './catalog.ts';

export { warningsFor };

/**
 * Everything that is wrong with `object`; `previous` is set for updates, `subresource` where only a part
 * of it is written.
 * @throws ApiStatusError 400 where a value cannot be read at all
 */
export function validate(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: ServedResource,
  subresource?: string,
): StatusCause[] {
  try {
    const causes = validateObject(object, previous, resource, subresource);
    if (resource.storage === DEFINITIONS) return [...causes, ...checkDefinitionSchemas(object)];
    return resource.custom ? [...causes, ...checkCustom(object, previous, resource.custom)] : causes;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const { kind } = object;
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${error.message}`);
  }
}

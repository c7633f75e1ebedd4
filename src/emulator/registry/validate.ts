import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { validateObject } from '../../api/validation/index.ts';
import { KctlError } from '../../lib/errors.ts';
import { validateCustom } from '../crd/structural.ts';
import { badRequest } from '../errors.ts';
import type { ServedResource } from './catalog.ts';

/**
 * Everything that is wrong with `object`; `previous` is set for updates.
 * @throws ApiStatusError 400 where a value cannot be read at all
 */
export function validate(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: ServedResource,
): StatusCause[] {
  try {
    const causes = validateObject(object, previous, resource);
    if (resource.custom) return [...causes, ...validateCustom(object, resource.custom.schema)];
    return object.spec?.volumeClaimTemplates ? causes.filter((cause) => !isClaimMount(cause, object)) : causes;
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const { kind } = object;
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${error.message}`);
  }
}

/** A mount of a volume that the template does not have, but that each pod gets from a claim template. */
function isClaimMount({ reason, message, field }: StatusCause, { spec }: KubeObject): boolean {
  if (reason !== 'FieldValueNotFound' || !field?.includes('.volumeMounts[')) return false;
  const templates = spec.volumeClaimTemplates as KubeObject[];
  return templates.some((template) => message === `Not found: ${JSON.stringify(template.metadata?.name)}`);
}

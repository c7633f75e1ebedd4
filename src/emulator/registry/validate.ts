import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import { definitionWarnings } from '../../api/validation/definition-formats.ts';
import { validateObject } from '../../api/validation/index.ts';
import { warningsFor as builtinWarnings } from '../../api/validation/warnings.ts';
import { KctlError } from '../../lib/errors.ts';
import { checkCustom, checkDefinitionSchemas } from '../crd/check.ts';
import { DEFINITIONS } from '../crd/conditions.ts';
import { adminAccessCauses, deviceTools } from '../devices/check.ts';
import { badRequest } from '../errors.ts';
import { expressionCauses } from '../policies/expressions.ts';
import type { ServedResource } from './catalog.ts';
import type { Machine } from './machine.ts';

/** Texts for `Warning` headers of a sound object that is made, or changed from `previous`. */
export function warningsFor(
  object: KubeObject,
  resource: ServedResource,
  previous?: KubeObject,
  subresource?: string,
): string[] {
  if (resource.storage === DEFINITIONS) return subresource ? [] : definitionWarnings(object, previous);
  return builtinWarnings(object, resource, previous, subresource);
}

/**
 * Everything that is wrong with `object`; `previous` is set for updates, `subresource` where only a part
 * of it is written, `machine` where other objects are looked up.
 * @throws ApiStatusError 400 where a value cannot be read at all
 */
export function validate(
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: ServedResource,
  subresource?: string,
  machine?: Machine,
): StatusCause[] {
  try {
    const causes = validateObject(object, previous, resource, subresource, undefined, deviceTools);
    if (machine && resource.group === 'resource.k8s.io') {
      return [...adminAccessCauses(machine, object, previous, subresource), ...causes];
    }
    if (resource.storage === DEFINITIONS && subresource === undefined) {
      return [...causes, ...checkDefinitionSchemas(object, previous, causes)];
    }
    if (!resource.custom) return expressionCauses(causes, object, previous, subresource);
    return [...causes, ...checkCustom(object, previous, resource.custom, subresource)];
  } catch (error) {
    if (!(error instanceof KctlError)) throw error;
    const { kind } = object;
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${kind}: ${error.message}`);
  }
}

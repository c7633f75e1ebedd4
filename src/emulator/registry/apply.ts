import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { type ApplyRequest, applyServerSide, UntypedError } from '../../api/server-side-apply.ts';
import { isApiError } from '../../api/status.ts';
import { timestamp } from '../clock.ts';
import { notFound, plainError } from '../errors.ts';
import type { ServedResource } from './catalog.ts';
import { toServed, toStored } from './convert.ts';
import { deepCopy } from './copy.ts';
import { createObject } from './create.ts';
import { decodeObject } from './decode.ts';
import { resetOf, schemaOf } from './facts.ts';
import type { Machine, WriteOptions } from './machine.ts';
import { updateObject } from './update.ts';
import { otherVersions } from './versions.ts';

/**
 * Applies `configuration` (in the version of the request) for `options.manager`.
 * @throws ApiStatusError 409 with one FieldManagerConflict cause per field that others own
 */
export async function applyObject(
  machine: Machine,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
  configuration: KubeObject,
  options: WriteOptions & { force: boolean },
): Promise<{ object: KubeObject; created: boolean }> {
  const merge = (live: KubeObject | undefined): KubeObject => {
    const now = timestamp(machine.clock);
    const merged = applied({
      live: live && deepCopy(toServed(live, resource)),
      applied: configuration,
      manager: options.manager,
      force: options.force,
      now,
      subresource: options.subresource,
      schema: schemaOf(resource),
      reset: resetOf(resource, options.subresource),
      versions: otherVersions(machine, resource, live?.metadata.managedFields),
    });
    const whole = { ...merged, apiVersion: apiVersionOf(resource) };
    // Amounts get the spelling in which they are stored, a custom object its defaults: nobody applied those.
    return toStored(decodeObject(deepCopy(whole), resource, 'Ignore', undefined, [], true), resource);
  };
  const update = async () => {
    const object = await updateObject(machine, resource, namespace, name, merge, { ...options, managed: true });
    return { object, created: false };
  };
  if (machine.store.get(resource.storage, namespace, name)) return update();
  if (options.subresource) throw notFound(resource, name);
  const body = merge(undefined);
  body.metadata = { ...body.metadata, name };
  try {
    const object = await createObject(machine, resource, namespace, body, { ...options, managed: true });
    return { object, created: true };
  } catch (error) {
    // Somebody else made it while admission waited: then it is a change of theirs.
    if (!isApiError(error, 'AlreadyExists')) throw error;
    return update();
  }
}

/** @throws ApiStatusError 500 where what others own cannot be told in their versions */
function applied(request: ApplyRequest): KubeObject {
  try {
    return applyServerSide(request);
  } catch (error) {
    throw error instanceof UntypedError ? plainError(error.message) : error;
  }
}

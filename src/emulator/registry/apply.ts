import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { applyServerSide } from '../../api/server-side-apply.ts';
import { timestamp } from '../clock.ts';
import { notFound } from '../errors.ts';
import type { ServedResource } from './catalog.ts';
import { toServed, toStored } from './convert.ts';
import { deepCopy } from './copy.ts';
import { createObject } from './create.ts';
import { resetOf, schemaOf } from './facts.ts';
import type { Machine, WriteOptions } from './machine.ts';
import { updateObject } from './update.ts';

/**
 * Applies `applied` (in the version of the request) for `options.manager`.
 * @throws ApiStatusError 409 with one FieldManagerConflict cause per field that others own
 */
export function applyObject(
  machine: Machine,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
  applied: KubeObject,
  options: WriteOptions & { force: boolean },
): { object: KubeObject; created: boolean } {
  const existing = machine.store.get(resource.storage, namespace, name);
  const merge = (live: KubeObject | undefined): KubeObject => {
    const now = timestamp(machine.clock);
    const merged = applyServerSide({
      live: live && deepCopy(toServed(live, resource)),
      applied,
      manager: options.manager,
      force: options.force,
      now,
      subresource: options.subresource,
      schema: schemaOf(resource),
      reset: resetOf(resource, options.subresource),
    });
    return toStored({ ...merged, apiVersion: apiVersionOf(resource) }, resource);
  };
  if (existing) {
    const object = updateObject(machine, resource, namespace, name, merge, { ...options, managed: true });
    return { object, created: false };
  }
  if (options.subresource) throw notFound(resource, name);
  const body = merge(undefined);
  body.metadata = { ...body.metadata, name };
  const object = createObject(machine, resource, namespace, body, { ...options, managed: true });
  return { object, created: true };
}

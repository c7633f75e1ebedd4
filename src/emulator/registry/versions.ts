import type { KubeObject, ManagedFieldsEntry } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import type { OtherVersions, StructuralSchema } from '../../api/server-side-apply.ts';
import type { ServedResource } from './catalog.ts';
import { toServed, toStored } from './convert.ts';
import type { Machine } from './machine.ts';

/**
 * The other versions of a resource, for owners who know it in one of them. Undefined where nobody does,
 * and where only a webhook could tell what an object looks like there.
 */
export function otherVersions(
  machine: Machine,
  resource: ServedResource,
  entries: readonly ManagedFieldsEntry[] | undefined,
): OtherVersions | undefined {
  const own = apiVersionOf(resource);
  if (resource.custom?.conversion || !entries?.some(({ apiVersion }) => apiVersion !== own)) return undefined;
  const at = (apiVersion: string): ServedResource | undefined =>
    machine.catalog.all().find((one) => one.storage === resource.storage && apiVersionOf(one) === apiVersion);
  return {
    convert(object: KubeObject, apiVersion: string) {
      const [from, to] = [at(object.apiVersion), at(apiVersion)];
      return from && to && toServed(toStored(object, from), to);
    },
    schema: (apiVersion) => at(apiVersion)?.custom?.schema as StructuralSchema | undefined,
  };
}

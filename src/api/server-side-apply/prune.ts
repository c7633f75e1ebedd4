import type { KubeObject } from '../meta.ts';
import { fieldSetOf } from './compare.ts';
import { difference, type FieldSet, intersection, isEmptySet, union, unionOf } from './field-set.ts';
import type { Manager } from './managers.ts';
import { removePaths, withNamedFields } from './merge.ts';
import { objectShape, type Shape } from './shape.ts';
import type { OtherVersions } from './versions.ts';

interface Schemas {
  /** Of the version of the request. */
  shape: Shape;
  versions: OtherVersions | undefined;
}

/**
 * Takes away from `merged` what `previous` applied last and nobody in `owners` (what it applies now among
 * them) has: structured-merge-diff, merge/update.go, prune. Owners and the last configuration may
 * know the object in other versions than the request.
 */
export function prune(
  merged: KubeObject,
  previous: Pick<Manager, 'owned' | 'apiVersion'> | undefined,
  owners: readonly Pick<Manager, 'owned' | 'apiVersion'>[],
  { shape, versions }: Schemas,
): KubeObject {
  if (!previous || isEmptySet(previous.owned)) return merged;
  const own = merged.apiVersion;
  const convert = (object: KubeObject, apiVersion: string): KubeObject | undefined =>
    versions && object.apiVersion !== apiVersion ? versions.convert(object, apiVersion) : object;
  const shapeAt = (apiVersion: string): Shape =>
    !versions || apiVersion === own ? shape : objectShape(apiVersion, merged.kind, versions.schema(apiVersion));
  const named = (object: KubeObject, at: Shape): FieldSet => withNamedFields(fieldSetOf(object, at), at);

  const was = convert(merged, previous.apiVersion);
  if (!was) return merged;
  const lastShape = shapeAt(previous.apiVersion);
  const last = withNamedFields(previous.owned, lastShape);
  let pruned = removePaths(was, last, lastShape) as KubeObject;

  // What others own comes back, first at the version of the last configuration, then at all others.
  const byVersion = Map.groupBy(owners, ({ apiVersion }) => (versions ? apiVersion : previous.apiVersion));
  const order = [previous.apiVersion, ...[...byVersion.keys()].filter((one) => one !== previous.apiVersion)];
  for (const apiVersion of order) {
    const managers = byVersion.get(apiVersion);
    const [whole, rest] = [convert(was, apiVersion), convert(pruned, apiVersion)];
    if (!managers || !whole || !rest) continue;
    const at = shapeAt(apiVersion);
    const owned = unionOf(managers.map((manager) => manager.owned));
    const kept = union(named(rest, at), withNamedFields(owned, at));
    pruned = removePaths(whole, difference(named(whole, at), kept), at) as KubeObject;
  }

  // Only what the last configuration had goes: what nobody owns stays.
  const back = convert(pruned, previous.apiVersion);
  if (!back) return merged;
  const gone = intersection(difference(named(was, lastShape), named(back, lastShape)), last);
  return convert(removePaths(was, gone, lastShape) as KubeObject, own) ?? merged;
}

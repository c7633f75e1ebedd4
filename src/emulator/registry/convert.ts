import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { defaultedOnRead, prunedForVersion } from '../crd/complete.ts';
import type { CustomResource } from '../crd/custom-resource.ts';
import { internalError } from '../errors.ts';
import { scalerToServed, scalerToStored } from './autoscaler-versions.ts';
import type { ServedResource } from './catalog.ts';

type Convert = (object: KubeObject) => KubeObject;

/** Kinds whose versions differ in more than the name; `toServed` from storage, `toStored` into it. */
const conversions: Readonly<Record<string, { toServed: Convert; toStored: Convert }>> = {
  'events.k8s.io/v1 Event': { toServed: eventToServed, toStored: eventToStored },
  'autoscaling/v1 HorizontalPodAutoscaler': { toServed: scalerToServed, toStored: scalerToStored },
};

const cache = new WeakMap<KubeObject, Map<string, KubeObject>>();

/** A stored object as `resource`'s version shows it; the stored object itself where that is its version. */
export function toServed(object: KubeObject, resource: ServedResource): KubeObject {
  const apiVersion = apiVersionOf(resource);
  if (resource.custom) return customToServed(object, resource, apiVersion);
  if (object.apiVersion === apiVersion) return object;
  const versions = cache.get(object) ?? new Map<string, KubeObject>();
  cache.set(object, versions);
  let converted = versions.get(apiVersion);
  if (!converted) {
    converted = servedForm(object, resource);
    versions.set(apiVersion, converted);
  }
  return converted;
}

/** The same for an object that is still being changed, and of a built-in kind. */
export function servedForm(object: KubeObject, resource: ServedResource): KubeObject {
  const apiVersion = apiVersionOf(resource);
  if (object.apiVersion === apiVersion) return object;
  const convert = conversions[`${apiVersion} ${resource.kind}`]?.toServed;
  return { ...(convert ? convert(object) : object), apiVersion };
}

const customCache = new WeakMap<KubeObject, WeakMap<CustomResource, KubeObject>>();

/**
 * Versions of a custom kind differ in name alone (conversion `None`), and in what they have a place for.
 * Defaults are those of the version that is stored.
 */
function customToServed(object: KubeObject, { custom }: ServedResource, apiVersion: string): KubeObject {
  const versions = customCache.get(object) ?? new WeakMap<CustomResource, KubeObject>();
  customCache.set(object, versions);
  let converted = versions.get(custom!);
  if (!converted) {
    if (custom!.conversion && object.apiVersion !== apiVersion) {
      throw internalError(`nobody was asked to convert ${object.kind} from ${object.apiVersion} to ${apiVersion}`);
    }
    const isOther = object.apiVersion !== apiVersion;
    converted = defaultedOnRead(object, isOther ? custom!.storedSchema : custom!.schema);
    if (isOther) converted = { ...prunedForVersion(converted, custom!.schema), apiVersion };
    versions.set(custom!, converted);
  }
  return converted;
}

/** Whether a stored object is known at the version of `custom`. */
export const isServedKnown = (object: KubeObject, custom: CustomResource): boolean =>
  customCache.get(object)?.has(custom) ?? false;

/** What a webhook made of a stored object. */
export function knowServed(object: KubeObject, custom: CustomResource, served: KubeObject): void {
  const versions = customCache.get(object) ?? new WeakMap<CustomResource, KubeObject>();
  customCache.set(object, versions);
  versions.set(custom, served);
}

/**
 * What a client sent at `resource`'s version, in the version that is stored. What a webhook converts
 * stays as it is until it is stored.
 */
export function toStored(object: KubeObject, resource: ServedResource): KubeObject {
  if (object.apiVersion === resource.storageVersion || resource.custom?.conversion) return object;
  const convert = conversions[`${apiVersionOf(resource)} ${resource.kind}`]?.toStored;
  return { ...(convert ? convert(object) : object), apiVersion: resource.storageVersion };
}

/** What is kept of an object of a custom kind that came at another version than the one that is stored. */
export const storable = (object: KubeObject, { custom }: ServedResource): KubeObject =>
  prunedForVersion(object, custom?.storedSchema);

/** Fields that events.k8s.io/v1 names otherwise than core/v1. */
const EVENT_NAMES = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
] as const;

function renamed(object: KubeObject, names: readonly (readonly [string, string])[]): KubeObject {
  const result = { ...object };
  for (const [from, to] of names) {
    delete result[from];
    if (object[from] !== undefined) result[to] = object[from];
  }
  return result;
}

function eventToServed(event: KubeObject): KubeObject {
  const served = renamed(
    event,
    EVENT_NAMES.map(([served, stored]) => [stored, served] as const),
  );
  // The old group says that they are empty, the new one says nothing.
  for (const field of ['reportingController', 'reportingInstance']) if (served[field] === '') delete served[field];
  return served;
}

function eventToStored(event: KubeObject): KubeObject {
  return renamed(event, EVENT_NAMES);
}

import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import { failure } from '../errors.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { isServedKnown, knowServed } from '../registry/convert.ts';
import { deepCopy } from '../registry/copy.ts';
import type { Machine, Outcome } from '../registry/machine.ts';
import { completeCustom } from './complete.ts';
import type { Conversion } from './custom-resource.ts';

const TIMEOUT_MS = 30_000;

/**
 * Sees to it that `toServed` knows what stored objects are at the version of `resource`; undefined where
 * nobody has to be asked. All that are to be converted go in one review.
 * @throws ApiStatusError 500 in the words of apiextensions-apiserver, pkg/apiserver/conversion
 */
export function converted(
  machine: Machine,
  resource: ServedResource,
  objects: readonly (KubeObject | undefined)[],
  isList = false,
): Promise<void> | undefined {
  const { custom } = resource;
  if (!custom?.conversion) return undefined;
  const wanted = apiVersionOf(resource);
  const strange = objects.filter(
    (one) => one !== undefined && one.apiVersion !== wanted && !isServedKnown(one, custom),
  );
  if (strange.length === 0) return undefined;
  const unique = [...new Set(strange as KubeObject[])];
  const shown = `${wanted}, Kind=${resource.kind}${isList ? 'List' : ''}`;
  const source = `${unique[0]!.apiVersion}, Kind=${resource.kind}`;
  return ask(machine, custom.conversion, unique, wanted, isList ? shown : source).then((results) => {
    for (const [at, result] of results.entries()) {
      completeCustom(result, custom.schema, []);
      knowServed(unique[at]!, custom, result);
    }
  });
}

/** What is stored of an object that a client sent at the version of `resource`. */
export function storedForm(machine: Machine, resource: ServedResource, object: KubeObject): Outcome<KubeObject> {
  const { custom, storageVersion } = resource;
  if (!custom?.conversion || object.apiVersion === storageVersion) return object;
  return ask(machine, custom.conversion, [object], storageVersion, `${object.apiVersion}, Kind=${resource.kind}`).then(
    ([stored]) => stored!,
  );
}

async function ask(
  machine: Machine,
  conversion: Conversion,
  objects: readonly KubeObject[],
  desired: string,
  shown: string,
): Promise<KubeObject[]> {
  const refuse = (why: string): never => {
    throw new ApiStatusError(failure(500, '', `conversion webhook for ${shown} ${why}`));
  };
  const version = conversion.reviewVersions.find((one) => one === 'v1' || one === 'v1beta1');
  if (!version) throw new ApiStatusError(failure(500, '', 'no supported conversion review versions'));
  const uid = randomUUID();
  const apiVersion = `apiextensions.k8s.io/${version}`;
  const body = { kind: 'ConversionReview', apiVersion, request: { uid, desiredAPIVersion: desired, objects } };
  const { callWebhook } = await import('../webhooks/call.ts');
  let answer: unknown;
  try {
    answer = await callWebhook({ machine, clientConfig: conversion.clientConfig, body, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    return refuse(`failed: ${(error as Error).message}`);
  }
  const given = answeredObjects(answer, apiVersion, uid);
  if (typeof given === 'string') return refuse(`failed: ${given}`);
  if (given.length !== objects.length) refuse(`returned ${given.length} objects, expected ${objects.length}`);
  return given.map((one, at) => {
    const wrong = whatIsWrong(one, objects[at]!, desired);
    if (wrong)
      refuse(`returned invalid ${objects.length > 1 ? 'converted object' : 'object'} at index ${at}: ${wrong}`);
    const metadata = restoredMetadata(objects[at]!, one);
    if (typeof metadata === 'string') refuse(`returned invalid metadata: ${metadata}`);
    return { ...one, metadata } as KubeObject;
  });
}

interface Answer {
  kind?: string;
  apiVersion?: string;
  response?: { uid?: string; convertedObjects?: KubeObject[]; result?: { status?: string; message?: string } };
}

function answeredObjects(answer: unknown, apiVersion: string, uid: string): KubeObject[] | string {
  const { kind, apiVersion: version, response } = (answer ?? {}) as Answer;
  if (apiVersion.endsWith('/v1')) {
    if (kind !== 'ConversionReview' || version !== apiVersion) {
      return `expected webhook response of ${apiVersion}, Kind=ConversionReview, got ${version ?? ''}, Kind=${kind ?? ''}`;
    }
    if (response && response.uid !== uid) return `expected response.uid="${uid}", got "${response.uid ?? ''}"`;
  }
  if (!response) return 'no response provided';
  const status = response.result?.status;
  const { convertedObjects } = response;
  if (status === 'Success') {
    if (Array.isArray(convertedObjects ?? [])) return convertedObjects ?? [];
    return 'json: cannot unmarshal object into Go struct field ConversionResponse.response.convertedObjects of type []runtime.RawExtension';
  }
  return response.result?.message || `response.result.status was '${status ?? ''}', not 'Success'`;
}

function whatIsWrong(one: KubeObject, was: KubeObject, desired: string): string | undefined {
  if (one?.apiVersion !== desired) {
    return `invalid groupVersion (expected ${desired}, received ${one?.apiVersion ?? ''})`;
  }
  if (one.kind !== was.kind) return `invalid kind (expected ${was.kind}, received ${one.kind})`;
  for (const [field, label] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    const [before, now] = [was.metadata[field] ?? '', one.metadata?.[field] ?? ''];
    if (before !== now) return `must have the same ${label}: ${before} != ${now}`;
  }
  return undefined;
}

/** The metadata as they were; only labels and annotations are the webhook's to change. */
function restoredMetadata(was: KubeObject, one: KubeObject): KubeObject['metadata'] | string {
  if (one.metadata === undefined) return 'missing metadata in converted object';
  const metadata = deepCopy(was.metadata);
  for (const field of ['labels', 'annotations'] as const) {
    const given = one.metadata[field] as Record<string, unknown> | null | undefined;
    delete metadata[field];
    if (given === undefined || given === null) continue;
    if (typeof given !== 'object' || Array.isArray(given)) return `invalid metadata.${field} in converted object`;
    const wrong = Object.entries(given).find(([, value]) => typeof value !== 'string');
    if (wrong) return `metadata.${field}[${wrong[0]}] must be a string, but is ${typeof wrong[1]} in converted object`;
    metadata[field] = given as Record<string, string>;
  }
  return metadata;
}

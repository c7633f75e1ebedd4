import { randomUUID } from 'node:crypto';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { ApiStatusError } from '../../api/status.ts';
import { failure } from '../errors.ts';
import type { ServedResource } from '../registry/catalog.ts';
import { isServedKnown, knowServed, toServed } from '../registry/convert.ts';
import type { Machine, Outcome } from '../registry/machine.ts';
import { pruneCustom } from './complete.ts';
import { readConverted } from './converted-object.ts';
import type { Conversion } from './custom-resource.ts';

const TIMEOUT_MS = 30_000;
/** So many reviews of one list are on their way at a time. */
const AT_ONCE = 8;

/**
 * Sees to it that `toServed` knows what stored objects are at the version of `resource`; undefined where
 * nobody has to be asked. Each object has a review of its own, as a server converts what it reads from
 * its storage one by one.
 * @throws ApiStatusError 500 in the words of apiextensions-apiserver, pkg/apiserver/conversion
 */
export function converted(
  machine: Machine,
  resource: ServedResource,
  objects: readonly (KubeObject | undefined)[],
): Promise<void> | undefined {
  const { custom } = resource;
  if (!custom?.conversion) return undefined;
  const wanted = apiVersionOf(resource);
  const strange = objects.filter(
    (one) => one !== undefined && one.apiVersion !== wanted && !isServedKnown(one, custom),
  );
  if (strange.length === 0) return undefined;
  return convertAll(machine, resource, [...new Set(strange as KubeObject[])]);
}

async function convertAll(machine: Machine, resource: ServedResource, objects: KubeObject[]): Promise<void> {
  const wanted = apiVersionOf(resource);
  const convert = async (object: KubeObject): Promise<void> => {
    // What is read has the defaults of the version in which it is stored, not of the one that it comes to.
    const source = versionOf(machine, resource, object.apiVersion);
    const result = await atVersion(machine, resource, source ? toServed(object, source) : object, wanted);
    knowServed(object, resource.custom!, result);
  };
  for (let at = 0; at < objects.length; at += AT_ONCE) {
    const results = await Promise.allSettled(objects.slice(at, at + AT_ONCE).map(convert));
    const failed = results.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
  }
}

const versionOf = (machine: Machine, { storage }: ServedResource, apiVersion: string): ServedResource | undefined =>
  machine.catalog.all().find((one) => one.storage === storage && apiVersionOf(one) === apiVersion);

/** An object at another version, without what that has no place for. */
export function atVersion(
  machine: Machine,
  resource: ServedResource,
  object: KubeObject,
  apiVersion: string,
): Outcome<KubeObject> {
  const { conversion } = resource.custom ?? {};
  if (!conversion || object.apiVersion === apiVersion) return object;
  return ask(machine, conversion, object, apiVersion).then((result) => {
    pruneCustom(result, versionOf(machine, resource, apiVersion)?.custom?.schema);
    return result;
  });
}

/** What is stored of an object that a client sent at the version of `resource`. */
export const storedForm = (machine: Machine, resource: ServedResource, object: KubeObject): Outcome<KubeObject> =>
  atVersion(machine, resource, object, resource.storageVersion);

/** One object at another version, its metadata but for labels and annotations as they were. */
async function ask(machine: Machine, conversion: Conversion, object: KubeObject, desired: string): Promise<KubeObject> {
  const version = conversion.reviewVersions.find((one) => one === 'v1' || one === 'v1beta1');
  if (!version) throw failed('no supported conversion review versions');
  const uid = randomUUID();
  const apiVersion = `apiextensions.k8s.io/${version}`;
  // What is stored does not know its own version.
  const { resourceVersion, ...metadata } = object.metadata;
  const body = {
    kind: 'ConversionReview',
    apiVersion,
    request: { uid, desiredAPIVersion: desired, objects: [{ ...object, metadata }] },
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
  const source = `conversion webhook for ${object.apiVersion}, Kind=${object.kind}`;
  const [{ callWebhook }, { checkType, typeText }, { checkConversionFields }] = await Promise.all([
    import('../webhooks/call.ts'),
    import('../webhooks/answer.ts'),
    import('../webhooks/response-fields.ts'),
  ]);
  let objects: readonly unknown[];
  try {
    const answer = await callWebhook({ machine, clientConfig: conversion.clientConfig, body, timeoutMs: TIMEOUT_MS });
    checkType(answer, { apiVersion, kind: 'ConversionReview' });
    checkConversionFields(answer);
    objects = objectsOf(answer, apiVersion, uid, typeText);
  } catch (error) {
    throw failed(`${source} failed: ${(error as Error).message}`);
  }
  if (objects.length !== 1) throw failed(`${source} returned ${objects.length} objects, expected 1`);
  const result = readConverted(object, objects[0], desired);
  if ('malformed' in result) throw failed(result.malformed);
  if ('wrong' in result) throw failed(`${source} returned invalid ${result.wrong}`);
  if (resourceVersion !== undefined) result.object.metadata.resourceVersion = resourceVersion;
  return result.object;
}

const failed = (message: string) => new ApiStatusError(failure(500, '', message));

interface Answer {
  kind?: string;
  apiVersion?: string;
  response?: { uid?: string; convertedObjects?: unknown[]; result?: { status?: string; message?: string } };
}

/** @throws Error what is wrong with the review */
function objectsOf(
  answer: unknown,
  apiVersion: string,
  uid: string,
  typeText: (apiVersion: unknown, kind: unknown) => string,
): readonly unknown[] {
  const { kind, apiVersion: version, response } = (answer ?? {}) as Answer;
  const isOld = apiVersion.endsWith('/v1beta1');
  if (!isOld && (kind !== 'ConversionReview' || version !== apiVersion)) {
    throw new Error(
      `expected webhook response of ${typeText(apiVersion, 'ConversionReview')}, got ${typeText(version, kind)}`,
    );
  }
  if (!response) throw new Error('no response provided');
  if (!isOld && response.uid !== uid) throw new Error(`expected response.uid="${uid}", got "${response.uid ?? ''}"`);
  const { status = '', message } = response.result ?? {};
  if (status !== 'Success') throw new Error(message || `response.result.status was '${status}', not 'Success'`);
  return response.convertedObjects ?? [];
}

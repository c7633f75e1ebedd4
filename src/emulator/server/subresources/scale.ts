import type { KubeObject, ManagedFieldsEntry } from '../../../api/meta.ts';
import { apiVersionOf } from '../../../api/resource.ts';
import { type ApiStatus, ApiStatusError } from '../../../api/status.ts';
import { validateObject } from '../../../api/validation/index.ts';
import { selectorOf } from '../../../lib/label-selector.ts';
import { converted } from '../../crd/conversion.ts';
import { badRequest, internalError, invalid, notFound } from '../../errors.ts';
import type { ServedResource } from '../../registry/catalog.ts';
import { toServed } from '../../registry/convert.ts';
import { deepCopy } from '../../registry/copy.ts';
import type { AdmittedPart } from '../../registry/machine.ts';
import { updateObject } from '../../registry/update.ts';
import { mediaType, readObject } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import { sendScale } from '../plain-answer.ts';
import type { ResourceTarget } from '../request-info.ts';
import { checkPatched, readApplied, readPatch, shownOf } from '../verbs/patch.ts';
import { checkKind } from '../verbs/write.ts';
import { type RequestOptions, writeOptions } from '../verbs/write-options.ts';

const SCALE = { group: 'autoscaling', kind: 'Scale' };

/** autoscaling/v1 Scale: reads and writes the replicas of what it belongs to. */
export async function scaleSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { machine } = exchange.context;
  const { resource, namespace, name = '' } = target;
  const stored = machine.store.get(resource.storage, namespace, name);
  if (!stored) {
    const plural = resource.custom ? resource.plural : `${resource.plural}/scale`;
    throw notFound({ group: resource.group, plural }, name);
  }
  // The paths are those of the version that was asked for.
  const served = async (object: KubeObject): Promise<KubeObject> => {
    if (!resource.custom?.conversion) return object;
    await converted(machine, resource, [object]);
    return toServed(object, resource);
  };
  const existing = await served(stored);
  if (exchange.method === 'GET') {
    checkHasReplicas(resource, existing);
    return sendScale(exchange, scaleOf(resource, existing));
  }
  if (mediaType(exchange.request) === 'application/apply-patch+yaml') {
    return sendScale(exchange, scaleOf(resource, await served(await applyScale(exchange, target))));
  }
  const options = writeOptions(exchange, target, exchange.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
  const scale = await newScale(exchange, resource, existing, options);
  checkScale(scale, name, resource);
  const replicas = Number(scale.spec?.replicas ?? 0);
  const version = scale.metadata.resourceVersion;
  const written = await updateObject(
    machine,
    resource,
    namespace,
    name,
    (current) => {
      const changed = deepCopy(current);
      setPath(changed, replicasPath(resource), replicas);
      // A patch was made from what is stored now, so it cannot be stale; a PUT says what it was made from.
      if (version) changed.metadata.resourceVersion = version;
      return changed;
    },
    // Of a number that nobody owns nobody comes to own it (apimachinery, managedfields, skipNonApplied).
    { ...options, managed: holdersOf(resource, existing).length === 0, part: scalePart(resource) },
  );
  await sendScale(exchange, scaleOf(resource, await served(written)));
}

/** Admission is asked about the Scale, not about what is scaled. */
function scalePart(resource: ServedResource): AdmittedPart {
  return {
    subresource: 'scale',
    kind: { ...SCALE, version: 'v1' },
    of: (object) => scaleOf(resource, object),
    into(object, scale) {
      setPath(object, replicasPath(resource), Number(scale.spec?.replicas ?? 0));
      // Who scaled is written down without the time.
      const timeless = (entry: ManagedFieldsEntry) => entry.subresource === 'scale';
      const entries = object.metadata.managedFields ?? [];
      for (const entry of entries) if (timeless(entry)) delete entry.time;
      const rank = (entry: ManagedFieldsEntry) => (entry.operation === 'Apply' ? 0 : 2) + (timeless(entry) ? 0 : 1);
      object.metadata.managedFields = entries.sort((a, b) => rank(a) - rank(b));
    },
  };
}

async function newScale(
  exchange: Exchange,
  resource: ServedResource,
  existing: KubeObject,
  options: RequestOptions,
): Promise<KubeObject> {
  const scaleKind = scaleResource(resource);
  const duplicates: string[] = [];
  if (exchange.method !== 'PUT') {
    const patch = await readPatch(exchange, scaleKind, duplicates);
    const now = scaleOf(resource, existing);
    // Only who is refused sees it: what is stored has no fields of a Scale.
    now.metadata.managedFields = holdersOf(resource, existing);
    const patched = patch(deepCopy(now));
    return checkPatched(patched, {
      existing: now,
      resource: scaleKind,
      options,
      duplicates,
      shown: shownOf(patch, now),
    });
  }
  const body = await readObject(exchange.request, 'Scale', 'autoscaling/v1', duplicates);
  return checkKind(body, scaleKind, options, duplicates);
}

/** Who has the number of replicas, in the Scale's terms. */
function holdersOf(resource: ServedResource, { metadata }: KubeObject): ManagedFieldsEntry[] {
  const fields = stepsOf(replicasPath(resource)).map((step) => `f:${step}`);
  const holds = (entry: ManagedFieldsEntry): boolean => {
    let at: unknown = entry.fieldsV1;
    for (const field of fields) at = (at as Record<string, unknown> | undefined)?.[field];
    return at !== undefined;
  };
  return (metadata.managedFields ?? []).filter(holds).map(({ manager = '', operation = 'Update', time }) => ({
    manager,
    operation,
    apiVersion: 'autoscaling/v1',
    ...(time ? { time } : {}),
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    subresource: 'scale',
  }));
}

/** Applied is only the number, to the object itself; who has it is told in the Scale's terms. */
async function applyScale(exchange: Exchange, target: ResourceTarget): Promise<KubeObject> {
  const { resource, namespace, name = '' } = target;
  const { machine } = exchange.context;
  const options = writeOptions(exchange, target, 'PatchOptions');
  const { applied: scale, force } = await readApplied(exchange, scaleResource(resource), name, options);
  const applied: KubeObject = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: { name } };
  setPath(applied, replicasPath(resource), Number(scale.spec?.replicas ?? 0));
  const { applyObject } = await import('../../registry/apply.ts');
  try {
    const all = { ...options, force, part: scalePart(resource) };
    return (await applyObject(machine, resource, namespace, name, applied, all)).object;
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.status.reason !== 'Conflict') throw error;
    throw new ApiStatusError(inTermsOfScale(error.status, apiVersionOf(resource)));
  }
}

/** `using apps/v1` becomes `using autoscaling/v1`. */
function inTermsOfScale(status: ApiStatus, own: string): ApiStatus {
  const told = (text = ''): string => text.replaceAll(`using ${own}`, 'using autoscaling/v1');
  const causes = status.details?.causes?.map((cause) => ({ ...cause, message: told(cause.message) }));
  return {
    ...status,
    message: told(status.message),
    ...(causes ? { details: { ...status.details, causes } } : {}),
  };
}

/** A patch of a scale follows the Scale's own schema. */
function scaleResource(resource: ServedResource): ServedResource {
  const { custom: _custom, ...rest } = resource;
  return { ...rest, group: 'autoscaling', version: 'v1', kind: 'Scale', storage: 'scales.autoscaling' };
}

function checkScale(scale: KubeObject, name: string, resource: ServedResource): void {
  const { metadata, spec } = scale;
  if (metadata.name !== name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
  }
  if (!metadata.namespace) {
    throw invalid(SCALE, name, [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'metadata.namespace' },
    ]);
  }
  const replicas = spec?.replicas ?? 0;
  // Of a custom object the object itself says so, by its own path.
  if (resource.custom && typeof replicas === 'number') return;
  const causes = validateObject(scale, undefined, resource);
  if (causes.length > 0) throw invalid(SCALE, name, causes);
}

const replicasPath = (resource: ServedResource): string => resource.custom?.scale?.specReplicasPath ?? '.spec.replicas';

function scaleOf(resource: ServedResource, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = Number(getPath(object, replicasPath(resource)) ?? 0);
  const custom = resource.custom?.scale;
  const current = Number(getPath(object, custom?.statusReplicasPath ?? '.status.replicas') ?? 0);
  const selector = custom
    ? custom.labelSelectorPath && getPath(object, custom.labelSelectorPath)
    : selectorText(object.spec?.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: current, ...(selector ? { selector } : {}) },
  };
}

function selectorText(selector: Record<string, unknown> | undefined): string {
  if (!selector) return '';
  // A replication controller selects by labels alone.
  const plain = !('matchLabels' in selector) && !('matchExpressions' in selector);
  return selectorOf(plain ? { matchLabels: selector as Record<string, string> } : selector).toString();
}

/** @throws ApiStatusError 500 for a custom object that says nothing of its replicas */
function checkHasReplicas(resource: ServedResource, object: KubeObject): void {
  const path = replicasPath(resource);
  if (!resource.custom || getPath(object, path) !== undefined) return;
  throw internalError(`the spec replicas field ${JSON.stringify(path)} does not exist`);
}

const stepsOf = (path: string): string[] => path.split('.').filter((step) => step !== '');

function getPath(object: KubeObject, path: string): unknown {
  let at: unknown = object;
  for (const step of stepsOf(path)) at = (at as Record<string, unknown> | undefined)?.[step];
  return at;
}

function setPath(object: KubeObject, path: string, value: unknown): void {
  const steps = stepsOf(path);
  const last = steps.pop()!;
  let at = object as Record<string, unknown>;
  for (const step of steps) {
    at[step] ??= {};
    at = at[step] as Record<string, unknown>;
  }
  at[last] = value;
}

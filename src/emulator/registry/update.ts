import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { converted, storedForm } from '../crd/conversion.ts';
import { badRequest, conflict, invalid, notFound, plainError, staleVersion } from '../errors.ts';
import { hasHooks } from '../webhooks/hooks.ts';
import { admit, check, prepared } from './admit.ts';
import type { ServedResource } from './catalog.ts';
import { storable, toServed } from './convert.ts';
import { deepCopy } from './copy.ts';
import { createObject, kindOf } from './create.ts';
import { jsonEqual } from './equal.ts';
import { applyDefaults, trackManagers } from './facts.ts';
import type { AdmissionRequest, Machine, Outcome, WriteOptions } from './machine.ts';
import { normalize } from './normalize.ts';
import { onlyPart } from './parts.ts';
import { emptyListsToNull, prepareToStore } from './prepare.ts';
import { strategyOf } from './strategy.ts';
import { validate, warningsFor } from './validate.ts';
import { withConversions } from './versions.ts';

/**
 * Replaces an object, or the part of it that `options.subresource` names. `change` gets what is stored
 * (not to be changed) and returns the new object, which it gives away, in the storage version; it is
 * called again with what is stored then when somebody else wrote while admission waited
 * (kube-apiserver, GuaranteedUpdate). A write that changes nothing returns what is stored, with its
 * resourceVersion as it was. A promise where somebody outside has a say.
 */
export const updateObject = (...write: Parameters<typeof updateOnce>): Outcome<KubeObject> =>
  withConversions(() => updateOnce(...write));

function updateOnce(
  machine: Machine,
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
  change: (existing: KubeObject) => KubeObject,
  options: WriteOptions,
): Outcome<KubeObject> {
  const stored = machine.store.get(resource.storage, namespace, name);
  if (!stored) {
    if (!strategyOf(resource).createOnUpdate || options.subresource) throw notFound(resource, name);
    const empty: KubeObject = { apiVersion: resource.storageVersion, kind: resource.kind, metadata: {} };
    return createObject(machine, resource, namespace, change(empty), options);
  }
  const pending = converted(machine, resource, [stored]);
  if (pending) return pending.then(() => updateObject(machine, resource, namespace, name, change, options));
  // What a webhook converts is worked on at the version of the request.
  const existing = resource.custom?.conversion ? toServed(stored, resource) : stored;
  const sent = onlyPart(change(existing), existing, options.subresource);
  checkIdentity(resource, namespace, name, sent, existing);
  const object = writesStatus(options.subresource) ? inPlaceOf(existing, sent) : sent;
  const unsent = options.subresource ? [] : UNSENT.filter((key) => object.metadata[key] === undefined);
  keepSystemFields(resource, object, existing, options);
  const finalizers = options.subresource === 'finalize' ? object.spec?.finalizers : existing.spec?.finalizers;
  normalize(object, existing);
  applyDefaults(object, resource);
  if (resource.storage === 'namespaces') object.spec = finalizers?.length ? { ...existing.spec, finalizers } : {};
  // What admission adds belongs to nobody (kube-apiserver, handlers/update.go).
  if (!options.managed) trackManagers(machine, resource, existing, object, options);
  // Who may change the object sees what was sent of it (kube-apiserver, handlers/update.go).
  for (const key of unsent) delete object.metadata[key];
  const { part } = options;
  const request: AdmissionRequest = {
    operation: 'UPDATE',
    resource,
    namespace,
    name,
    object: part ? part.of(object) : object,
    previous: part ? part.of(existing) : existing,
    subresource: part ? part.subresource : options.subresource,
    options: options.request,
    dryRun: options.dryRun ?? false,
    user: options.user,
    warn: options.warn,
    machine,
    ...(part ? { kind: part.kind } : {}),
  };
  return admit(request, () => {
    part?.into(object, request.object);
    const { managedFields } = object.metadata;
    keepSystemFields(resource, object, existing, options);
    restore(object.metadata as Record<string, unknown>, 'managedFields', managedFields);
    return prepared(request, () => {
      if (!resource.custom) prepareToStore(object, existing, timestamp(machine.clock));
      if (options.subresource !== 'status') countGeneration(resource, object, existing);
      const causes = validate(object, existing, resource, options.subresource, machine);
      if (causes.length > 0) throw invalid(kindOf(resource), name, causes);
      if (options.warn) {
        for (const text of warningsFor(object, resource, existing, options.subresource)) options.warn(text);
      }
      if (part) request.object = part.of(object);
      return check(request, () => {
        const again = () => updateObject(machine, resource, namespace, name, change, options);
        const isStale = () => machine.store.get(resource.storage, namespace, name) !== stored;
        if (isStale()) return again();
        if (!resource.custom?.conversion || request.dryRun || isSame(object, existing) || isGone(resource, object)) {
          return store(request, object, existing, stored);
        }
        const form = storedForm(machine, resource, object);
        if (!(form instanceof Promise)) return machine.store.put(resource.storage, form);
        return form.then((one) => (isStale() ? again() : machine.store.put(resource.storage, one)));
      });
    });
  });
}

function store(request: AdmissionRequest, sent: KubeObject, existing: KubeObject, stored: KubeObject): KubeObject {
  const { machine, resource, namespace, name, dryRun } = request;
  const object = storable(sent, resource);
  const gone = isGone(resource, object);
  if (!resource.custom) emptyListsToNull(object);
  if (dryRun) return object;
  if (gone) {
    machine.store.delete(resource.storage, namespace, name);
    return object;
  }
  return isSame(object, existing) ? stored : machine.store.put(resource.storage, object);
}

/**
 * The change of a PUT. `body` is given away to the first call; only where admission or a conversion may
 * wait, and the change may so be made again, is it copied.
 */
export function replacement(machine: Machine, resource: ServedResource, body: KubeObject): () => KubeObject {
  return () => (resource.custom?.conversion || hasHooks(machine) ? deepCopy(body) : body);
}

/** An object is put where its name says. @throws ApiStatusError 400 */
export function checkNamed({ name: own }: KubeObject['metadata'], name: string): void {
  if (!own) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
}

function checkIdentity(
  resource: ServedResource,
  namespace: string | undefined,
  name: string,
  object: KubeObject,
  existing: KubeObject,
): void {
  const { metadata } = object;
  checkNamed(metadata, name);
  if (resource.namespaced && metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (metadata.uid && metadata.uid !== existing.metadata.uid) {
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${keyOf(resource)}/${namespace ? `${namespace}/` : ''}${name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${existing.metadata.uid}`,
    );
  }
  const version = metadata.resourceVersion;
  if (version && !/^\d+$/.test(version)) {
    throw plainError(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  }
  if (version && version !== '0' && version !== existing.metadata.resourceVersion) throw staleVersion(resource, name);
}

/** Where a real server keeps the kind in its store. */
const keyOf = ({ custom, group, plural }: ServedResource): string =>
  custom ? `${group}/${plural}` : (OLD_KEYS[plural] ?? plural);

const OLD_KEYS: Readonly<Record<string, string>> = {
  endpoints: 'services/endpoints',
  ingresses: 'ingress',
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
};

/** Fields that only the server writes, and the half of the object that this way does not write. */
function keepSystemFields(
  resource: ServedResource,
  object: KubeObject,
  existing: KubeObject,
  { subresource, managed }: WriteOptions,
): void {
  const was = existing.metadata;
  const { metadata } = object;
  const fields = metadata as Record<string, unknown>;
  delete fields.selfLink;
  for (const key of SYSTEM_FIELDS) restore(fields, key, was[key]);
  // Who applies nothing any more may have been the last one.
  if (!managed && metadata.managedFields === undefined && was.managedFields) metadata.managedFields = was.managedFields;
  if (!writesStatus(subresource)) {
    if (resource.hasStatus) restore(object, 'status', existing.status);
    return;
  }
  const { status } = object;
  for (const key of strategyOf(resource).statusKeeps ?? []) restore(fields, key, was[key]);
  // In the order of what is stored. Where it is that already nothing is deleted, which would make V8 keep the object as
  // a table of its fields: several times as large, and slower to read, for as long as it is stored.
  if (!hasFieldsOf(object, existing)) for (const key of Object.keys(object)) delete object[key];
  Object.assign(object, existing, { metadata });
  restore(object, 'status', status);
}

const writesStatus = (subresource: string | undefined): boolean =>
  subresource === 'status' || subresource === 'approval';

/** The stored object with what was sent of the half that a write of the status may change. */
function inPlaceOf(existing: KubeObject, { metadata, status }: KubeObject): KubeObject {
  const object: KubeObject = { ...existing, metadata };
  restore(object, 'status', status);
  return object;
}

/** The same fields in the same order. */
function hasFieldsOf(object: KubeObject, existing: KubeObject): boolean {
  const [fields, others] = [Object.keys(object), Object.keys(existing)];
  return fields.length === others.length && fields.every((field, at) => field === others[at]);
}

const SYSTEM_FIELDS = [
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'generateName',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/** Of these a client need say nothing. */
const UNSENT = ['uid', 'resourceVersion', 'creationTimestamp', 'generation'] as const;

function restore(target: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) delete target[key];
  else target[key] = value;
}

function countGeneration(resource: ServedResource, object: KubeObject, existing: KubeObject): void {
  const { generation, counts } = strategyOf(resource);
  if (!generation || generation === 'first') return;
  if (existing.metadata.generation === undefined && generation !== 'changes') return;
  const same =
    Object.keys({ ...object, ...existing }).every(
      (key) => key === 'metadata' || key === 'status' || jsonEqual(object[key], existing[key]),
    ) &&
    (!counts || jsonEqual(object.metadata[counts] ?? {}, existing.metadata[counts] ?? {}));
  if (!same) object.metadata.generation = (existing.metadata.generation ?? 0) + 1;
}

/** Held by nothing any more, and meant to go. */
function isGone(resource: ServedResource, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (!deletionTimestamp || (finalizers?.length ?? 0) > 0) return false;
  if ((deletionGracePeriodSeconds ?? 0) > 0) return false;
  return resource.storage !== 'namespaces' || (object.spec?.finalizers?.length ?? 0) === 0;
}

/** Equal but for the times of managed fields, which alone are no reason to write. */
function isSame(object: KubeObject, existing: KubeObject): boolean {
  const { managedFields, ...metadata } = object.metadata;
  const { managedFields: were, ...was } = existing.metadata;
  return (
    jsonEqual({ ...object, metadata }, { ...existing, metadata: was }) &&
    jsonEqual(
      managedFields?.map((entry) => ({ ...entry, time: undefined })),
      were?.map((entry) => ({ ...entry, time: undefined })),
    )
  );
}

import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { storedForm } from '../crd/conversion.ts';
import { alreadyExists, badRequest, invalid, plainError } from '../errors.ts';
import { admit, check, prepared } from './admit.ts';
import type { ServedResource } from './catalog.ts';
import { storable } from './convert.ts';
import { applyDefaults, trackManagers } from './facts.ts';
import type { AdmissionRequest, Machine, Outcome, WriteOptions } from './machine.ts';
import { generatedName, generatedUid } from './names.ts';
import { normalize } from './normalize.ts';
import { emptyListsToNull, prepareToStore } from './prepare.ts';
import { strategyOf } from './strategy.ts';
import { validate, warningsFor } from './validate.ts';

/**
 * Makes a new object. `body` is in the storage version and given away by the caller. A promise where
 * somebody outside has a say.
 * @throws ApiStatusError AlreadyExists, Invalid, BadRequest, Forbidden, NotFound (its namespace)
 */
export function createObject(
  machine: Machine,
  resource: ServedResource,
  namespace: string | undefined,
  body: KubeObject,
  options: WriteOptions,
): Outcome<KubeObject> {
  const object = body;
  object.metadata ??= {};
  const { metadata } = object;
  checkNamespace(resource, namespace, object);
  checkUnstored(object);
  const name = metadata.name ?? '';
  if (!name && !metadata.generateName) {
    throw invalid({ group: resource.group, kind: resource.kind }, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ]);
  }
  withoutSystemFields(object);
  normalize(object, undefined);
  applyDefaults(object, resource);
  // What admission adds belongs to nobody (kube-apiserver, handlers/create.go).
  if (!options.managed) trackManagers(machine, resource, undefined, object, options);
  const request: AdmissionRequest = {
    operation: 'CREATE',
    resource,
    namespace,
    name,
    object,
    previous: undefined,
    subresource: undefined,
    options: options.request,
    dryRun: options.dryRun ?? false,
    user: options.user,
    warn: options.warn,
    machine,
  };
  return admit(request, () => {
    // Who is asked outside may have written what nobody may.
    checkNamespace(resource, namespace, object);
    checkUnstored(object);
    applyDefaults(object, resource);
    giveSystemFields(request);
    return prepared(request, () => {
      giveStatus(resource, object);
      if (!resource.custom) prepareToStore(object, undefined, timestamp(machine.clock));
      const causes = validate(object, undefined, resource, undefined, machine);
      if (causes.length > 0) throw invalid(kindOf(resource), object.metadata.name ?? '', causes);
      if (options.warn) for (const text of warningsFor(object, resource)) options.warn(text);
      options.mayCreate?.(object.metadata.name ?? '');
      return check(request, () => store(request));
    });
  });
}

/** Who was there first is known only now: others may have written while somebody was asked. */
function store(request: AdmissionRequest): Outcome<KubeObject> {
  const { machine, resource, dryRun } = request;
  const object = storable(request.object, resource);
  const name = object.metadata.name ?? '';
  refuseTaken(request, name);
  if (!resource.custom) emptyListsToNull(object);
  if (dryRun) return object;
  const stored = storedForm(machine, resource, object);
  if (!(stored instanceof Promise)) return machine.store.put(resource.storage, stored);
  return stored.then((form) => {
    refuseTaken(request, name);
    return machine.store.put(resource.storage, form);
  });
}

/** @throws ApiStatusError 409 */
function refuseTaken({ machine, resource, namespace }: AdmissionRequest, name: string): void {
  const taken = machine.store.get(resource.storage, namespace, name);
  if (taken) throw alreadyExists(resource, name, taken.metadata.deletionTimestamp !== undefined);
}

/** Kinds that messages name by their first group: events have two, and recorded servers knew an old one of others. */
const FIRST_GROUPS: Readonly<Record<string, string>> = {
  'ingresses.networking.k8s.io': 'extensions',
  'networkpolicies.networking.k8s.io': 'extensions',
  events: '',
};

/** The kind in messages of the validation. */
export function kindOf(resource: ServedResource): { group: string; kind: string } {
  const group = FIRST_GROUPS[resource.storage] ?? resource.group;
  return { group, kind: resource.kind };
}

function checkNamespace(resource: ServedResource, namespace: string | undefined, object: KubeObject): void {
  const { metadata } = object;
  if (!resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  // Nothing finds what is nowhere, and its controllers would fail for ever.
  if (!namespace) {
    throw invalid({ group: resource.group, kind: resource.kind }, metadata.name ?? '', [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'metadata.namespace' },
    ]);
  }
  if (!metadata.namespace) metadata.namespace = namespace;
  else if (metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function checkUnstored({ metadata: { resourceVersion } }: KubeObject): void {
  if (resourceVersion) throw plainError('resourceVersion should not be set on objects to be created');
}

function withoutSystemFields({ metadata }: KubeObject): void {
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.uid;
  delete metadata.creationTimestamp;
  delete (metadata as Record<string, unknown>).selfLink;
}

const NAME_TRIES = 8;

/** What only the server says of an object; after those that change it, before those that look at it. */
function giveSystemFields({ machine, resource, namespace, object }: AdmissionRequest): void {
  const { generation } = object.metadata;
  withoutSystemFields(object);
  const { metadata } = object;
  for (let tries = 0; tries < NAME_TRIES && !metadata.name && metadata.generateName; tries++) {
    const prefix = metadata.generateName;
    const name = strategyOf(resource).namedByPrefix ? prefix : generatedName(prefix, machine.random);
    const isTaken = machine.store.get(resource.storage, namespace, name) !== undefined;
    if (isTaken && tries < NAME_TRIES - 1) continue;
    metadata.name = name;
    normalize(object, undefined);
  }
  metadata.uid = generatedUid(machine.random);
  metadata.creationTimestamp = timestamp(machine.clock);
  const counted = strategyOf(resource).generation;
  if (counted && counted !== 'changes') metadata.generation = 1;
  else if (!generation) delete metadata.generation;
}

function giveStatus(resource: ServedResource, object: KubeObject): void {
  if (!resource.hasStatus) return;
  const strategy = strategyOf(resource);
  if (resource.custom) delete object.status;
  else if (!strategy.keepsStatus) object.status = strategy.initialStatus?.(object) ?? {};
}

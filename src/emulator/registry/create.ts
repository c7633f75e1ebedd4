import type { KubeObject } from '../../api/meta.ts';
import { timestamp } from '../clock.ts';
import { alreadyExists, badRequest, invalid } from '../errors.ts';
import { admit, check } from './admit.ts';
import type { ServedResource } from './catalog.ts';
import { applyDefaults, trackManagers } from './facts.ts';
import type { AdmissionRequest, Machine, WriteOptions } from './machine.ts';
import { generatedName, generatedUid } from './names.ts';
import { normalize } from './normalize.ts';
import { strategyOf } from './strategy.ts';
import { validate } from './validate.ts';

/**
 * Makes a new object. `body` is in the storage version and given away by the caller.
 * @throws ApiStatusError AlreadyExists, Invalid, BadRequest, Forbidden, NotFound (its namespace)
 */
export function createObject(
  machine: Machine,
  resource: ServedResource,
  namespace: string | undefined,
  body: KubeObject,
  options: WriteOptions,
): KubeObject {
  const object = body;
  object.metadata ??= {};
  const { metadata } = object;
  checkNamespace(resource, namespace, object);
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw badRequest('resourceVersion should not be set on objects to be created');
  }
  const generated = !metadata.name && metadata.generateName;
  if (generated) metadata.name = generatedName(metadata.generateName!, machine.random);
  const name = metadata.name ?? '';
  if (!name) {
    throw invalid({ group: resource.group, kind: resource.kind }, '', [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: name or generateName is required',
        field: 'metadata.name',
      },
    ]);
  }
  prepare(machine, resource, object);
  const request: AdmissionRequest = {
    operation: 'CREATE',
    resource,
    namespace,
    name,
    object,
    previous: undefined,
    subresource: undefined,
    dryRun: options.dryRun ?? false,
    user: options.user,
    machine,
  };
  normalize(object, undefined);
  applyDefaults(object, resource);
  if (machine.store.get(resource.storage, namespace, name)) throw alreadyExists(resource, name);
  admit(request);
  applyDefaults(object, resource);
  const strategy = strategyOf(resource);
  if (resource.hasStatus && !strategy.keepsStatus) object.status = strategy.initialStatus?.(object) ?? {};
  if (resource.custom && resource.hasStatus) delete object.status;
  const causes = validate(object, undefined, resource);
  if (causes.length > 0) throw invalid(kindOf(resource), name, causes);
  check(request);
  if (!options.managed) trackManagers(machine, resource, undefined, object, options);
  if (options.dryRun) return object;
  return machine.store.put(resource.storage, object);
}

/** The kind in messages of the validation. */
export function kindOf(resource: ServedResource): { group: string; kind: string } {
  // Ingress is known to the server's registry in its first group too, and that is the one it names.
  const group = resource.storage === 'ingresses.networking.k8s.io' ? 'extensions' : resource.group;
  return { group, kind: resource.kind };
}

function checkNamespace(resource: ServedResource, namespace: string | undefined, object: KubeObject): void {
  const { metadata } = object;
  if (!resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (!metadata.namespace) metadata.namespace = namespace ?? '';
  else if (metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function prepare(machine: Machine, resource: ServedResource, object: KubeObject): void {
  const { metadata } = object;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  delete (metadata as Record<string, unknown>).selfLink;
  metadata.uid = generatedUid(machine.random);
  metadata.creationTimestamp = timestamp(machine.clock);
  if (strategyOf(resource).generation) metadata.generation = 1;
}

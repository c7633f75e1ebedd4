import type { KubeObject } from '../../api/meta.ts';
import type { ApiClient, DeleteOptions, Lister, StoreEvent } from '../client.ts';
import { notFound } from '../errors.ts';
import type { LoggedEvent } from '../storage/event-log.ts';
import { bindPod } from './bind.ts';
import type { ServedResource } from './catalog.ts';
import { deepCopy } from './copy.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import { type Machine, SYSTEM_USER, type WriteOptions } from './machine.ts';
import { updateObject } from './update.ts';

const MANAGER = 'kube-controller-manager';

/**
 * The API for what runs inside the emulator: the same pipeline as a request, without the HTTP.
 * Objects are copied on the way in, so that callers keep what they passed.
 */
export function inProcessClient(machine: Machine, manager: string = MANAGER): ApiClient {
  const options = (subresource?: string): WriteOptions => ({ user: SYSTEM_USER, manager, subresource });
  const find = (name: string): ServedResource => {
    const resource = machine.catalog.named(name);
    if (!resource) throw notFound({ group: '', plural: 'resources' }, name);
    return resource;
  };
  const put = (name: string, object: KubeObject, subresource?: string): KubeObject => {
    const resource = find(name);
    const { namespace, name: objectName = '' } = object.metadata;
    const body = stored(deepCopy(object), resource);
    return updateObject(machine, resource, namespace, objectName, () => body, options(subresource));
  };
  return {
    async create(name, object) {
      const resource = find(name);
      const body = stored(deepCopy(object) as unknown as KubeObject, resource);
      return createObject(machine, resource, object.metadata.namespace, body, options()) as never;
    },
    async update(name, object) {
      return put(name, object) as never;
    },
    async updateStatus(name, object) {
      return put(name, object, 'status') as never;
    },
    async bind(namespace, pod, node) {
      bindPod(machine, namespace, pod, node, {});
    },
    async delete(name: string, namespace: string | undefined, objectName: string, deletion: DeleteOptions = {}) {
      deleteObject(machine, find(name), namespace, objectName, { ...options(), ...deletion });
    },
    async finalizeNamespace(name) {
      const withoutFinalizers = (existing: KubeObject) => ({ ...existing, spec: { ...existing.spec, finalizers: [] } });
      updateObject(machine, find('namespaces'), undefined, name, withoutFinalizers, options('finalize'));
    },
  };
}

/** Completes what typed code leaves out: `apiVersion` and `kind`. */
function stored(object: KubeObject, resource: ServedResource): KubeObject {
  object.apiVersion ??= resource.storageVersion;
  object.kind ??= resource.kind;
  return object;
}

/** The read side, straight from memory. */
export function inProcessLister({ store, catalog }: Machine): Lister {
  // `events.events.k8s.io` and the like live in another table.
  const table = (name: string): string => catalog.named(name)?.storage ?? name;
  return {
    get: (resource, namespace, name) => store.get(table(resource), namespace, name) as never,
    list: (resource, namespace) => store.list(table(resource), namespace) as never,
    controlledBy: (resource, ownerUid) => store.controlledBy(table(resource), ownerUid) as never,
    subscribe(resource, handler) {
      const deliver = (event: LoggedEvent) => handler(event as StoreEvent, event.resource);
      return store.subscribe(resource === '*' ? '*' : table(resource), deliver);
    },
  };
}

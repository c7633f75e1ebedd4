import type { KubeObject } from '../../api/meta.ts';
import type { ApiClient, DeleteOptions, Lister, StoreEvent } from '../client.ts';
import { notFound } from '../errors.ts';
import type { LoggedEvent } from '../storage/event-log.ts';
import { bindingTo, bindPod } from './bind.ts';
import type { ServedResource } from './catalog.ts';
import { deepCopy } from './copy.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import { type Machine, type Outcome, SYSTEM_USER, type UserInfo, type WriteOptions } from './machine.ts';
import { replacement, updateObject } from './update.ts';

const MANAGER = 'kube-controller-manager';

/** Who a client of the control plane is: a user, or one for each object that is written. */
interface ClientIdentity {
  user: UserInfo | ((object: KubeObject) => UserInfo);
  /** Owner of what it writes. */
  manager: string;
}

/**
 * The API for what runs inside the emulator: the same pipeline as a request, without the HTTP.
 * Objects are copied on the way in, so that callers keep what they passed.
 */
export function inProcessClient(
  machine: Machine,
  { user, manager }: ClientIdentity = { user: SYSTEM_USER, manager: MANAGER },
): ApiClient {
  const userOf = typeof user === 'function' ? user : () => user;
  const options = (object: KubeObject, kind: string, subresource?: string): WriteOptions => ({
    user: userOf(object),
    manager,
    subresource,
    request: { kind, apiVersion: 'meta.k8s.io/v1' },
  });
  const find = (name: string): ServedResource => {
    const resource = machine.catalog.named(name);
    if (!resource) throw notFound({ group: '', plural: 'resources' }, name);
    return resource;
  };
  const put = (name: string, object: KubeObject, subresource?: string): Outcome<KubeObject> => {
    const resource = find(name);
    const { namespace, name: objectName = '' } = object.metadata;
    const change = replacement(machine, resource, stored(copyToWrite(object, resource, subresource), resource));
    return updateObject(
      machine,
      resource,
      namespace,
      objectName,
      change,
      options(object, 'UpdateOptions', subresource),
    );
  };
  return {
    as: (name, ownManager = manager) =>
      inProcessClient(machine, { user: identities[name]?.(name) ?? controllerUser(name), manager: ownManager }),
    async create(name, object) {
      const resource = find(name);
      const body = stored(deepCopy(object) as unknown as KubeObject, resource);
      return createObject(machine, resource, object.metadata.namespace, body, options(body, 'CreateOptions')) as never;
    },
    async update(name, object) {
      return put(name, object) as never;
    },
    async updateStatus(name, object) {
      return put(name, object, 'status') as never;
    },
    async updateApproval(name, object) {
      return put(name, object, 'approval') as never;
    },
    async apply(name, object) {
      const resource = find(name);
      const { applyObject } = await import('./apply.ts');
      const body = stored(deepCopy(object) as unknown as KubeObject, resource);
      const { namespace, name: objectName = '' } = object.metadata;
      const how = { ...options(body, 'PatchOptions'), force: true };
      return (await applyObject(machine, resource, namespace, objectName, body, how)).object as never;
    },
    async bind(namespace, pod, node) {
      const binding = bindingTo(namespace, pod, node);
      await bindPod(machine, namespace, pod, binding, options(binding, 'CreateOptions'));
    },
    async delete(name: string, namespace: string | undefined, objectName: string, deletion: DeleteOptions = {}) {
      const resource = find(name);
      const object = machine.store.get(resource.storage, namespace, objectName);
      if (!object) throw notFound(resource, objectName);
      const { user: by, ...how } = options(object, 'DeleteOptions');
      const request = { ...how.request!, ...deletion };
      await deleteObject(machine, resource, namespace, objectName, { ...how, user: by, request, ...deletion });
    },
    async finalizeNamespace(name) {
      const withoutFinalizers = (existing: KubeObject) => {
        const finalizers = (existing.spec?.finalizers ?? []).filter((one: string) => one !== 'kubernetes');
        return { ...existing, spec: { ...existing.spec, finalizers } };
      };
      const resource = find('namespaces');
      const existing = { metadata: { name } } as KubeObject;
      const how = options(existing, 'UpdateOptions', 'finalize');
      await updateObject(machine, resource, undefined, name, withoutFinalizers, how);
    },
  };
}

/** A controller's own account (kube-controller-manager, `--use-service-account-credentials`). */
function controllerUser(name: string): UserInfo {
  return {
    name: `system:serviceaccount:kube-system:${name}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
  };
}

const componentUser = (name: string): UserInfo => ({ name: `system:${name}`, groups: ['system:authenticated'] });

/** The user of the node that an object belongs to: its pods, its lease, itself. */
function nodeUser(object: KubeObject): UserInfo {
  const node = object.kind === 'Node' || object.kind === 'Lease' ? object.metadata.name : undefined;
  const name = node ?? object.spec?.nodeName ?? object.source?.host ?? object.reportingInstance ?? '';
  return { name: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] };
}

/** Those who report are those who do. */
function eventUser(event: KubeObject): UserInfo {
  const component = String(event.source?.component || event.reportingComponent || '');
  if (component === 'kubelet') return nodeUser(event);
  return component === 'default-scheduler' ? componentUser('kube-scheduler') : controllerUser(component);
}

/** Parts of the control plane that are no controllers. */
const identities: Readonly<Record<string, (name: string) => ClientIdentity['user']>> = {
  'kube-scheduler': componentUser,
  'kube-controller-manager': componentUser,
  kubelet: () => nodeUser,
  events: () => eventUser,
};

/**
 * A copy of what this write may change. The other half of the object comes from what is stored, and the
 * entries of field managers are never changed in place: controllers hand over what they read, so that
 * these are mostly the stored ones.
 */
function copyToWrite(object: KubeObject, resource: ServedResource, subresource: string | undefined): KubeObject {
  const { metadata, status, ...rest } = object;
  const { managedFields, ...own } = metadata;
  const copiedMetadata = { ...deepCopy(own), ...(managedFields ? { managedFields } : {}) };
  if (subresource === 'status' || subresource === 'approval') {
    const { apiVersion, kind } = object;
    return {
      apiVersion,
      kind,
      metadata: copiedMetadata,
      ...(status === undefined ? {} : { status: deepCopy(status) }),
    };
  }
  const copiedStatus = resource.hasStatus ? status : deepCopy(status);
  const copied = deepCopy(rest) as Omit<KubeObject, 'metadata'>;
  return {
    ...copied,
    metadata: copiedMetadata,
    ...(status === undefined ? {} : { status: copiedStatus }),
  } as KubeObject;
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

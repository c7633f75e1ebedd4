import type { KubeList, ObjectMeta, OwnerReference } from '../api/meta.ts';
import { groupResource, type ResourceInfo, resourcePath } from '../api/resource.ts';
import { KctlError } from '../lib/errors.ts';
import { inOrder } from '../lib/in-order.ts';
import type { Cluster } from './cluster.ts';
import { listPages } from './list.ts';

/** An object as far as ownership needs it: its type and its metadata, without managed fields. */
export interface KnownObject {
  resource: ResourceInfo;
  metadata: ObjectMeta;
}

/** Who owns whom, by `metadata.ownerReferences`, over all types that were listed. */
export interface Ownership {
  /** In the order in which discovery names the types. Each uid once. */
  readonly objects: readonly KnownObject[];
  find(uid: string): KnownObject | undefined;
  /** The objects that name `uid` as an owner; those of one type together. */
  children(uid: string): readonly KnownObject[];
  /** Its owners that exist, the controller first; those that are gone are left out. */
  owners(object: Pick<KnownObject, 'metadata'>): readonly KnownObject[];
  /** Types that could not be listed: what they own or are owned by is not known. */
  readonly unread: readonly { resource: ResourceInfo; error: KctlError }[];
}

export interface OwnershipRequest {
  /** Only these namespaces; absent: all of them. Dependents of a namespaced object live in its namespace. */
  namespaces?: readonly string[];
  /** Types without a namespace too; default: only where `namespaces` is absent. */
  clusterScoped?: boolean;
  signal: AbortSignal;
}

/** The names of lists of which nothing but metadata comes; a server that cannot answers with the objects. */
const metadataOnly = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

/** Lists that are under way at a time. */
const atOnce = 12;

/** Many, short-lived and never owned, or deprecated, so that a server warns of them to whoever asks. */
const withoutOwners: ReadonlySet<string> = new Set([
  'componentstatuses',
  'endpoints',
  'events',
  'events.events.k8s.io',
]);

/**
 * Lists the metadata of all types that a cluster can list, each group at the version it prefers, in pages and
 * several at a time. Custom types are among them; events are not.
 * @throws KctlError `connection` and `auth`; a type that is refused is in `unread`
 */
export async function readOwnership(cluster: Cluster, request: OwnershipRequest): Promise<Ownership> {
  const { namespaces, clusterScoped = namespaces === undefined, signal } = request;
  const types = await listableTypes(cluster);
  const lists = types.flatMap((resource) => {
    if (!resource.namespaced) return clusterScoped ? [{ resource, namespace: undefined }] : [];
    return (namespaces ?? [undefined]).map((namespace) => ({ resource, namespace }));
  });
  const objects: KnownObject[] = [];
  const unread: { resource: ResourceInfo; error: KctlError }[] = [];
  let next = 0;
  const answers = inOrder(lists, atOnce, ({ resource, namespace }) =>
    listMetadata(cluster, resource, namespace, signal),
  );
  for await (const answer of answers) {
    const { resource } = lists[next++]!;
    if (answer.status === 'fulfilled') objects.push(...answer.value);
    else if (!(answer.reason instanceof KctlError) || answer.reason.code !== 'api') throw answer.reason;
    else if (!unread.some((one) => one.resource === resource)) unread.push({ resource, error: answer.reason });
  }
  return indexOwnership(objects, unread);
}

/** Every type that can be listed once, at the version that its group prefers; events and what is computed are not among them. */
export async function listableTypes(cluster: Cluster): Promise<readonly ResourceInfo[]> {
  const seen = new Set<string>();
  return (await cluster.discovery.resources()).filter((resource) => {
    const name = groupResource(resource);
    if (!resource.verbs.includes('list') || seen.has(name) || withoutOwners.has(name)) return false;
    seen.add(name);
    return true;
  });
}

/**
 * The objects of a type, metadata only, in pages.
 * @throws KctlError `api` for a type that is refused, `connection` and `auth`
 */
export async function listMetadata(
  cluster: Cluster,
  resource: ResourceInfo,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<KnownObject[]> {
  const path = resourcePath(resource, { namespace });
  const found: KnownObject[] = [];
  for await (const { items } of listPages<KubeList>(cluster.transport, { path, accept: metadataOnly, signal })) {
    // An empty list of metadata has no items at all, as Go writes it.
    for (const { metadata } of items ?? []) {
      const { managedFields: _, ...kept } = metadata;
      // What is computed for each answer, as usage is, has no uid and no owner.
      if (kept.uid !== undefined) found.push({ resource, metadata: kept });
    }
  }
  return found;
}

/** The same object under two groups counts once, where it was met first. */
export function indexOwnership(objects: readonly KnownObject[], unread: Ownership['unread'] = []): Ownership {
  const byUid = new Map<string, KnownObject>();
  for (const object of objects) {
    const { uid = '' } = object.metadata;
    if (!byUid.has(uid)) byUid.set(uid, object);
  }
  const children = new Map<string, KnownObject[]>();
  for (const object of byUid.values()) {
    for (const { uid } of object.metadata.ownerReferences ?? []) {
      const siblings = children.get(uid);
      if (!siblings) children.set(uid, [object]);
      else if (!siblings.includes(object)) siblings.push(object);
    }
  }
  return {
    objects: [...byUid.values()],
    find: (uid) => byUid.get(uid),
    children: (uid) => children.get(uid) ?? [],
    owners: ({ metadata }) =>
      [...(metadata.ownerReferences ?? [])]
        .sort((a, b) => Number(isController(b)) - Number(isController(a)))
        .flatMap(({ uid }) => byUid.get(uid) ?? []),
    unread,
  };
}

const isController = (reference: OwnerReference): boolean => reference.controller === true;

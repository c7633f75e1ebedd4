import type { KubeList, KubeObject } from '../../api/meta.ts';
import { pointingKinds, type Reference } from '../../api/references.ts';
import { apiVersionOf, groupResource, type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { typeSchema } from '../../api/schema.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { listPages } from '../../kube/list.ts';
import type { KnownObject, Ownership } from '../../kube/ownership.ts';
import { KctlError } from '../../lib/errors.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { Surroundings } from './grow.ts';

/** Requests that are under way at a time. */
const atOnce = 12;

/** So many objects of one type and namespace are cheaper as a list. */
const asList = 8;

/** What has no status is not read for it: nobody wants secrets to be fetched to draw a tree. */
function saysSomething(resource: ResourceInfo): boolean {
  const schema = typeSchema(apiVersionOf(resource), resource.kind);
  return schema === undefined || schema.fields.has('status');
}

/** The objects of a tree, whole, by uid; those that cannot be read are left out. */
export async function readWhole(
  objects: readonly KnownObject[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Map<string, KubeObject>> {
  const wanted = objects.filter(({ resource }) => saysSomething(resource));
  const groups = Map.groupBy(wanted, ({ resource, metadata }) => `${groupResource(resource)} ${metadata.namespace}`);
  const whole = new Map<string, KubeObject>();
  const reads = [...groups.values()].flatMap((group) =>
    group.length > asList
      ? [() => listGroup(group, cluster, signal)]
      : group.map((one) => () => getOne(one, cluster, signal)),
  );
  for await (const answer of inOrder(reads, atOnce, (read) => read())) {
    if (answer.status === 'fulfilled') for (const object of answer.value) whole.set(object.metadata.uid ?? '', object);
    else if (!isRefusal(answer.reason)) throw answer.reason;
  }
  return whole;
}

/** Gone by now, or not ours to see. */
const isRefusal = (error: unknown): boolean => error instanceof KctlError && error.code === 'api';

async function getOne(
  { resource, metadata }: KnownObject,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const path = resourcePath(resource, { namespace: metadata.namespace, name: metadata.name });
  return [await cluster.transport.json<KubeObject>({ method: 'GET', path, signal })];
}

async function listGroup(group: readonly KnownObject[], cluster: Cluster, signal: AbortSignal): Promise<KubeObject[]> {
  const { resource, metadata } = group[0]!;
  const uids = new Set(group.map((one) => one.metadata.uid));
  const all = await listAll(resource, metadata.namespace, cluster, signal);
  return all.filter((object) => uids.has(object.metadata.uid));
}

async function listAll(
  resource: ResourceInfo,
  namespace: string | undefined,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const found: KubeObject[] = [];
  const shared = { apiVersion: apiVersionOf(resource), kind: resource.kind };
  const path = resourcePath(resource, { namespace });
  for await (const { items } of listPages<KubeList>(cluster.transport, { path, signal })) {
    for (const item of items) found.push({ ...item, ...shared });
  }
  return found;
}

/** What is needed for references: what points at others in these namespaces, and names of all there is. */
export async function readSurroundings(
  whole: ReadonlyMap<string, KubeObject>,
  ownership: Ownership,
  namespaces: readonly string[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Surroundings> {
  const types = (await cluster.discovery.resources()).filter((one) => pointingKinds.includes(groupResource(one)));
  const byType = [...new Map(types.toReversed().map((one) => [groupResource(one), one] as const)).values()];
  const lists = byType.flatMap((resource) => namespaces.map((namespace) => ({ resource, namespace })));
  const pointing: { object: KubeObject; known: KnownObject }[] = [];
  const all = new Map(whole);
  let next = 0;
  const read = ({ resource, namespace }: (typeof lists)[number]) => listAll(resource, namespace, cluster, signal);
  for await (const answer of inOrder(lists, atOnce, read)) {
    const { resource } = lists[next++]!;
    if (answer.status === 'rejected') {
      if (!isRefusal(answer.reason)) throw answer.reason;
      continue;
    }
    for (const object of answer.value) {
      pointing.push({ object, known: { resource, metadata: object.metadata } });
      all.set(object.metadata.uid ?? '', object);
    }
  }
  const names = new Map(ownership.objects.map((object) => [keyOf(object), object]));
  const find = ({ kind, name }: Reference, namespace: string | undefined) => {
    const object = names.get(`${kind} ${namespace ?? ''}/${name}`) ?? names.get(`${kind} /${name}`);
    return object ? { object, isMissing: false } : { object: madeUp(kind, name, namespace), isMissing: true };
  };
  return { whole: all, pointing, find };
}

const keyOf = ({ resource: { kind, group }, metadata: { namespace = '', name } }: KnownObject): string =>
  `${group ? `${kind}.${group}` : kind} ${namespace}/${name}`;

function madeUp(kind: string, name: string, namespace: string | undefined): KnownObject {
  const [word = '', ...group] = kind.split('.');
  const none = { shortNames: [], categories: [], verbs: [], subresources: [] };
  const resource = {
    group: group.join('.'),
    version: 'v1',
    kind: word,
    plural: '',
    singular: '',
    namespaced: true,
    ...none,
  };
  return { resource, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

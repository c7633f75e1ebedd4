import type { KubeObject } from '../../api/meta.ts';
import { resourcePath } from '../../api/resource.ts';
import { isApiError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { readOwnership } from '../../kube/ownership.ts';
import { inOrder } from '../../lib/in-order.ts';
import type { JournalChange } from '../shared/journal/entry.ts';
import { kindName } from '../shared/names.ts';
import type { Lineage } from './lineage.ts';
import type { Now } from './plan.ts';

/** Where the state of a change's object is: an eviction is of the pod itself. */
export function stateOf({ target }: JournalChange): JournalChange['target'] {
  const { subresource, ...object } = target;
  return subresource === undefined || subresource === 'eviction' ? object : target;
}

/** The path of the object, or of the subresource that was changed. */
export function pathOf(target: JournalChange['target']): string {
  return resourcePath({ ...target, namespaced: target.namespace !== undefined }, target);
}

/** What every new namespace has in it. */
const inEveryNamespace: ReadonlySet<string> = new Set(['serviceaccount/default', 'configmap/kube-root-ca.crt']);
const mostNamed = 5;

/** Reads what the changes are about, as it is now. @throws KctlError for anything but an object that is not there */
export async function readNow(
  changes: readonly JournalChange[],
  heir: Lineage,
  cluster: Cluster,
  signal: AbortSignal,
): Promise<Now> {
  const objects = new Map<string, KubeObject | undefined>();
  const paths = [...new Set(changes.map((change) => pathOf(stateOf(change))))];
  await eachRead(paths, cluster, signal, (path, object) => objects.set(path, object));
  const owners = await readOwners(changes, cluster, signal);
  const contents = new Map<string, readonly string[]>();
  for (const change of changes) {
    if (change.before === null && change.after)
      contents.set(pathOf(change.target), await contentsOf(change, cluster, signal));
  }
  const comingBack = new Set(
    changes.flatMap(({ before, after }) => (before && after === null ? [before.metadata.uid] : [])),
  );
  return {
    heir,
    object: (change) => objects.get(pathOf(stateOf(change))),
    hasOwner: (uid) => owners.has(heir(uid) ?? uid) || comingBack.has(uid),
    contents: ({ target }) => contents.get(pathOf(target)) ?? [],
  };
}

async function eachRead(
  paths: readonly string[],
  { transport }: Cluster,
  signal: AbortSignal,
  take: (path: string, object: KubeObject | undefined) => void,
): Promise<void> {
  const read = (path: string) => transport.json<KubeObject>({ method: 'GET', path, signal });
  let next = 0;
  for await (const answer of inOrder(paths, 8, read)) {
    const path = paths[next++]!;
    if (answer.status === 'fulfilled') take(path, answer.value);
    else if (isApiError(answer.reason, 'NotFound')) take(path, undefined);
    else throw answer.reason;
  }
}

/** The uids of those owners of deleted objects that are there. */
async function readOwners(
  changes: readonly JournalChange[],
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const paths: string[] = [];
  for (const { before, after } of changes) {
    if (!before || after !== null) continue;
    for (const { apiVersion, kind, name, controller } of before.metadata.ownerReferences ?? []) {
      if (controller) continue;
      const resource = await cluster.discovery.resolveKind(apiVersion, kind).catch(() => undefined);
      if (resource) paths.push(resourcePath(resource, { namespace: before.metadata.namespace, name }));
    }
  }
  await eachRead([...new Set(paths)], cluster, signal, (_path, object) => {
    if (object?.metadata.uid !== undefined) found.add(object.metadata.uid);
  });
  return found;
}

/** What would go with a namespace or a type of which nobody has said that it may go. */
async function contentsOf({ after, target }: JournalChange, cluster: Cluster, signal: AbortSignal): Promise<string[]> {
  const names = async (): Promise<string[]> => {
    if (after?.kind === 'Namespace') {
      const { objects } = await readOwnership(cluster, { namespaces: [target.name], signal });
      return objects.map(({ resource, metadata }) => `${kindName(resource)}/${metadata.name}`);
    }
    if (after?.kind !== 'CustomResourceDefinition') return [];
    const { group, names: words, versions } = after['spec'];
    const version: string = versions.find((one: { served?: boolean }) => one.served)?.name ?? versions[0].name;
    const path = resourcePath({ group, version, plural: words.plural, namespaced: false });
    const { items } = await cluster.transport.json<{ items: KubeObject[] }>({
      method: 'GET',
      path,
      query: { limit: 10 },
      signal,
    });
    return items.map(({ metadata }) => `${words.singular ?? words.plural}/${metadata.name}`);
  };
  const found = (await names().catch((error: unknown) => notFoundIsEmpty(error))).filter(
    (name) => !inEveryNamespace.has(name),
  );
  return found.length > mostNamed ? [...found.slice(0, mostNamed), `${found.length - mostNamed} more`] : found;
}

function notFoundIsEmpty(error: unknown): string[] {
  if (isApiError(error, 'NotFound')) return [];
  throw error;
}

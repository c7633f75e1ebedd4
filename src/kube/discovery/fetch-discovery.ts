import { ApiStatusError, isApiError } from '../../api/status.ts';
import type { Transport } from '../cluster.ts';
import type {
  ApiGroup,
  ApiGroupDiscoveryList,
  ApiGroupList,
  ApiResource,
  ApiResourceList,
  DiscoveryDocuments,
  DiscoveryFailure,
} from './wire.ts';

/** Aggregated first, newest first; a server that knows neither answers plainly. */
const accept = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** client-go's limit for discovery requests. */
const query = { timeout: '32s' };

/** client-go does not read the server's own words where it asks what there is. */
export const UNAUTHORIZED = 'the server has asked for the client to provide credentials';

type Root = ApiGroupDiscoveryList | ApiGroupList | { kind: 'APIVersions'; versions?: string[] };

/**
 * Asks the server what it serves: two requests where it aggregates, one more for each group version
 * where it does not. A group version that fails is reported beside the others.
 * @throws what the transport throws when `/api` and `/apis` both fail
 */
export async function fetchDiscovery(transport: Transport): Promise<DiscoveryDocuments> {
  const [core, named] = await Promise.allSettled(
    ['/api', '/apis'].map((path) => transport.json<Root>({ method: 'GET', path, query, accept }).catch(inGeneralWords)),
  );
  if (named!.status === 'rejected' && !isMissing(named!.reason)) throw named!.reason;
  if (core!.status === 'rejected' && !isMissing(core!.reason)) throw core!.reason;
  const documents: DiscoveryDocuments = { groups: [], resources: new Map(), failures: [] };
  const unread: string[] = [];
  for (const answer of [core!, named!]) {
    if (answer.status === 'fulfilled') unread.push(...takeRoot(answer.value, documents));
  }
  await Promise.all(unread.map((groupVersion) => fetchGroupVersion(transport, groupVersion, documents)));
  documents.failures.sort((a, b) => (a.groupVersion < b.groupVersion ? -1 : 1));
  return documents;
}

function inGeneralWords(error: unknown): never {
  if (!isApiError(error, 'Unauthorized')) throw error;
  throw new ApiStatusError({ ...error.status, message: UNAUTHORIZED }, { cause: error });
}

/** A server without the core group, or without named ones, or that hides them from this user, is still a server. */
function isMissing(error: unknown): boolean {
  const code = (error as { httpCode?: number }).httpCode;
  return code === 404 || code === 403;
}

/** Takes what the answer holds; returns the group versions that must be asked for one by one. */
function takeRoot(root: Root, documents: DiscoveryDocuments): string[] {
  if (root.kind === 'APIGroupDiscoveryList') {
    takeAggregated(root, documents);
    return [];
  }
  const groups = root.kind === 'APIVersions' ? coreGroups(root.versions ?? []) : ((root as ApiGroupList).groups ?? []);
  documents.groups.push(...groups);
  return groups.flatMap((group) => group.versions.map((version) => version.groupVersion));
}

function coreGroups(versions: string[]): ApiGroup[] {
  if (versions.length === 0) return [];
  const list = versions.map((version) => ({ groupVersion: version, version }));
  return [{ name: '', versions: list, preferredVersion: list[0]! }];
}

async function fetchGroupVersion(
  transport: Transport,
  groupVersion: string,
  documents: DiscoveryDocuments,
): Promise<void> {
  const path = groupVersion.includes('/') ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
  try {
    const list = await transport.json<ApiResourceList>({ method: 'GET', path, query });
    documents.resources.set(groupVersion, list.resources ?? []);
  } catch (error) {
    // Groups come and go with their API services: a 404 here is a group that has just gone.
    if ((error as { httpCode?: number }).httpCode === 404) documents.resources.set(groupVersion, []);
    else documents.failures.push({ groupVersion, error: error as Error } satisfies DiscoveryFailure);
  }
}

function takeAggregated(list: ApiGroupDiscoveryList, documents: DiscoveryDocuments): void {
  for (const item of list.items ?? []) {
    const name = item.metadata?.name ?? '';
    const versions: ApiGroup['versions'] = [];
    for (const version of item.versions ?? []) {
      const groupVersion = name ? `${name}/${version.version}` : version.version;
      versions.push({ groupVersion, version: version.version });
      if (version.freshness === 'Stale') {
        const error = new Error(`stale GroupVersion discovery: ${groupVersion}`);
        documents.failures.push({ groupVersion, error });
      } else {
        documents.resources.set(groupVersion, (version.resources ?? []).flatMap(plainResources));
      }
    }
    documents.groups.push({ name, versions, ...(versions[0] ? { preferredVersion: versions[0] } : {}) });
  }
}

type AggregatedResource = NonNullable<
  NonNullable<ApiGroupDiscoveryList['items'][number]['versions']>[number]['resources']
>[number];

/** One aggregated entry as the flat list that the legacy format has: the resource, then its subresources. */
function plainResources(entry: AggregatedResource): ApiResource[] {
  const namespaced = entry.scope === 'Namespaced';
  const flat: ApiResource[] = [];
  // An entry without a kind exists only for its subresources.
  if (entry.responseKind?.kind) {
    flat.push({
      name: entry.resource,
      singularName: entry.singularResource ?? '',
      namespaced,
      ...home(entry.responseKind),
      kind: entry.responseKind.kind,
      verbs: entry.verbs ?? [],
      ...(entry.shortNames?.length ? { shortNames: entry.shortNames } : {}),
      ...(entry.categories?.length ? { categories: entry.categories } : {}),
    });
  }
  for (const sub of entry.subresources ?? []) {
    if (!sub.responseKind?.kind) continue;
    flat.push({
      name: `${entry.resource}/${sub.subresource}`,
      singularName: entry.singularResource ?? '',
      namespaced,
      ...home(sub.responseKind),
      kind: sub.responseKind.kind,
      verbs: sub.verbs ?? [],
    });
  }
  return flat;
}

function home(kind: { group?: string; version?: string }): { group?: string; version?: string } {
  return { ...(kind.group ? { group: kind.group } : {}), ...(kind.version ? { version: kind.version } : {}) };
}

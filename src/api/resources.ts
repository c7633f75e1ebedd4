import { resourceTable } from './facts/resources.ts';
import { parseApiVersion, type ResourceInfo, type SubresourceInfo } from './resource.ts';

/** The letters of the table; their order is the order in which discovery lists verbs. */
const verbNames: Readonly<Record<string, string>> = {
  c: 'create',
  d: 'delete',
  x: 'deletecollection',
  g: 'get',
  l: 'list',
  p: 'patch',
  u: 'update',
  w: 'watch',
};

/** Verb lists are shared: hundreds of lines, a dozen different lists. */
const verbLists = new Map<string, readonly string[]>();

function verbsOf(letters: string): readonly string[] {
  let verbs = verbLists.get(letters);
  if (!verbs) {
    verbs = Array.from(letters, (letter) => verbNames[letter]!);
    verbLists.set(letters, verbs);
  }
  return verbs;
}

const listOf = (cell: string | undefined): string[] => (cell && cell !== '-' ? cell.split(',') : []);

function parseSubresource(line: string): SubresourceInfo {
  const [name, kind, verbs, home] = line.split(' ') as [string, string, string, string?];
  return { name, kind, verbs: verbsOf(verbs), ...(home ? parseApiVersion(home) : {}) };
}

function parseTable(table: string): ResourceInfo[] {
  const resources: ResourceInfo[] = [];
  let home = { group: '', version: '' };
  let subresources: SubresourceInfo[] = [];
  for (const line of table.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('  ')) {
      subresources.push(parseSubresource(line.slice(2)));
      continue;
    }
    const [plural, kind, scope, verbs, shortNames, categories] = line.split(' ') as [string, ...string[]];
    if (!kind) {
      home = parseApiVersion(plural);
      continue;
    }
    subresources = [];
    resources.push({
      ...home,
      plural,
      // metrics.k8s.io comes from an extension server that gives no singular names of its own.
      singular: home.group === 'metrics.k8s.io' ? '' : kind.toLowerCase(),
      kind,
      namespaced: scope === 'N',
      shortNames: listOf(shortNames),
      categories: listOf(categories),
      verbs: verbsOf(verbs!),
      subresources,
    });
  }
  return resources;
}

/** Every resource that a 1.36 server serves at a stable version, plus metrics.k8s.io/v1beta1, in discovery order. */
export const builtinResources: readonly ResourceInfo[] = parseTable(resourceTable);

const byGroupResource = new Map<string, ResourceInfo[]>();
const byKind = new Map<string, ResourceInfo>();
const byWord = new Map<string, ResourceInfo>();

for (const resource of builtinResources) {
  const key = resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
  const versions = byGroupResource.get(key);
  if (versions) versions.push(resource);
  else byGroupResource.set(key, [resource]);
  byKind.set(`${resource.group}/${resource.version}/${resource.kind}`, resource);
  for (const word of [resource.plural, resource.singular, ...resource.shortNames]) {
    if (word && !byWord.has(word)) byWord.set(word, resource);
  }
}

/** `pods`, `deployments.apps`: the preferred version unless `version` names another one that is served. */
export function findBuiltin(groupResource: string, version?: string): ResourceInfo | undefined {
  const versions = byGroupResource.get(groupResource);
  return version === undefined ? versions?.[0] : versions?.find((resource) => resource.version === version);
}

/** The resource that holds objects of this kind: (`apps/v1`, `Deployment`). */
export function findBuiltinKind(apiVersion: string, kind: string): ResourceInfo | undefined {
  const { group, version } = parseApiVersion(apiVersion);
  return byKind.get(`${group}/${version}/${kind}`);
}

/**
 * What a bare word on the command line means where no custom resource is asked for: a plural, a
 * singular or a short name, in any case. Where two groups share a word (`events`), the first group
 * in discovery order has it, as in kubectl.
 */
export function findBuiltinWord(word: string): ResourceInfo | undefined {
  return byWord.get(word.toLowerCase());
}

/** The group versions that are served, in the order of /api and /apis; the preferred one of a group first. */
export function builtinGroupVersions(): { group: string; version: string }[] {
  const seen = new Map<string, { group: string; version: string }>();
  for (const { group, version } of builtinResources) seen.set(`${group}/${version}`, { group, version });
  return [...seen.values()];
}

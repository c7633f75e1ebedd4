import type { ResourceInfo, SubresourceInfo } from '../../api/resource.ts';
import { parseApiVersion } from '../../api/resource.ts';
import type { ApiResource, DiscoveryDocuments } from './wire.ts';

/** A group in the server's order, its versions with the preferred one first. */
interface IndexedGroup {
  name: string;
  versions: { version: string; resources: ResourceInfo[] }[];
}

/**
 * What a server serves, and how words on the command line find it (apimachinery's priority mapper and
 * kubectl's shortcut expander): groups in the server's order, in a group the preferred version first.
 */
export class ResourceIndex {
  readonly all: readonly ResourceInfo[];
  readonly #groups: IndexedGroup[];

  constructor(documents: DiscoveryDocuments) {
    this.#groups = documents.groups.map((group) => {
      const preferred = group.preferredVersion?.version;
      const versions = group.versions
        .map(({ version, groupVersion }) => ({
          version,
          resources: resourceInfos(groupVersion, documents.resources.get(groupVersion) ?? []),
        }))
        .sort((a, b) => Number(b.version === preferred) - Number(a.version === preferred));
      return { name: group.name, versions };
    });
    this.all = this.#groups.flatMap((group) => group.versions.flatMap((version) => version.resources));
  }

  /** `pods`, `po`, `Deployment`, `deploy.apps`, `deployments.v1.apps`, `hpa.autoscal`; undefined when nothing answers to it. */
  find(argument: string): ResourceInfo | undefined {
    const [word = '', ...rest] = argument.split('.');
    // Servers may leave the singular of a resource empty: nothing is not its name.
    if (word === '') return undefined;
    const lower = word.toLowerCase();
    if (rest.length >= 2 || (rest.length === 1 && this.#isCoreVersion(rest[0]!))) {
      const [version, ...group] = rest;
      const exact = this.#search(lower, group.join('.'), version);
      if (exact) return exact;
    }
    return this.#search(lower, rest.length > 0 ? rest.join('.') : undefined);
  }

  /** The members of a category, each at its preferred version. */
  category(name: string): ResourceInfo[] {
    const wanted = name.toLowerCase();
    const members: ResourceInfo[] = [];
    const seen = new Set<string>();
    for (const resource of this.all) {
      const key = `${resource.plural}.${resource.group}`;
      if (seen.has(key) || !resource.categories.includes(wanted)) continue;
      seen.add(key);
      members.push(resource);
    }
    return members;
  }

  kind(apiVersion: string, kind: string): ResourceInfo | undefined {
    const { group, version } = parseApiVersion(apiVersion);
    return this.all.find((one) => one.group === group && one.version === version && one.kind === kind);
  }

  /** `pods.v1` and `pods.v1.` name a version of the core group, unless a group has that name. */
  #isCoreVersion(text: string): boolean {
    return /^v\d/.test(text) && !this.#groups.some((group) => group.name === text);
  }

  #search(word: string, group: string | undefined, version?: string): ResourceInfo | undefined {
    const exact = this.#groups.filter((one) => group === undefined || one.name === group);
    const found = searchGroups(exact, word, version);
    // A group may be given by its beginning, when no group has just that name.
    if (found || !group || version !== undefined) return found;
    return searchGroups(
      this.#groups.filter((one) => one.name.startsWith(group)),
      word,
      version,
    );
  }
}

/** A plural beats a singular or kind, and these beat a short name, whatever group they are in. */
const matchers: readonly ((resource: ResourceInfo, word: string) => boolean)[] = [
  (resource, word) => resource.plural === word,
  (resource, word) => resource.singular === word || resource.kind.toLowerCase() === word,
  (resource, word) => resource.shortNames.includes(word),
];

function searchGroups(groups: IndexedGroup[], word: string, version: string | undefined): ResourceInfo | undefined {
  for (const matches of matchers) {
    for (const group of groups) {
      for (const one of group.versions) {
        if (version !== undefined && one.version !== version) continue;
        const found = one.resources.find((resource) => matches(resource, word));
        if (found) return found;
      }
    }
  }
  return undefined;
}

/** Joins the flat list of a group version: every resource with its subresources. */
function resourceInfos(groupVersion: string, list: readonly ApiResource[]): ResourceInfo[] {
  const { group, version } = parseApiVersion(groupVersion);
  const subresources = new Map<string, SubresourceInfo[]>();
  for (const entry of list) {
    const slash = entry.name.indexOf('/');
    if (slash < 0) continue;
    const parent = entry.name.slice(0, slash);
    const info: SubresourceInfo = {
      name: entry.name.slice(slash + 1),
      kind: entry.kind,
      verbs: entry.verbs ?? [],
      ...(entry.version ? { group: entry.group ?? '', version: entry.version } : {}),
    };
    subresources.set(parent, [...(subresources.get(parent) ?? []), info]);
  }
  return list
    .filter((entry) => !entry.name.includes('/'))
    .map((entry) => ({
      group,
      version,
      plural: entry.name,
      singular: entry.singularName ?? '',
      kind: entry.kind,
      namespaced: entry.namespaced,
      shortNames: entry.shortNames ?? [],
      categories: entry.categories ?? [],
      verbs: entry.verbs ?? [],
      subresources: subresources.get(entry.name) ?? [],
    }));
}

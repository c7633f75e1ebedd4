import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../lib/replace-file.ts';
import type { ApiGroupList, ApiResourceList, DiscoveryDocuments } from './wire.ts';

/** kubectl's own time to live. */
const timeToLive = 6 * 3_600_000;

/** `https://127.0.0.1:6443/base` → `127.0.0.1_6443/base`, the folder that kubectl gives a server. */
export function hostFolder(server: string): string {
  return server
    .replace(/^https?:\/\//, '')
    .replace(/[^\w/.]/g, '_')
    .replace(/(?<=^|\/)\.\.?(?=\/|$)/g, '_');
}

/** The file of a group version; undefined where its name is none and could lead out of the cache. */
function resourcesFile(groupVersion: string): string | undefined {
  const named = /^(?:[a-z0-9]([-.a-z0-9]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(groupVersion);
  return named ? join(groupVersion, 'serverresources.json') : undefined;
}

/**
 * kubectl's discovery cache: `servergroups.json` and one `serverresources.json` per group version,
 * so that either tool finds what the other has fetched. What cannot be read counts as absent.
 */
export class DiscoveryDiskCache {
  readonly #folder: string;
  readonly #now: () => number;

  constructor(cacheDir: string, server: string, now: () => number = Date.now) {
    this.#folder = join(cacheDir, 'discovery', hostFolder(server));
    this.#now = now;
  }

  /** What is fresh; group versions that are not are its failures. Undefined without a fresh list of groups. */
  read(): DiscoveryDocuments | undefined {
    const list = this.#readFresh<ApiGroupList>('servergroups.json');
    if (!Array.isArray(list?.groups)) return undefined;
    const resources: DiscoveryDocuments['resources'] = new Map();
    const failures: DiscoveryDocuments['failures'] = [];
    for (const { groupVersion } of list.groups.flatMap((group) => group.versions)) {
      const found = this.#readFresh<ApiResourceList>(resourcesFile(groupVersion));
      if (Array.isArray(found?.resources)) resources.set(groupVersion, found.resources);
      else failures.push({ groupVersion, error: new Error(`${groupVersion} is not in the discovery cache`) });
    }
    return { groups: list.groups, resources, failures };
  }

  /**
   * True when a group that is not built in has a resource with this plural name. Reads only those
   * groups: on the way of every `get po` the whole cache would be read to find that there is none.
   */
  hasCustomPlural(word: string, builtinGroups: ReadonlySet<string>): boolean {
    const groups = this.#readFresh<ApiGroupList>('servergroups.json')?.groups;
    if (!Array.isArray(groups)) return false;
    return groups
      .filter((group) => !builtinGroups.has(group.name))
      .flatMap((group) => group.versions)
      .map(({ groupVersion }) => this.#readFresh<ApiResourceList>(resourcesFile(groupVersion)))
      .some((list) => Array.isArray(list?.resources) && list.resources.some((resource) => resource.name === word));
  }

  /** Keeps what came; a cache that cannot be written is no reason to fail. Failed group versions are left out. */
  write(documents: DiscoveryDocuments): void {
    try {
      for (const [groupVersion, resources] of documents.resources) {
        // An empty list may be a group that is only just coming up.
        if (resources.length === 0) continue;
        const list: ApiResourceList = { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
        this.#write(resourcesFile(groupVersion), list);
      }
      const groups: ApiGroupList = { kind: 'APIGroupList', apiVersion: 'v1', groups: documents.groups };
      this.#write('servergroups.json', groups);
    } catch {
      // Read-only homes and full disks: the next run asks the server again.
    }
  }

  #readFresh<T>(name: string | undefined): T | undefined {
    if (name === undefined) return undefined;
    const file = join(this.#folder, name);
    try {
      if (this.#now() - statSync(file).mtimeMs > timeToLive) return undefined;
      return JSON.parse(readFileSync(file, 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  #write(name: string | undefined, value: unknown): void {
    if (name === undefined) return;
    const file = join(this.#folder, name);
    mkdirSync(dirname(file), { recursive: true, mode: 0o750 });
    replaceFile(file, `${JSON.stringify(value)}\n`, { lasting: false });
  }
}

import type { ResourceInfo } from '../../api/resource.ts';
import { builtinGroupVersions, findBuiltinWord } from '../../api/resources.ts';
import { KctlError } from '../../lib/errors.ts';
import type { Discovery, Transport } from '../cluster.ts';
import { DiscoveryDiskCache } from './disk-cache.ts';
import { fetchDiscovery } from './fetch-discovery.ts';
import { ResourceIndex } from './resource-index.ts';
import type { DiscoveryFailure } from './wire.ts';

/**
 * Groups that every server has at v1 and lists before all custom ones: their words mean the same
 * everywhere, so that a first `get pods` needs no discovery.
 */
const certainGroups = new Set(['', 'apps']);

function builtinGroups(): ReadonlySet<string> {
  return new Set(builtinGroupVersions().map((one) => one.group));
}

/** Discovery with kubectl's disk cache. A word that the cache does not know is asked of the server once. */
export function cachedDiscovery(transport: Transport, options: { cacheDir: string; now?: () => number }): Discovery {
  return new CachedDiscovery(transport, new DiscoveryDiskCache(options.cacheDir, transport.server, options.now));
}

class CachedDiscovery implements Discovery {
  readonly #transport: Transport;
  readonly #cache: DiscoveryDiskCache;
  #index: ResourceIndex | undefined;
  #fetching: Promise<ResourceIndex> | undefined;
  /** True once the index came from the server: then a miss is a miss. */
  #fresh = false;
  /** True where the cache lacks groups: good for what it has, but not for what it has not. */
  #partial = false;
  #failures: readonly DiscoveryFailure[] = [];

  constructor(transport: Transport, cache: DiscoveryDiskCache) {
    this.#transport = transport;
    this.#cache = cache;
  }

  async resources(options: { refresh?: boolean } = {}): Promise<readonly ResourceInfo[]> {
    return (await (options.refresh ? this.#fetch() : this.#loadAll())).all;
  }

  failures(): readonly DiscoveryFailure[] {
    return this.#failures;
  }

  isKnown(): boolean {
    return this.#cached() !== undefined;
  }

  async resolve(argument: string): Promise<ResourceInfo> {
    const builtin = findBuiltinWord(argument);
    if (builtin && certainGroups.has(builtin.group)) {
      // Only a plural is beyond doubt; a custom resource could be called `po`, which a cache would tell.
      if (builtin.plural === argument) return builtin;
      if (!this.#index && !this.#cache.hasCustomPlural(argument.toLowerCase(), builtinGroups())) return builtin;
      return this.#cached()?.find(argument) ?? builtin;
    }
    const found = await this.#findOrRefresh((index) => index.find(argument));
    if (found) return found;
    throw this.#unknown(`the server doesn't have a resource type "${argument.split('.')[0]}"`);
  }

  async expandCategory(name: string): Promise<readonly ResourceInfo[] | undefined> {
    const builtin = findBuiltinWord(name);
    if (builtin && certainGroups.has(builtin.group)) return undefined;
    // A broken API service keeps the cache partial for ever; that must not cost requests for every known word.
    if (this.#partialIndex()?.find(name)) return undefined;
    const members = (await this.#loadAll()).category(name);
    return members.length > 0 ? members : undefined;
  }

  async resolveKind(apiVersion: string, kind: string): Promise<ResourceInfo> {
    const found = await this.#findOrRefresh((index) => index.kind(apiVersion, kind));
    if (found) return found;
    throw this.#unknown(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }

  async #findOrRefresh<T>(find: (index: ResourceIndex) => T | undefined): Promise<T | undefined> {
    const found = find(await this.#load());
    return found ?? (this.#fresh ? undefined : find(await this.#fetch()));
  }

  /** A group that could not be read may be the one that was asked for. */
  #unknown(message: string): KctlError {
    const unread = this.#failures.map((failure) => failure.groupVersion).join(', ');
    return new KctlError('input', message, unread ? { hint: `these groups could not be read: ${unread}` } : {});
  }

  #cached(): ResourceIndex | undefined {
    if (!this.#index) {
      const documents = this.#cache.read();
      if (documents) {
        this.#index = new ResourceIndex(documents);
        this.#partial = documents.failures.length > 0;
      }
    }
    return this.#index;
  }

  async #load(): Promise<ResourceIndex> {
    return this.#cached() ?? this.#fetch();
  }

  #partialIndex(): ResourceIndex | undefined {
    const index = this.#cached();
    return this.#partial ? index : undefined;
  }

  async #loadAll(): Promise<ResourceIndex> {
    return this.#partialIndex() ? this.#fetch() : this.#load();
  }

  #fetch(): Promise<ResourceIndex> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchOnce(): Promise<ResourceIndex> {
    const documents = await fetchDiscovery(this.#transport);
    this.#cache.write(documents);
    this.#failures = documents.failures;
    this.#index = new ResourceIndex(documents);
    this.#fresh = true;
    this.#partial = false;
    return this.#index;
  }
}

import { apiVersionOf, groupResource, type ResourceInfo } from '../../api/resource.ts';
import { builtinResources } from '../../api/resources.ts';
import type { CustomResource } from '../crd/custom-resource.ts';
import { compareVersionNames } from '../crd/names.ts';

/** One resource at one version, and where its objects are kept. */
export interface ServedResource extends ResourceInfo {
  /** Key of its table in storage: `pods`, `deployments.apps`. */
  storage: string;
  /** `apiVersion` that stored objects carry. */
  storageVersion: string;
  hasStatus: boolean;
  /** Set where a CustomResourceDefinition made it. */
  custom?: CustomResource;
}

/** Groups that share another group's storage. */
const SHARED_STORAGE: Readonly<Record<string, { storage: string; storageVersion: string }>> = {
  'events.events.k8s.io': { storage: 'events', storageVersion: 'v1' },
};

const pathKey = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`;

/** What the server serves: built in, and what custom resource definitions add while it runs. */
export class Catalog {
  #resources: ServedResource[] = [];
  readonly #byPath = new Map<string, ServedResource>();
  readonly #byName = new Map<string, ServedResource>();
  #custom = new Map<string, ServedResource[]>();
  #generation = 0;

  constructor() {
    this.#rebuild();
  }

  /** Counts changes, so that discovery documents can be cached. */
  get generation(): number {
    return this.#generation;
  }

  /** In discovery order. */
  all(): readonly ServedResource[] {
    return this.#resources;
  }

  find(group: string, version: string, plural: string): ServedResource | undefined {
    return this.#byPath.get(pathKey(group, version, plural));
  }

  /** By the name that messages use (`deployments.apps`), at the version it is stored in. */
  named(name: string): ServedResource | undefined {
    return this.#byName.get(name);
  }

  ofKind(apiVersion: string, kind: string): ServedResource | undefined {
    return this.#resources.find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
  }

  hasGroupVersion(group: string, version: string): boolean {
    return this.#resources.some((resource) => resource.group === group && resource.version === version);
  }

  hasGroup(group: string): boolean {
    return this.#resources.some((resource) => resource.group === group);
  }

  /** Replaces what the definition `name` serves; an empty list takes it away. */
  setCustom(name: string, resources: readonly ServedResource[]): void {
    if (resources.length === 0) this.#custom.delete(name);
    else this.#custom.set(name, [...resources]);
    this.#rebuild();
  }

  #rebuild(): void {
    this.#generation++;
    const custom = byPreference([...this.#custom.values()].flat());
    this.#resources = [...builtinServed(), ...custom];
    this.#byPath.clear();
    this.#byName.clear();
    for (const resource of this.#resources) {
      this.#byPath.set(pathKey(resource.group, resource.version, resource.plural), resource);
      const name = groupResource(resource);
      if (!this.#byName.has(name) || apiVersionOf(resource) === resource.storageVersion) {
        this.#byName.set(name, resource);
      }
    }
  }
}

/** Groups as they came, the versions of each in the order in which clients should prefer them. */
function byPreference(resources: readonly ServedResource[]): ServedResource[] {
  const groups = Map.groupBy(resources, (resource) => resource.group);
  return [...groups.values()].flatMap((group) => group.sort((a, b) => compareVersionNames(a.version, b.version)));
}

let served: ServedResource[] | undefined;

function builtinServed(): readonly ServedResource[] {
  if (served) return served;
  const preferred = new Map<string, string>();
  served = [];
  for (const resource of builtinResources) {
    const name = groupResource(resource);
    if (!preferred.has(name)) preferred.set(name, apiVersionOf(resource));
    served.push({
      ...resource,
      ...(SHARED_STORAGE[name] ?? { storage: name, storageVersion: preferred.get(name)! }),
      hasStatus: resource.subresources.some((subresource) => subresource.name === 'status'),
    });
  }
  return served;
}

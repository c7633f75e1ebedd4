import { KctlError } from '../lib/errors.ts';

/** One served resource (or subresource) of one group version, as discovery describes it. */
export interface ResourceInfo {
  /** '' for the core group. */
  group: string;
  version: string;
  /** Plural, lower case: `deployments`. */
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  verbs: readonly string[];
  subresources: readonly SubresourceInfo[];
}

export interface SubresourceInfo {
  /** `status`, `scale`, `log`, ... */
  name: string;
  kind: string;
  /** Where the subresource's kind lives when that is not the resource's own group version (`pods/eviction` is policy/v1). */
  group?: string;
  version?: string;
  verbs: readonly string[];
}

/** `pods` or `deployments.apps`: the name of a resource without its version, as messages and storage use it. */
export function groupResource(resource: { group: string; plural: string }): string {
  return resource.group ? `${resource.plural}.${resource.group}` : resource.plural;
}

/** `v1` or `apps/v1`. */
export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}

/** Splits an `apiVersion` field. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

/**
 * The URL path of a collection, an object or a subresource; every part is percent-encoded. Where a name is given it
 * has to say something: the path without one is all of the collection, and to delete that is never what was meant.
 * @throws KctlError `input` of an empty name, in the words of client-go
 */
export function resourcePath(
  resource: { group: string; version: string; plural: string; namespaced: boolean },
  where: { namespace?: string | undefined; name?: string | undefined; subresource?: string | undefined } = {},
): string {
  // An object of a file may lack the name that its type promises.
  if ('name' in where && !where.name) throw new KctlError('input', 'resource name may not be empty');
  const root = resource.group ? `/apis/${resource.group}/${resource.version}` : coreRoot(resource.version);
  const scope = resource.namespaced && where.namespace ? `/namespaces/${encodeURIComponent(where.namespace)}` : '';
  const name = where.name ? `/${encodeURIComponent(where.name)}` : '';
  const sub = where.subresource ? `/${where.subresource}` : '';
  return `${root}${scope}/${resource.plural}${name}${sub}`;
}

/** Of a file that says no version, the path has none either, as kubectl's. */
function coreRoot(version: string): string {
  return version === '' ? '/api' : `/api/${version}`;
}

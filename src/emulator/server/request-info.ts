import { badRequest, noSuchResource } from '../errors.ts';
import type { Catalog, ServedResource } from '../registry/catalog.ts';

/** What a resource path asks for. */
export interface ResourceTarget {
  group: string;
  version: string;
  plural: string;
  resource: ServedResource;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
  /** What follows the subresource (`/proxy/a/b`), without the leading slash. */
  rest: string;
  /** True of the old paths `/api/v1/watch/...`. */
  watch?: boolean;
  /** True of `/namespaces//pods`: the namespace is there and empty. */
  anyNamespace?: boolean;
}

/**
 * Reads `/api/v1/...` and `/apis/group/version/...` down to the resource; undefined for any other path.
 * Slashes at the end are nothing, empty parts in the middle are parts.
 * @throws ApiStatusError 404 when the group version is served but the resource is not
 */
export function parseResourcePath(catalog: Catalog, path: string): ResourceTarget | undefined {
  const [root, ...after] = partsOf(path);
  let group = '';
  if (root === 'apis') group = after.shift() ?? '';
  else if (root !== 'api') return undefined;
  const version = after.shift();
  if (!version || after.length === 0 || !catalog.hasGroupVersion(group, version)) return undefined;
  const watch = after[0] === 'watch' && after.length > 1;
  if (watch) after.shift();
  let namespace: string | undefined;
  let anyNamespace = false;
  // `/namespaces/x/pods` is a scope; `/namespaces`, `/namespaces/x` and its two subresources are the resource.
  const scoped = after[0] === 'namespaces' && after.length > 2 && !isNamespaceSubresource(group, after);
  if (scoped) {
    namespace = after[1] || undefined;
    anyNamespace = after[1] === '';
    after.splice(0, 2);
  }
  const [plural = '', name, subresource, ...rest] = after;
  const resource = catalog.find(group, version, plural);
  if (!resource) throw noSuchResource();
  if (rest.length > 0 && subresource !== 'proxy') throw noSuchResource();
  if (scoped && !resource.namespaced) throw noSuchResource();
  if (!scoped && resource.namespaced && name !== undefined) throw noSuchResource();
  return {
    group,
    version,
    plural,
    resource,
    namespace,
    name,
    subresource,
    rest: rest.join('/'),
    ...(watch ? { watch } : {}),
    ...(anyNamespace ? { anyNamespace } : {}),
  };
}

function isNamespaceSubresource(group: string, parts: readonly string[]): boolean {
  return group === '' && parts.length === 3 && (parts[2] === 'status' || parts[2] === 'finalize');
}

/** The parts of a path; an encoded slash parts, too. */
export function partsOf(path: string): string[] {
  if (path.startsWith('//')) return [];
  return decode(path)
    .replace(/^\/|\/+$/g, '')
    .split('/');
}

/** @throws ApiStatusError 400 for what is no encoding (net/url) */
function decode(path: string): string {
  if (!path.includes('%')) return path;
  const [wrong] = /%(?![0-9a-f]{2}).{0,2}/i.exec(path) ?? [];
  if (wrong) throw badRequest(`parse ${JSON.stringify(path)}: invalid URL escape ${JSON.stringify(wrong)}`);
  const bytes = path.replace(/%(..)/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** What the path of a request names: a collection where `name` is absent, a subresource where that is given. */
export interface ObjectPath {
  group: string;
  version: string;
  plural: string;
  namespace?: string;
  name?: string;
  subresource?: string;
}

/** Subresources of namespaces: what else follows a namespace's name is a resource in it. */
const ofNamespaces: ReadonlySet<string> = new Set(['status', 'finalize']);

/** Reads `/api/v1/namespaces/a/pods/b/status` and its like; undefined for a path that is of no resource. */
export function parseObjectPath(path: string): ObjectPath | undefined {
  const [root, ...parts] = path.split('?', 1)[0]!.split('/').filter(Boolean).map(decoded);
  const group = root === 'apis' ? parts.shift() : root === 'api' ? '' : undefined;
  const version = parts.shift();
  if (group === undefined || version === undefined || parts.length === 0) return undefined;
  const inNamespace = parts[0] === 'namespaces' && parts.length > 2 && !(group === '' && ofNamespaces.has(parts[2]!));
  const [plural, name, ...sub] = inNamespace ? parts.slice(2) : parts;
  return {
    group,
    version,
    plural: plural!,
    ...(inNamespace && { namespace: parts[1]! }),
    ...(name !== undefined && { name }),
    ...(sub.length > 0 && { subresource: sub.join('/') }),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

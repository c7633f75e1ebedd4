/** Group, version and kind; '' stands for any where it selects. */
export interface Gvk {
  group: string;
  version: string;
  kind: string;
}

/** What an object is known by, now or before a transformer changed it. */
export interface ResourceId extends Gvk {
  name: string;
  namespace: string;
  /** Known to have no namespace; only known of what an object is now. */
  clusterScoped: boolean;
}

const DEFAULT_NAMESPACE = 'default';
/** Stands for the namespace of objects that have none. */
export const NO_NAMESPACE = '_non_namespaceable_';

export function parseGroupVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  if (slash < 0) return { group: '', version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export const apiVersionOf = ({ group, version }: Gvk): string => (group === '' ? version : `${group}/${version}`);

export function effectiveNamespace({ clusterScoped, namespace }: ResourceId): string {
  if (clusterScoped) return NO_NAMESPACE;
  return namespace === '' ? DEFAULT_NAMESPACE : namespace;
}

export const sameGvk = (a: Gvk, b: Gvk): boolean => a.group === b.group && a.version === b.version && a.kind === b.kind;

export const sameNamespace = (a: ResourceId, b: ResourceId): boolean => effectiveNamespace(a) === effectiveNamespace(b);

export const sameId = (a: ResourceId, b: ResourceId): boolean =>
  a.name === b.name && sameGvk(a, b) && sameNamespace(a, b);

/** What the selector leaves out is anything. */
export function isSelected(gvk: Gvk, selector: Partial<Gvk>): boolean {
  const { group, version, kind } = selector;
  return (!group || group === gvk.group) && (!version || version === gvk.version) && (!kind || kind === gvk.kind);
}

/** As `isSelected`, with name and namespace. */
export function isSelectedBy(id: ResourceId, selector: ResourceId): boolean {
  return (
    (selector.name === '' || selector.name === id.name) &&
    (selector.namespace === '' || sameNamespace(selector, id)) &&
    isSelected(id, selector)
  );
}

/** `Deployment.v1.apps`, with words in brackets for what is absent. */
export function gvkText({ group, version, kind }: Gvk): string {
  return `${kind || '[noKind]'}.${version || '[noVer]'}.${group || '[noGrp]'}`;
}

/** `Deployment.v1.apps/web.default` */
export function idText(id: ResourceId): string {
  return `${gvkText(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`;
}

/** As Go prints an id with all of its fields. */
export function idFields({ group, version, kind, clusterScoped, name, namespace }: ResourceId): string {
  const q = (text: string) => JSON.stringify(text);
  const gvk = `resid.Gvk{Group:${q(group)}, Version:${q(version)}, Kind:${q(kind)}, isClusterScoped:${clusterScoped}}`;
  return `resid.ResId{Gvk:${gvk}, Name:${q(name)}, Namespace:${q(namespace)}}`;
}

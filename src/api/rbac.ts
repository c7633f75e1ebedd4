/** rbac.authorization.k8s.io/v1 PolicyRule. */
export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

/** One thing that somebody may want to do. `verb` is Kubernetes' (`list`), or the HTTP method in lower case for a path. */
export interface Permission {
  verb: string;
  group?: string;
  resource?: string;
  subresource?: string;
  name?: string;
  /** Set instead of a resource. */
  path?: string;
}

const has = (allowed: readonly string[] | undefined, value: string): boolean =>
  (allowed ?? []).some((one) => one === '*' || one === value);

/** `pods/log` is covered by itself, by `*` and by `*` + `/log`. */
export function coversResource(allowed: readonly string[] | undefined, resource: string): boolean {
  if (has(allowed, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && (allowed ?? []).includes(`*${resource.slice(slash)}`);
}

export function coversPath(allowed: readonly string[] | undefined, path: string): boolean {
  return (allowed ?? []).some((one) => one === path || (one.endsWith('*') && path.startsWith(one.slice(0, -1))));
}

/** Whether a rule lets one do it; a rule for objects by name says nothing of what has none (auth/rbac, RuleAllows). */
export function ruleAllows(rule: PolicyRule, wanted: Permission): boolean {
  if (!has(rule.verbs, wanted.verb)) return false;
  if (wanted.path !== undefined) return coversPath(rule.nonResourceURLs, wanted.path);
  const { group = '', resource = '', subresource, name } = wanted;
  return (
    has(rule.apiGroups, group) &&
    coversResource(rule.resources, subresource ? `${resource}/${subresource}` : resource) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

import type { KubeObject } from '../../api/meta.ts';
import { forbidden, forbiddenPath } from '../errors.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';

/** One thing somebody wants to do. `verb` is Kubernetes' (`list`), or the HTTP method in lower case for a path. */
export interface Attributes {
  verb: string;
  group?: string;
  version?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** Set instead of a resource. */
  path?: string;
}

export interface PolicyRule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** Paths that anybody may read, before any role exists. */
const PUBLIC_PATHS = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/']);
/** Every user who is known may look around (system:discovery, system:basic-user). */
const DISCOVERY = /^\/(api|apis|openapi)(\/.*)?$|^\/kctl\.dev\//;
const SELF_REVIEWS = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews']);

/** Whether RBAC (rbac.authorization.k8s.io/v1) lets `user` do it. `system:masters` may do anything. */
export function isAllowed(store: Store, user: UserInfo, attributes: Attributes): boolean {
  if (user.groups.includes('system:masters')) return true;
  if (attributes.path !== undefined) {
    if (PUBLIC_PATHS.has(attributes.path) || /^\/(livez|readyz|healthz)\//.test(attributes.path)) return true;
    if (attributes.verb === 'get' && DISCOVERY.test(attributes.path)) {
      return user.groups.includes('system:authenticated');
    }
  } else if (attributes.verb === 'create' && SELF_REVIEWS.has(attributes.resource ?? '')) {
    return user.groups.includes('system:authenticated');
  }
  return rulesFor(store, user, attributes.namespace).some((rule) => ruleAllows(rule, attributes));
}

/** @throws ApiStatusError 403 in the server's words */
export function authorize(store: Store, user: UserInfo, attributes: Attributes): void {
  if (isAllowed(store, user, attributes)) return;
  if (attributes.path !== undefined) {
    throw forbiddenPath(
      `User ${JSON.stringify(user.name)} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}`,
    );
  }
  const { verb, group = '', resource = '', subresource, namespace, name } = attributes;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  throw forbidden(
    { group, plural: what },
    name ?? '',
    `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`,
  );
}

/** Every rule that bindings give `user`, cluster-wide and in `namespace`. */
export function rulesFor(store: Store, user: UserInfo, namespace: string | undefined): PolicyRule[] {
  const rules: PolicyRule[] = [];
  for (const binding of store.list(`clusterrolebindings.${RBAC}`)) {
    if (bindsTo(binding, user)) rules.push(...rulesOf(store, binding.roleRef, undefined));
  }
  if (namespace) {
    for (const binding of store.list(`rolebindings.${RBAC}`, namespace)) {
      if (bindsTo(binding, user)) rules.push(...rulesOf(store, binding.roleRef, namespace));
    }
  }
  return rules;
}

function bindsTo(binding: KubeObject, user: UserInfo): boolean {
  return ((binding.subjects ?? []) as Subject[]).some(({ kind, name, namespace }) => {
    if (kind === 'User') return name === user.name;
    if (kind === 'Group') return user.groups.includes(name);
    return user.name === `system:serviceaccount:${namespace ?? binding.metadata.namespace}:${name}`;
  });
}

function rulesOf(
  store: Store,
  roleRef: { kind: string; name: string },
  namespace: string | undefined,
): readonly PolicyRule[] {
  const role =
    roleRef.kind === 'ClusterRole'
      ? store.get(`clusterroles.${RBAC}`, undefined, roleRef.name)
      : store.get(`roles.${RBAC}`, namespace, roleRef.name);
  return (role?.rules as PolicyRule[] | undefined) ?? [];
}

function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!covers(rule.verbs, attributes.verb)) return false;
  const { path } = attributes;
  if (path !== undefined) {
    return (rule.nonResourceURLs ?? []).some((url) =>
      url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : url === path,
    );
  }
  const { group = '', resource = '', subresource, name } = attributes;
  const full = subresource ? `${resource}/${subresource}` : resource;
  return (
    covers(rule.apiGroups, group) &&
    (covers(rule.resources, full) ||
      (subresource !== undefined && (rule.resources ?? []).includes(`*/${subresource}`))) &&
    (!rule.resourceNames?.length || (name !== undefined && rule.resourceNames.includes(name)))
  );
}

function covers(allowed: readonly string[] | undefined, value: string): boolean {
  return (allowed ?? []).some((one) => one === '*' || one === value);
}

import type { KubeObject } from '../../api/meta.ts';
import { type PolicyRule, ruleAllows } from '../../api/rbac.ts';
import { nodeAnswer } from '../access/node-rules.ts';
import { forbidden, forbiddenPath } from '../errors.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';

export type { PolicyRule } from '../../api/rbac.ts';

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

interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

interface RoleRef {
  kind: string;
  name: string;
}

interface Decision {
  allowed: boolean;
  /** Why, in the authorizers' words; '' where there is nothing to say. */
  reason: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** What only this server has, and what goes with reading the API at all. */
const OWN_PATHS = '/kctl.dev/';

/**
 * Whether node rules or RBAC (rbac.authorization.k8s.io/v1) let `user` do it, and why.
 * `system:masters` may do anything.
 */
export function decide(store: Store, user: UserInfo, attributes: Attributes): Decision {
  if (user.groups.includes('system:masters')) return { allowed: true, reason: '' };
  if (attributes.path?.startsWith(OWN_PATHS) && user.groups.includes('system:authenticated')) {
    return { allowed: attributes.verb === 'get', reason: '' };
  }
  const node = nodeAnswer(store, user, attributes);
  if (node?.allowed) return { allowed: true, reason: '' };
  const missing: string[] = [];
  for (const { rules, why } of grantsOf(store, user, attributes.namespace, missing)) {
    if (rules.some((rule) => ruleAllows(rule, attributes))) return { allowed: true, reason: `RBAC: allowed by ${why}` };
  }
  const problems = missing.length > 1 ? `[${missing.join(', ')}]` : missing[0];
  const reasons = [node?.reason, problems && `RBAC: ${problems}`].filter(Boolean);
  return { allowed: false, reason: reasons.join('\n') };
}

export function isAllowed(store: Store, user: UserInfo, attributes: Attributes): boolean {
  return decide(store, user, attributes).allowed;
}

/** @throws ApiStatusError 403 in the server's words */
export function authorize(store: Store, user: UserInfo, attributes: Attributes): void {
  const { allowed, reason } = decide(store, user, attributes);
  if (allowed) return;
  const why = reason ? `: ${reason}` : '';
  if (attributes.path !== undefined) {
    throw forbiddenPath(
      `User ${JSON.stringify(user.name)} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}${why}`,
    );
  }
  const { verb, group = '', resource = '', subresource, namespace, name } = attributes;
  const what = subresource ? `${resource}/${subresource}` : resource;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  throw forbidden(
    { group, plural: resource },
    name ?? '',
    `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}${why}`,
  );
}

/** Every rule that bindings give `user`, cluster-wide and in `namespace`. */
export function rulesFor(
  store: Store,
  user: UserInfo,
  namespace: string | undefined,
  missing: string[] = [],
): PolicyRule[] {
  return [...grantsOf(store, user, namespace, missing)].flatMap(({ rules }) => rules);
}

/** What each binding gives, one after the other; roles that are not there are named in `missing`. */
function* grantsOf(
  store: Store,
  user: UserInfo,
  namespace: string | undefined,
  missing: string[],
): Generator<{ rules: readonly PolicyRule[]; why: string }> {
  const grant = (binding: KubeObject, subject: Subject, where: string | undefined) => {
    const roleRef = binding['roleRef'] as RoleRef;
    const rules = rulesOf(store, roleRef, where);
    if (!rules) {
      const name = `${roleRef.kind.toLowerCase()}.${RBAC} ${JSON.stringify(roleRef.name)} not found`;
      if (!missing.includes(name)) missing.push(name);
    }
    const own = where === undefined ? binding.metadata.name : `${binding.metadata.name}/${where}`;
    const why = `${binding.kind} ${JSON.stringify(own)} of ${roleRef.kind} ${JSON.stringify(roleRef.name)} to ${subjectText(subject, where)}`;
    return { rules: rules ?? [], why };
  };
  for (const binding of store.list(`clusterrolebindings.${RBAC}`)) {
    const subject = subjectFor(binding, user);
    if (subject) yield grant(binding, subject, undefined);
  }
  if (!namespace) return;
  for (const binding of store.list(`rolebindings.${RBAC}`, namespace)) {
    const subject = subjectFor(binding, user);
    if (subject) yield grant(binding, subject, namespace);
  }
}

function subjectText({ kind, name, namespace }: Subject, where: string | undefined): string {
  const full = kind === 'ServiceAccount' ? `${name}/${namespace ?? where ?? ''}` : name;
  return `${kind} ${JSON.stringify(full)}`;
}

function subjectFor(binding: KubeObject, user: UserInfo): Subject | undefined {
  return ((binding['subjects'] ?? []) as Subject[]).find(({ kind, name, namespace }) => {
    if (kind === 'User') return name === user.name;
    if (kind === 'Group') return user.groups.includes(name);
    return user.name === `system:serviceaccount:${namespace ?? binding.metadata.namespace}:${name}`;
  });
}

/** The rules of a role; undefined where there is no such role. */
export function rulesOf(store: Store, roleRef: RoleRef, namespace: string | undefined): PolicyRule[] | undefined {
  const role =
    roleRef.kind === 'ClusterRole'
      ? store.get(`clusterroles.${RBAC}`, undefined, roleRef.name)
      : store.get(`roles.${RBAC}`, namespace, roleRef.name);
  return role && ((role['rules'] as PolicyRule[] | undefined) ?? []);
}

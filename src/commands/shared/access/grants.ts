import { type Permission, type PolicyRule, ruleAllows } from '../../../api/rbac.ts';
import type { Access, Binding, Role, Subject } from './read-access.ts';

/** Why one subject may do what was asked. */
export interface Grant {
  subject: Subject;
  binding: Pick<Binding, 'kind' | 'name' | 'namespace'>;
  role: Pick<Role, 'kind' | 'name' | 'namespace'>;
  /** The namespace in which it holds; absent where it holds in all of the cluster. */
  namespace?: string;
  /** The rules of the role that allow it. */
  rules: readonly PolicyRule[];
}

/** The role that a binding names; a Role is one of the binding's own namespace. */
function roleOfBinding({ role, namespace }: Binding, roles: readonly Role[]): Role | undefined {
  return roles.find(
    (one) =>
      one.kind === role.kind && one.name === role.name && (one.kind === 'ClusterRole' || one.namespace === namespace),
  );
}

/** Every subject that bindings let do it, once for each binding. */
export function grantsOf(access: Access, wanted: Permission): Grant[] {
  return access.bindings.flatMap((binding) => {
    const role = roleOfBinding(binding, access.roles);
    const rules = (role?.rules ?? []).filter((rule) => ruleAllows(rule, wanted));
    if (!role || rules.length === 0) return [];
    const { subjects, namespace } = binding;
    return subjects.map((subject) => ({
      subject,
      binding: { kind: binding.kind, name: binding.name, ...(namespace === undefined ? {} : { namespace }) },
      role: {
        kind: role.kind,
        name: role.name,
        ...(role.namespace === undefined ? {} : { namespace: role.namespace }),
      },
      ...(namespace === undefined ? {} : { namespace }),
      rules,
    }));
  });
}

/** Names of single objects that rules speak of where the question names none. */
export function namedObjects(access: Access, wanted: Permission): string[] {
  if (wanted.name !== undefined || wanted.path !== undefined) return [];
  const names = access.bindings.flatMap((binding) =>
    (roleOfBinding(binding, access.roles)?.rules ?? []).flatMap((rule) => {
      const only = rule.resourceNames ?? [];
      return only.length > 0 && ruleAllows({ ...rule, resourceNames: [] }, wanted) ? only : [];
    }),
  );
  return [...new Set(names)].sort();
}

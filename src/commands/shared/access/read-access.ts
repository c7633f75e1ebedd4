import type { KubeList, KubeObject } from '../../../api/meta.ts';
import type { PolicyRule } from '../../../api/rbac.ts';
import { ApiStatusError } from '../../../api/status.ts';
import type { Cluster } from '../../../kube/cluster.ts';
import { listPages } from '../../../kube/list.ts';

export interface Role {
  kind: 'Role' | 'ClusterRole';
  name: string;
  /** Of a Role. */
  namespace?: string;
  rules: readonly PolicyRule[];
}

/** Whom a binding names. Of a ServiceAccount `namespace` is always set. */
export interface Subject {
  kind: string;
  name: string;
  namespace?: string;
}

export interface Binding {
  kind: 'RoleBinding' | 'ClusterRoleBinding';
  name: string;
  /** Of a RoleBinding. */
  namespace?: string;
  role: { kind: string; name: string };
  subjects: readonly Subject[];
}

/** What RBAC says in one place. ClusterRoles that are put together from others have their rules already. */
export interface Access {
  roles: readonly Role[];
  bindings: readonly Binding[];
  /** Lists that could not be read: `clusterroles`, `rolebindings in namespace shop`. */
  missing: readonly string[];
}

/** Where bindings count: in one namespace, in each of them, or only across the cluster. All include the whole cluster's. */
export type AccessScope = { in: 'namespace'; namespace: string } | { in: 'namespaces' } | { in: 'cluster' };

const ROOT = '/apis/rbac.authorization.k8s.io/v1';

/** Reads roles and bindings; what one may not read is named in `missing`. */
export async function readAccess(
  { transport }: Pick<Cluster, 'transport'>,
  scope: AccessScope,
  signal: AbortSignal,
): Promise<Access> {
  const missing: string[] = [];
  const list = async (resource: string, namespace?: string): Promise<KubeObject[]> => {
    const path = `${ROOT}${namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/${resource}`;
    const found: KubeObject[] = [];
    try {
      for await (const { items } of listPages<KubeList>(transport, { path, signal })) found.push(...items);
    } catch (error) {
      if (!(error instanceof ApiStatusError) || ![401, 403, 404].includes(error.httpCode)) throw error;
      missing.push(namespace ? `${resource} in namespace ${namespace}` : resource);
    }
    return found;
  };
  const where = scope.in === 'namespace' ? scope.namespace : undefined;
  const isNamespaced = scope.in !== 'cluster';
  const [clusterRoles, clusterBindings, roles, bindings] = await Promise.all([
    list('clusterroles'),
    list('clusterrolebindings'),
    isNamespaced ? list('roles', where) : [],
    isNamespaced ? list('rolebindings', where) : [],
  ]);
  return {
    roles: [...clusterRoles.map((role) => roleOf('ClusterRole', role)), ...roles.map((role) => roleOf('Role', role))],
    bindings: [
      ...clusterBindings.map((binding) => bindingOf('ClusterRoleBinding', binding)),
      ...bindings.map((binding) => bindingOf('RoleBinding', binding)),
    ],
    missing,
  };
}

function roleOf(kind: Role['kind'], { metadata, rules }: KubeObject): Role {
  return {
    kind,
    name: metadata.name ?? '',
    ...(kind === 'Role' ? { namespace: metadata.namespace ?? '' } : {}),
    rules: (rules ?? []) as PolicyRule[],
  };
}

function bindingOf(kind: Binding['kind'], { metadata, roleRef, subjects }: KubeObject): Binding {
  const own = kind === 'RoleBinding' ? { namespace: metadata.namespace ?? '' } : {};
  return {
    kind,
    name: metadata.name ?? '',
    ...own,
    role: { kind: roleRef?.kind ?? '', name: roleRef?.name ?? '' },
    subjects: ((subjects ?? []) as Subject[]).map((subject) => subjectOf(subject, metadata.namespace)),
  };
}

function subjectOf({ kind, name, namespace }: Subject, own: string | undefined): Subject {
  return kind === 'ServiceAccount' ? { kind, name, namespace: namespace || own || '' } : { kind, name };
}

/** Short names that k9s' users type and no server has, by group resource. A server's own names win over them. */
export const shortNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    dp: 'deployments.apps',
    sec: 'secrets',
    jo: 'jobs.batch',
    np: 'networkpolicies.networking.k8s.io',
    ro: 'roles.rbac.authorization.k8s.io',
    rb: 'rolebindings.rbac.authorization.k8s.io',
    cr: 'clusterroles.rbac.authorization.k8s.io',
    crb: 'clusterrolebindings.rbac.authorization.k8s.io',
  }),
);

/** The short names of k9s for a kind. */
export function shortNamesOf(groupResource: string): readonly string[] {
  return [...shortNames].flatMap(([name, kind]) => (kind === groupResource ? [name] : []));
}

import type { KubeObject } from '../../api/meta.ts';

/**
 * The roles every cluster has, as a table: `name | labels | rules`. A rule is `verbs resources [groups]`
 * with commas; a path rule starts with `/`. Source: the default ClusterRoles of the RBAC documentation.
 */
const READ = 'get,list,watch';
const WRITE = 'create,delete,deletecollection,patch,update';

const CORE_CONFIG = 'configmaps,endpoints,persistentvolumeclaims,pods,replicationcontrollers,serviceaccounts,services';
const CORE_STATUS =
  'bindings,events,limitranges,namespaces/status,pods/log,pods/status,replicationcontrollers/status,resourcequotas,resourcequotas/status';
const APPS =
  'controllerrevisions,daemonsets,deployments,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale';
const METRICS = `${READ} nodes,pods metrics.k8s.io`;
const VIEW = [
  `${READ} ${CORE_CONFIG},persistentvolumeclaims/status,replicationcontrollers/scale,services/status`,
  `${READ} ${CORE_STATUS}`,
  `${READ} namespaces`,
  `${READ} endpointslices discovery.k8s.io`,
  `${READ} ${APPS} apps`,
  `${READ} horizontalpodautoscalers autoscaling`,
  `${READ} cronjobs,jobs batch`,
  `${READ} ingresses,networkpolicies networking.k8s.io`,
  `${READ} poddisruptionbudgets policy`,
  METRICS,
];
const EDIT = [
  `${READ} pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy`,
  'impersonate serviceaccounts',
  `${WRITE} ${CORE_CONFIG},replicationcontrollers/scale,secrets,services/proxy`,
  `${WRITE} pods/attach,pods/exec,pods/portforward,pods/proxy`,
  'create pods/eviction,serviceaccounts/token',
  `${WRITE} ${APPS} apps`,
  `${WRITE} horizontalpodautoscalers autoscaling`,
  `${WRITE} cronjobs,jobs batch`,
  `${WRITE} ingresses,networkpolicies networking.k8s.io`,
  `${WRITE} poddisruptionbudgets policy`,
];
const ADMIN = [
  'create localsubjectaccessreviews authorization.k8s.io',
  `${READ},${WRITE} rolebindings,roles rbac.authorization.k8s.io`,
];

/** Rules of the default ClusterRoles by name. */
const clusterRoles: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['* * *', '* /*'],
  admin: [...ADMIN, ...EDIT, ...VIEW],
  edit: [...EDIT, ...VIEW],
  view: VIEW,
  'system:aggregated-metrics-reader': [METRICS],
  'system:basic-user': [
    'create selfsubjectaccessreviews,selfsubjectrulesreviews authorization.k8s.io',
    'create selfsubjectreviews authentication.k8s.io',
  ],
  'system:discovery': ['get /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/'],
  'system:public-info-viewer': ['get /healthz,/livez,/readyz,/version,/version/'],
  'system:node': [
    `${READ},${WRITE} nodes,nodes/status,pods,pods/status,events`,
    `${READ},${WRITE} leases coordination.k8s.io`,
    `${READ} configmaps,secrets,services,persistentvolumeclaims,persistentvolumes`,
  ],
  'system:coredns': ['list,watch endpoints,namespaces,pods,services', 'list,watch endpointslices discovery.k8s.io'],
};

/** Role → the group that every cluster gives it to. */
const clusterRoleBindings: Readonly<Record<string, readonly string[]>> = {
  'cluster-admin': ['system:masters'],
  'system:basic-user': ['system:authenticated'],
  'system:discovery': ['system:authenticated'],
  'system:public-info-viewer': ['system:authenticated', 'system:unauthenticated'],
};

/** One line of the table as a rbac.authorization.k8s.io/v1 PolicyRule. */
function policyRule(line: string): Record<string, string[]> {
  const [verbs = '', what = '', groups = ''] = line.split(' ');
  if (what.startsWith('/'))
    return { nonResourceURLs: what === '/*' ? ['*'] : what.split(','), verbs: verbs.split(',') };
  return { apiGroups: groups.split(','), resources: what.split(','), verbs: verbs.split(',') };
}

const RBAC = 'rbac.authorization.k8s.io';
const GROUP_VERSION = `${RBAC}/v1`;
const defaults = {
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
  annotations: { 'rbac.authorization.kubernetes.io/autoupdate': 'true' },
};

function roleBinding(role: string, subjects: readonly Record<string, string>[]): KubeObject {
  return {
    apiVersion: GROUP_VERSION,
    kind: 'ClusterRoleBinding',
    metadata: { name: role, ...defaults },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects,
  };
}

/** The roles and bindings of a new cluster, with the resource each belongs to. */
export const roleObjects: readonly (readonly [resource: string, object: KubeObject])[] = [
  ...Object.entries(clusterRoles).map(([name, rules]): [string, KubeObject] => [
    `clusterroles.${RBAC}`,
    { apiVersion: GROUP_VERSION, kind: 'ClusterRole', metadata: { name, ...defaults }, rules: rules.map(policyRule) },
  ]),
  ...Object.entries(clusterRoleBindings).map(([role, groups]): [string, KubeObject] => [
    `clusterrolebindings.${RBAC}`,
    roleBinding(
      role,
      groups.map((name) => ({ apiGroup: RBAC, kind: 'Group', name })),
    ),
  ]),
  [
    `clusterrolebindings.${RBAC}`,
    roleBinding('system:coredns', [{ kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }]),
  ],
];

import type { KubeObject } from '../api/meta.ts';
import { clusterRoleBindings, clusterRoles, policyRule } from './bootstrap-roles.ts';
import { createObject } from './registry/create.ts';
import { type Machine, SYSTEM_USER } from './registry/machine.ts';

const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const RBAC = 'rbac.authorization.k8s.io';
const SERVICE_ADDRESS = '10.96.0.1';

const PRIORITIES: Readonly<Record<string, { value: number; description: string }>> = {
  'system-cluster-critical': {
    value: 2_000_000_000,
    description: 'For pods that the cluster must not be without; they may move to another node.',
  },
  'system-node-critical': {
    value: 2_000_001_000,
    description: 'For pods that a node must not be without.',
  },
};

/** Makes what a server itself keeps in a cluster, where it is missing: namespaces, roles, priorities. */
export function bootstrap(machine: Machine): void {
  for (const name of NAMESPACES) {
    ensure(machine, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const [name, { value, description }] of Object.entries(PRIORITIES)) {
    ensure(machine, 'priorityclasses.scheduling.k8s.io', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value,
      description,
    });
  }
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
  for (const [name, rules] of Object.entries(clusterRoles)) {
    ensure(machine, `clusterroles.${RBAC}`, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: rules.map(policyRule),
    });
  }
  for (const [name, groups] of Object.entries(clusterRoleBindings)) {
    ensure(machine, `clusterrolebindings.${RBAC}`, {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects: groups.map((group) => ({ apiGroup: RBAC, kind: 'Group', name: group })),
    });
  }
  ensure(machine, 'services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      clusterIP: SERVICE_ADDRESS,
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    },
  });
}

/** Says where the API server listens: the endpoints of the `kubernetes` service. */
export function publishAddress(machine: Machine, port: number): void {
  const subsets = [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ name: 'https', port, protocol: 'TCP' }] }];
  replace(machine, 'endpoints', {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets,
  });
  replace(machine, 'endpointslices.discovery.k8s.io', {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  });
}

function ensure(machine: Machine, resource: string, object: KubeObject): void {
  const { namespace, name = '' } = object.metadata;
  if (machine.store.get(resource, namespace, name)) return;
  createObject(machine, machine.catalog.named(resource)!, namespace, object, {
    user: SYSTEM_USER,
    manager: 'kube-apiserver',
  });
}

/** The address changes with each start that picks a free port. */
function replace(machine: Machine, resource: string, object: KubeObject): void {
  const { namespace, name = '' } = object.metadata;
  const existing = machine.store.get(resource, namespace, name);
  if (existing) machine.store.put(resource, { ...existing, ...object, metadata: { ...existing.metadata } });
  else ensure(machine, resource, object);
}

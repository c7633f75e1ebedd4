import { mandatoryFlows, mandatoryLevels } from '../../api/validation/flow-control.ts';

/**
 * The flow schemas and priority levels that every cluster begins with: the two that are mandatory, and
 * those that are suggested. Source: k8s.io/apiserver, pkg/apis/flowcontrol/bootstrap/default.go.
 */

type Spec = Record<string, unknown>;
type Subject = Record<string, unknown>;

const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const systemAccounts: Subject = { kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } };
const everybody = [group('system:unauthenticated'), group('system:authenticated')];

const all = ['*'];
const anyResource = { verbs: all, apiGroups: all, resources: all, clusterScope: true, namespaces: all };
const anything = { resourceRules: [anyResource], nonResourceRules: [{ verbs: all, nonResourceURLs: all }] };
const leases = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: all };

const flow = (level: string, precedence: number, by: string | undefined, rule: Spec): Spec => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence: precedence,
  ...(by ? { distinguisherMethod: { type: by } } : {}),
  rules: [rule],
});

export const flowSchemas: Readonly<Record<string, Spec>> = {
  ...mandatoryFlows,
  'system-nodes': flow('system', 500, 'ByUser', { subjects: [group('system:nodes')], ...anything }),
  'system-node-high': flow('node-high', 400, 'ByUser', {
    subjects: [group('system:nodes')],
    resourceRules: [
      { ...anyResource, apiGroups: [''], resources: ['nodes', 'nodes/status'] },
      { verbs: all, ...leases },
    ],
  }),
  probes: flow('exempt', 2, undefined, {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  'system-leader-election': flow('leader-election', 100, 'ByUser', {
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), systemAccounts],
    resourceRules: [{ verbs: ['get', 'create', 'update'], ...leases }],
  }),
  'kube-controller-manager': flow('workload-high', 800, 'ByNamespace', {
    subjects: [user('system:kube-controller-manager')],
    ...anything,
  }),
  'kube-scheduler': flow('workload-high', 800, 'ByNamespace', {
    subjects: [user('system:kube-scheduler')],
    ...anything,
  }),
  'kube-system-service-accounts': flow('workload-high', 900, 'ByNamespace', {
    subjects: [systemAccounts],
    ...anything,
  }),
  'service-accounts': flow('workload-low', 9000, 'ByUser', {
    subjects: [group('system:serviceaccounts')],
    ...anything,
  }),
  'global-default': flow('global-default', 9900, 'ByUser', { subjects: everybody, ...anything }),
};

const queue = (shares: number, lendable: number, queues: number, handSize: number): Spec => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
  },
});

export const priorityLevels: Readonly<Record<string, Spec>> = {
  ...mandatoryLevels,
  system: queue(30, 33, 64, 6),
  'node-high': queue(40, 25, 64, 6),
  'leader-election': queue(10, 0, 16, 4),
  'workload-high': queue(40, 50, 128, 6),
  'workload-low': queue(100, 90, 128, 6),
  'global-default': queue(20, 50, 128, 6),
};

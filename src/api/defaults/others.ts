import type { DefaultRule, Fields } from './rules.ts';

/** Kinds outside core, apps and batch. Sources: the defaults.go of each group under Kubernetes pkg/apis. */

export const ingress: DefaultRule = { set: { status: {} }, each: { status: { set: { loadBalancer: {} } } } };

export const ingressClass: DefaultRule = { each: { 'spec.parameters': { set: { scope: 'Cluster' } } } };

const policyPort: DefaultRule = { set: { protocol: 'TCP' } };

export const networkPolicy: DefaultRule = {
  set: { spec: {} },
  each: {
    'spec.ingress.ports': policyPort,
    'spec.egress.ports': policyPort,
    spec: {
      derive: (spec) => {
        if (!spec.policyTypes?.length) spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
      },
    },
  },
};

export const podDisruptionBudget: DefaultRule = {
  set: { status: {} },
  each: {
    status: { set: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 } },
  },
};

const cpuAt80 = [
  { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
];
const fullStep = { type: 'Percent', value: 100, periodSeconds: 15 };
const fourPods = { type: 'Pods', value: 4, periodSeconds: 15 };

export const horizontalPodAutoscaler: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    spec: {
      set: { minReplicas: 1 },
      derive: (spec) => {
        if (!spec.metrics?.length) spec.metrics = structuredClone(cpuAt80);
        if (spec.behavior) for (const way of ['scaleUp', 'scaleDown']) spec.behavior[way] ??= {};
      },
    },
    'spec.behavior.scaleUp': {
      set: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: [fourPods, fullStep] },
    },
    'spec.behavior.scaleDown': { set: { selectPolicy: 'Max', policies: [fullStep] } },
    status: { set: { desiredReplicas: 0 } },
  },
};

export const horizontalPodAutoscalerV1: DefaultRule = {
  set: { spec: {}, status: {} },
  each: { spec: { set: { minReplicas: 1 } }, status: { set: { currentReplicas: 0, desiredReplicas: 0 } } },
};

const rbacGroup = 'rbac.authorization.k8s.io';

/** Users and groups are RBAC's own; service accounts are of the core group. */
export const roleBinding: DefaultRule = {
  set: { roleRef: {} },
  each: {
    roleRef: {
      derive: (ref) => {
        ref.apiGroup ||= rbacGroup;
      },
    },
    subjects: {
      derive: (subject) => {
        if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ??= rbacGroup;
      },
    },
  },
};

export const storageClass: DefaultRule = { set: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' } };

export const csiDriver: DefaultRule = {
  set: { spec: {} },
  each: {
    spec: {
      set: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        requiresRepublish: false,
        seLinuxMount: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        volumeLifecycleModes: ['Persistent'],
      },
    },
  },
};

export const priorityClass: DefaultRule = { set: { preemptionPolicy: 'PreemptLowerPriority' } };

export const endpointSlice: DefaultRule = {
  each: { ports: { set: { name: '', protocol: 'TCP' } } },
};

export const customResourceDefinition: DefaultRule = {
  each: {
    spec: { set: { conversion: { strategy: 'None' } } },
    'spec.names': {
      derive: (names) => {
        if (!names.kind) return;
        names.singular ||= names.kind.toLowerCase();
        names.listKind ||= `${names.kind}List`;
      },
    },
    'spec.conversion.webhook.clientConfig.service': { set: { port: 443 } },
  },
};

export const apiService: DefaultRule = {
  set: { status: {} },
  each: { 'spec.service': { set: { port: 443 } } },
};

const webhook = (more: Readonly<Record<string, unknown>>): DefaultRule => ({
  each: {
    webhooks: {
      set: {
        failurePolicy: 'Fail',
        matchPolicy: 'Equivalent',
        namespaceSelector: {},
        objectSelector: {},
        timeoutSeconds: 10,
        ...more,
      },
      each: { rules: { set: { scope: '*' } }, 'clientConfig.service': { set: { port: 443 } } },
    },
  },
});

export const validatingWebhooks = webhook({});
export const mutatingWebhooks = webhook({ reinvocationPolicy: 'Never' });

const matchResources: DefaultRule = {
  set: { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} },
  each: { resourceRules: { set: { scope: '*' } }, excludeResourceRules: { set: { scope: '*' } } },
};

export const admissionPolicy: DefaultRule = {
  set: { spec: {} },
  each: { spec: { set: { failurePolicy: 'Fail' }, each: { matchConstraints: matchResources } } },
};

export const admissionPolicyBinding: DefaultRule = { each: { 'spec.matchResources': matchResources } };

/** Zero is nothing said, where Go has no pointer. */
const notZero =
  (values: Readonly<Record<string, number>>) =>
  (fields: Fields): void => {
    for (const name in values) fields[name] ||= values[name];
  };

export const flowSchema: DefaultRule = {
  set: { spec: {} },
  each: {
    spec: { derive: notZero({ matchingPrecedence: 1000 }) },
    'spec.rules.resourceRules': {
      derive: (rule) => {
        if (rule.namespaces?.length === 0) delete rule.namespaces;
      },
    },
  },
};

export const priorityLevel: DefaultRule = {
  each: {
    'spec.limited': { set: { nominalConcurrencyShares: 30, lendablePercent: 0 } },
    'spec.exempt': { set: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
    'spec.limited.limitResponse.queuing': {
      derive: notZero({ queues: 64, handSize: 8, queueLengthLimit: 50 }),
    },
  },
};

export const tokenRequest: DefaultRule = {
  each: { spec: { set: { expirationSeconds: 3600 } } },
};

const deviceRequest: DefaultRule = {
  set: { allocationMode: 'ExactCount' },
  each: { tolerations: { set: { operator: 'Equal' } } },
  derive: (request: Fields) => {
    if (request.allocationMode === 'ExactCount') request.count ||= 1;
  },
};

const claimSpec: DefaultRule = {
  each: { 'devices.requests.exactly': deviceRequest, 'devices.requests.firstAvailable': deviceRequest },
};

export const resourceClaim: DefaultRule = {
  set: { status: {} },
  each: {
    spec: claimSpec,
    'status.allocation.devices.results.tolerations': { set: { operator: 'Equal' } },
  },
};
export const resourceClaimTemplate: DefaultRule = { each: { 'spec.spec': claimSpec } };

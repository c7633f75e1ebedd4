import { persistentVolumeClaimSpec, podSpec } from './pods.ts';
import { type DefaultRule, type Fields, fill } from './rules.ts';

/** Workloads. Sources: Kubernetes pkg/apis/apps/v1/defaults.go, batch/v1/defaults.go, core/v1/defaults.go. */

const rollingUpdate = (values: Readonly<Record<string, unknown>>): DefaultRule => ({
  set: { type: 'RollingUpdate' },
  derive: (strategy) => {
    if (strategy.type !== 'RollingUpdate') return;
    strategy.rollingUpdate ??= {};
    for (const name in values) fill(strategy.rollingUpdate, name, values[name]);
  },
});

const template: DefaultRule = { set: { metadata: {}, spec: {} }, each: { spec: podSpec } };

export const deployment: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    spec: {
      set: { template: {}, replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} },
      each: { template, strategy: rollingUpdate({ maxUnavailable: '25%', maxSurge: '25%' }) },
    },
  },
};

export const replicaSet: DefaultRule = {
  set: { spec: {}, status: {} },
  each: { spec: { set: { template: {}, replicas: 1 }, each: { template } }, status: { set: { replicas: 0 } } },
};

/** An old kind: its selector and labels come from the template. */
export const replicationController: DefaultRule = {
  set: { status: {} },
  each: { spec: { set: { replicas: 1 }, each: { template } }, status: { set: { replicas: 0 } } },
  derive: (object) => {
    const labels = object.spec?.template?.metadata?.labels;
    if (!labels || Object.keys(labels).length === 0) return;
    if (Object.keys(object.spec.selector ?? {}).length === 0) object.spec.selector = { ...labels };
    if (Object.keys(object.metadata?.labels ?? {}).length === 0) object.metadata.labels = { ...labels };
  },
};

const claimTemplate: DefaultRule = {
  set: { status: {} },
  // A server knows what these are, and writes it whatever the client called them.
  derive: (claim) => {
    claim.apiVersion = 'v1';
    claim.kind = 'PersistentVolumeClaim';
  },
  each: { spec: persistentVolumeClaimSpec, status: { set: { phase: 'Pending' } } },
};

/** Who names the type without its settings gets none. */
const partitioned: DefaultRule = {
  derive: (strategy) => {
    if (!strategy.type) strategy.rollingUpdate ??= {};
    strategy.type ||= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) fill(strategy.rollingUpdate, 'partition', 0);
  },
};

export const statefulSet: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    spec: {
      set: {
        template: {},
        replicas: 1,
        revisionHistoryLimit: 10,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: {},
        persistentVolumeClaimRetentionPolicy: {},
      },
      each: {
        template,
        updateStrategy: partitioned,
        persistentVolumeClaimRetentionPolicy: { set: { whenDeleted: 'Retain', whenScaled: 'Retain' } },
        volumeClaimTemplates: claimTemplate,
      },
    },
    status: { set: { replicas: 0, availableReplicas: 0 } },
  },
};

export const daemonSet: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    spec: {
      set: { template: {}, revisionHistoryLimit: 10, updateStrategy: {} },
      each: { template, updateStrategy: rollingUpdate({ maxUnavailable: 1, maxSurge: 0 }) },
    },
    status: {
      set: { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    },
    // A field of extensions/v1beta1 that lives on as an annotation.
    metadata: {
      set: { annotations: {} },
      each: { annotations: { set: { 'deprecated.daemonset.template.generation': '1' } } },
    },
  },
};

/** A job without counts runs once; with `parallelism` alone it is a work queue. */
function jobCounts(spec: Fields): void {
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fill(spec, 'parallelism', 1);
  fill(spec, 'podReplacementPolicy', spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed');
  // With a limit per index the limit of the whole is out of reach by default.
  if (spec.backoffLimitPerIndex !== undefined) fill(spec, 'backoffLimit', 2147483647);
  fill(spec, 'backoffLimit', 6);
}

const failurePatterns: Readonly<Record<string, DefaultRule>> = {
  'podFailurePolicy.rules.onPodConditions': {
    derive: (pattern) => {
      pattern.status ||= 'True';
    },
  },
};

const jobSpec: DefaultRule = {
  set: { template: {}, completionMode: 'NonIndexed', suspend: false, manualSelector: false },
  each: { template, ...failurePatterns },
  derive: jobCounts,
};

export const job: DefaultRule = {
  set: { spec: {}, status: {} },
  each: { spec: jobSpec },
  derive: (object) => {
    const labels = object.spec?.template?.metadata?.labels;
    // The same map, as in Go: labels that a server adds to the template are then labels of the job, too
    // (but where it makes up the name: it works on a copy then).
    if (labels && Object.keys(object.metadata?.labels ?? {}).length === 0)
      object.metadata.labels = object.metadata?.name ? labels : { ...labels };
  },
};

export const cronJob: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    spec: {
      set: {
        jobTemplate: {},
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
      // The job in it gets its counts when it is made; only its pod template is completed here.
      each: {
        jobTemplate: { set: { metadata: {}, spec: {} } },
        'jobTemplate.spec': { set: { template: {} }, each: { template, ...failurePatterns } },
      },
    },
  },
};

import type { KubeObject } from '../../api/meta.ts';
import { completeZeros } from '../../api/zero-fields.ts';

/** `previous` is set for updates; `now` is RFC 3339. */
type Preparer = (object: KubeObject, previous: KubeObject | undefined, now: string) => void;

/** What a kind sets by itself, once everybody had a say: it belongs to no field manager. By kind. */
const preparers: Readonly<Record<string, Preparer>> = {
  Namespace: (namespace, previous) => {
    if (previous) return;
    const finalizers = (namespace.spec?.finalizers ?? []) as string[];
    const all = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
    namespace.spec = { ...namespace.spec, finalizers: all };
  },
  Pod: gatedPod,
  PersistentVolume: (volume, previous, now) => {
    const { status } = volume;
    if (!status || (previous && previous.status?.phase === status.phase)) return;
    if (previous && status.lastPhaseTransitionTime !== previous.status?.lastPhaseTransitionTime) return;
    status.lastPhaseTransitionTime = now;
  },
  PersistentVolumeClaim: (claim, previous) => {
    if (claim.spec) pairDataSources(claim.spec, previous?.spec);
  },
  EndpointSlice: (slice, previous) => {
    // A field of the first versions, which v1 can only keep.
    const endpointsOf = (one: KubeObject | undefined) => (one?.endpoints ?? []) as Spec[];
    if (endpointsOf(previous).some(({ deprecatedTopology }) => deprecatedTopology)) return;
    for (const endpoint of endpointsOf(slice)) delete endpoint.deprecatedTopology;
  },
  StatefulSet: ({ spec }, previous) => {
    // Behind a gate that is off: only where it was there before.
    if (previous?.spec?.updateStrategy?.rollingUpdate?.maxUnavailable !== undefined) return;
    delete spec?.updateStrategy?.rollingUpdate?.maxUnavailable;
  },
  Job: (job) => {
    const labels = job.spec?.template?.metadata?.labels as Record<string, string> | undefined;
    if (labels && Object.keys(job.metadata.labels ?? {}).length === 0) job.metadata.labels = { ...labels };
  },
};

/** Source: Kubernetes pkg/registry/core/pod/strategy.go, applySchedulingGatedCondition. */
function gatedPod(pod: KubeObject, previous: KubeObject | undefined, now: string): void {
  if (previous || !pod.spec?.schedulingGates?.length || !pod.status) return;
  pod.status.conditions = [
    {
      type: 'PodScheduled',
      status: 'False',
      lastProbeTime: null,
      lastTransitionTime: now,
      reason: 'SchedulingGated',
      message: 'Scheduling is blocked due to non-empty scheduling gates',
    },
  ];
}

// biome-ignore lint/suspicious/noExplicitAny: the spec of a claim as it came.
type Spec = Record<string, any>;

const isOldSource = ({ apiGroup, kind }: Spec): boolean =>
  (!apiGroup && kind === 'PersistentVolumeClaim') ||
  (apiGroup === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot');

/**
 * What a claim starts from is told twice, and in the old place only claims and snapshots can be told.
 * Source: Kubernetes pkg/api/persistentvolumeclaim/util.go.
 */
function pairDataSources(spec: Spec, old: Spec | undefined): void {
  const { dataSource: source, dataSourceRef: ref } = spec;
  if (source && !ref) {
    const wasThere = old?.dataSource || old?.dataSourceRef;
    if (wasThere || isOldSource(source)) spec.dataSourceRef = { ...source };
    else delete spec.dataSource;
  } else if (ref && !source && !ref.namespace) {
    const { apiGroup, kind, name } = ref;
    spec.dataSource = { ...(apiGroup === undefined ? {} : { apiGroup }), kind, name };
  }
}

/**
 * Completes what is about to be validated and stored with what its kind sets itself, in place. A custom
 * kind is left alone.
 */
export function prepareToStore(object: KubeObject, previous: KubeObject | undefined, now: string): void {
  preparers[object.kind]?.(object, previous, now);
  completeZeros(object);
}

/** Lists that are written whatever they hold, and that are null once they were stored empty. By kind. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  ClusterRole: ['rules'],
  CSINode: ['drivers'],
  EndpointSlice: ['endpoints', 'ports'],
  Role: ['rules'],
};

/** An object as it comes back from the store of a real server; changes `object`. */
export function emptyListsToNull(object: KubeObject): void {
  for (const list of LISTS[object.kind] ?? []) {
    for (const holder of [object, object.spec]) if (holder?.[list]?.length === 0) holder[list] = null;
  }
}

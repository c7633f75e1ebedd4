import type { KubeObject } from '../../api/meta.ts';
import { semanticEqual } from '../../api/validation/equal.ts';
import { TEMPLATE_COUNT } from '../../api/validation/workload-warnings.ts';
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
    if (!status) return;
    if (previous && previous.status?.phase === status.phase) {
      const known = previous.status?.lastPhaseTransitionTime;
      if (known) status.lastPhaseTransitionTime ??= known;
      return;
    }
    if (previous && !status.lastPhaseTransitionTime)
      status.lastPhaseTransitionTime = previous.status?.lastPhaseTransitionTime;
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
  ResourceClaim: dropDeallocated,
  ResourceSlice: ({ spec }, _previous, now) => {
    for (const device of (spec?.devices ?? []) as Spec[])
      for (const taint of device.taints ?? []) taint.timeAdded ??= now;
  },
  DaemonSet: countTemplates,
  APIService: (service, previous, now) => {
    // What this server serves itself is there.
    if (previous || service.spec?.service || service.status?.conditions) return;
    const condition = { type: 'Available', status: 'True', lastTransitionTime: now };
    const why = { reason: 'Local', message: 'Local APIServices are always available' };
    service.status = { ...service.status, conditions: [{ ...condition, ...why }] };
  },
  Job: (job) => {
    const labels = job.spec?.template?.metadata?.labels as Record<string, string> | undefined;
    if (labels && Object.keys(job.metadata.labels ?? {}).length === 0) job.metadata.labels = { ...labels };
  },
};

/**
 * A number of its own counts the templates of a daemon set; clients read it in an annotation.
 * Source: Kubernetes pkg/registry/apps/daemonset/strategy.go.
 */
function countTemplates(daemonSet: KubeObject, previous: KubeObject | undefined): void {
  const countOf = (one: KubeObject): number => Number(one.metadata.annotations?.[TEMPLATE_COUNT] ?? 0);
  const isSame = !previous || semanticEqual(previous.spec?.template, daemonSet.spec?.template);
  const count = previous ? countOf(previous) + (isSame ? 0 : 1) : Math.max(1, countOf(daemonSet));
  daemonSet.metadata.annotations = { ...daemonSet.metadata.annotations, [TEMPLATE_COUNT]: String(count) };
}

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

/** What is known of devices goes when they are given back. Source: Kubernetes pkg/registry/resource/resourceclaim/strategy.go. */
function dropDeallocated(claim: KubeObject, previous: KubeObject | undefined): void {
  const idOf = ({ driver, pool, device, shareID }: Spec): string => JSON.stringify([driver, pool, device, shareID]);
  const usedBy = (one: KubeObject | undefined): Spec[] => one?.status?.allocation?.devices?.results ?? [];
  const now = new Set(usedBy(claim).map(idOf));
  const gone = new Set(
    usedBy(previous)
      .map(idOf)
      .filter((id) => !now.has(id)),
  );
  if (gone.size === 0 || !claim.status?.devices) return;
  const left = (claim.status.devices as Spec[]).filter((one) => !gone.has(idOf(one)));
  if (left.length > 0) claim.status.devices = left;
  else delete claim.status.devices;
}

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
  CSINode: ['spec.drivers', 'spec.drivers.topologyKeys'],
  EndpointSlice: ['endpoints', 'ports'],
  Job: ['spec.podFailurePolicy.rules', 'spec.successPolicy.rules'],
  ResourceClaim: ['status.devices.conditions'],
  Role: ['rules'],
};

/** An object as it comes back from the store of a real server; changes `object`. */
export function emptyListsToNull(object: KubeObject): void {
  for (const path of LISTS[object.kind] ?? []) dropEmpty(object, path.split('.'));
}

function dropEmpty(holder: unknown, [first = '', ...rest]: readonly string[]): void {
  if (Array.isArray(holder)) for (const one of holder) dropEmpty(one, [first, ...rest]);
  if (typeof holder !== 'object' || holder === null || Array.isArray(holder)) return;
  const fields = holder as Record<string, unknown>;
  if (rest.length > 0) dropEmpty(fields[first], rest);
  else if (Array.isArray(fields[first]) && fields[first].length === 0) fields[first] = null;
}

import type { KubeObject } from '../../api/meta.ts';
import { podStatus } from '../../api/pod-status.ts';
import { parseApiVersion } from '../../api/resource.ts';

/** How an object is, in three words; '' for what cannot be said of it. */
export interface ObjectState {
  /** `1/2`, or the status of the condition that says it. */
  ready: string;
  status: string;
  /** Why it is not as it should be. */
  reason: string;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
}

const conditionOf = ({ status }: KubeObject, type: string): Condition | undefined =>
  (Array.isArray(status?.conditions) ? (status.conditions as Condition[]) : []).find((one) => one.type === type);

const share = (ready: number | undefined, wanted: number | undefined): string => `${ready ?? 0}/${wanted ?? 1}`;

function pod(object: KubeObject): ObjectState {
  const { ready, containers, status } = podStatus(object);
  const scheduled = conditionOf(object, 'PodScheduled');
  const reason = object.status?.reason ?? (scheduled?.status === 'False' ? scheduled.reason : '');
  return { ready: `${ready}/${containers}`, status, reason: reason === status ? '' : (reason ?? '') };
}

function deployment(object: KubeObject): ObjectState {
  const progress = conditionOf(object, 'Progressing');
  const isStuck = progress?.status === 'False';
  const isAvailable = conditionOf(object, 'Available')?.status === 'True';
  return {
    ready: share(object.status?.readyReplicas, object.spec?.replicas),
    status: isStuck ? 'Failed' : isAvailable ? 'Available' : 'Progressing',
    reason: isStuck ? (progress.reason ?? '') : '',
  };
}

function replicas(object: KubeObject): ObjectState {
  const failure = conditionOf(object, 'ReplicaFailure');
  const isFailing = failure?.status === 'True';
  return {
    ready: share(object.status?.readyReplicas, object.spec?.replicas),
    status: isFailing ? 'Failed' : '',
    reason: isFailing ? (failure.reason ?? '') : '',
  };
}

const daemons = ({ status }: KubeObject): ObjectState => ({
  ready: share(status?.numberReady, status?.desiredNumberScheduled ?? 0),
  status: '',
  reason: '',
});

function job(object: KubeObject): ObjectState {
  const ready = share(object.status?.succeeded, object.spec?.completions);
  const failed = conditionOf(object, 'Failed');
  if (failed?.status === 'True') return { ready, status: 'Failed', reason: failed.reason ?? '' };
  const isDone = conditionOf(object, 'Complete')?.status === 'True';
  return { ready, status: isDone ? 'Complete' : object.spec?.suspend ? 'Suspended' : 'Running', reason: '' };
}

/** What controllers call the condition of an object that does what it is there for. */
const goodConditions = ['Ready', 'Available', 'Healthy', 'Established', 'Synced', 'Succeeded', 'Complete'];

function other(object: KubeObject): ObjectState {
  const condition = goodConditions.map((type) => conditionOf(object, type)).find((one) => one !== undefined);
  const phase: unknown = object.status?.phase ?? object.status?.state;
  return {
    ready: condition?.status ?? '',
    status: typeof phase === 'string' ? phase : '',
    reason: condition && condition.status !== 'True' ? (condition.reason ?? '') : '',
  };
}

const byKind: Readonly<Record<string, (object: KubeObject) => ObjectState>> = {
  Pod: pod,
  'Deployment.apps': deployment,
  'StatefulSet.apps': replicas,
  'ReplicaSet.apps': replicas,
  ReplicationController: replicas,
  'DaemonSet.apps': daemons,
  'Job.batch': job,
};

/** Reads how an object is from its status; custom types say it in conditions and phases. */
export function objectState(object: KubeObject): ObjectState {
  const { group } = parseApiVersion(object.apiVersion);
  const key = group ? `${object.kind}.${group}` : object.kind;
  const state = Object.hasOwn(byKind, key) ? byKind[key]!(object) : other(object);
  return object.metadata.deletionTimestamp ? { ...state, status: 'Terminating' } : state;
}

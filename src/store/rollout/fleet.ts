import type { KubeObject } from '../../api/meta.ts';
import { conditionOf } from './conditions.ts';
import { revisionNumber } from './revisions.ts';
import { rolloutStatusMessage } from './status.ts';

/** What of a workload tells how its rollout goes; small, since all of a cluster are kept. */
export interface FleetWorkload {
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  generation: number;
  desired: number;
  /** Pods of the new revision, those of them that are ready as far as its own status tells, and all. */
  updated: number;
  ready: number;
  available: number;
  total: number;
  paused: boolean;
  /** `rollout status` says that there is nothing to wait for. */
  isDone: boolean;
  /** Its controller says that the rollout is over, whatever its pods do since; undefined: it does not say. */
  isOver: boolean | undefined;
  /** When the controller said so (RFC 3339); '' where it does not. */
  overAt: string;
  isPastDeadline: boolean;
  /** Why pods cannot be made; '' where they can. */
  refusal: string;
}

/** What of a ReplicaSet is needed beside. */
export interface FleetSet {
  owner: string;
  revision: number;
  ready: number;
  /** RFC 3339; '' where it is older than the rollout, which went back to it. */
  createdAt: string;
  refusal: string;
}

export function fleetWorkload(object: KubeObject): FleetWorkload {
  const { metadata, spec = {}, status = {}, kind } = object;
  const progressing = conditionOf(object, 'Progressing') as { reason?: string; lastUpdateTime?: string } | undefined;
  const isSet = kind === 'DaemonSet';
  const desired: number = isSet ? (status.desiredNumberScheduled ?? 0) : (spec.replicas ?? 1);
  return {
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    generation: metadata.generation ?? 0,
    desired,
    updated: (isSet ? status.updatedNumberScheduled : status.updatedReplicas) ?? 0,
    ready: (isSet ? status.numberReady : status.readyReplicas) ?? 0,
    available: (isSet ? status.numberAvailable : status.availableReplicas) ?? 0,
    total: (isSet ? status.currentNumberScheduled : status.replicas) ?? 0,
    paused: spec.paused === true,
    isDone: isDone(object),
    isOver: progressing ? progressing.reason === 'NewReplicaSetAvailable' : undefined,
    overAt: progressing?.reason === 'NewReplicaSetAvailable' ? (progressing.lastUpdateTime ?? '') : '',
    isPastDeadline: progressing?.reason === 'ProgressDeadlineExceeded',
    refusal: conditionOf(object, 'ReplicaFailure')?.message ?? '',
  };
}

/** Its controller says that its rollout is over: pods that fail since then are none. Only deployments have one who says so. */
export function isSettled({ kind, isOver, updated, desired, total }: FleetWorkload): boolean {
  return kind === 'Deployment' && isOver === true && updated >= desired && total <= updated;
}

/** A strategy that has no status (OnDelete) waits for a person: nothing is under way. */
function isDone(object: KubeObject): boolean {
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return false;
  try {
    return rolloutStatusMessage(object).done;
  } catch {
    return true;
  }
}

export function fleetSet(object: KubeObject): FleetSet | undefined {
  const owner = object.metadata.ownerReferences?.find(({ controller, kind }) => controller && kind === 'Deployment');
  if (!owner) return undefined;
  const { annotations = {}, creationTimestamp = '' } = object.metadata;
  return {
    owner: owner.uid,
    revision: revisionNumber(object) ?? 0,
    ready: object['status']?.readyReplicas ?? 0,
    createdAt: annotations['deployment.kubernetes.io/revision-history'] === undefined ? creationTimestamp : '',
    refusal: conditionOf(object, 'ReplicaFailure')?.message ?? '',
  };
}

/** How a rollout stands: what is worst first, also by the alphabet, so that tables sort by it. */
type FleetState = 'Degraded' | 'Failed' | 'Paused' | 'Progressing' | 'Succeeded';
export type FleetStep = 'observe' | 'create' | 'ready' | 'available' | 'leave' | 'paused' | 'done';

export interface FleetRollout {
  workload: FleetWorkload;
  state: FleetState;
  step: FleetStep;
  newReady: number;
  /** ms since 1970; undefined where nothing tells. */
  startedAt: number | undefined;
  /** How much longer it takes (ms), by how long its pods took so far; undefined where none is ready. */
  leftMs: number | undefined;
  /** Why it does not get on; '' where nothing is known to hold it. */
  cause: string;
}

/** How long what is done is told of (ms). */
const KEEP_MS = 10 * 60_000;

interface Seen {
  since: number;
  /** Its begin was seen: `since` is exact. */
  isWhole: boolean;
  endedAt: number | undefined;
}

/** All rollouts that are under way, and those that ended lately. Knows those by heart that it saw. */
export class FleetTracker {
  readonly #seen = new Map<string, Seen>();
  readonly #since: number;

  constructor(now: number) {
    this.#since = now;
  }

  /** @param now ms on the cluster's clock */
  rollouts(workloads: Iterable<FleetWorkload>, sets: Iterable<FleetSet>, now: number): FleetRollout[] {
    const newest = new Map<string, FleetSet>();
    for (const set of sets) if ((newest.get(set.owner)?.revision ?? -1) < set.revision) newest.set(set.owner, set);
    const found: FleetRollout[] = [];
    const there = new Set<string>();
    for (const workload of workloads) {
      there.add(workload.uid);
      const one = this.#look(workload, newest.get(workload.uid), now);
      if (one) found.push(one);
    }
    for (const uid of this.#seen.keys()) if (!there.has(uid)) this.#seen.delete(uid);
    return found;
  }

  /** Whether something is under way, so that figures go on by the clock. */
  static isMoving(rollouts: readonly FleetRollout[]): boolean {
    return rollouts.some(({ state }) => state === 'Progressing');
  }

  #look(workload: FleetWorkload, set: FleetSet | undefined, now: number): FleetRollout | undefined {
    const isUnderWay = this.#isUnderWay(workload);
    const seen = this.#seen.get(workload.uid);
    if (isUnderWay) {
      const fresh = !seen || seen.endedAt !== undefined;
      // What was there when the first lists came began before.
      const isWhole = seen !== undefined || now - this.#since > 5000;
      if (fresh) this.#seen.set(workload.uid, { since: now, isWhole, endedAt: undefined });
    } else if (seen) {
      seen.endedAt ??= now;
      if (now - seen.endedAt > KEEP_MS) this.#seen.delete(workload.uid);
    }
    const known = this.#seen.get(workload.uid);
    const endedAt = known?.endedAt ?? Date.parse(workload.overAt);
    if (!isUnderWay && !(now - endedAt <= KEEP_MS)) return undefined;
    return describe(workload, set, known, isUnderWay, now);
  }

  /** Pods that fail long after are no rollout: a deployment's controller says which it is, others leave it open. */
  #isUnderWay(workload: FleetWorkload): boolean {
    const { isDone: done, kind, uid, updated, desired, total, paused } = workload;
    if (isSettled(workload)) return false;
    if (kind === 'Deployment') return !done || (paused && total > updated);
    if (done) return false;
    const known = this.#seen.get(uid);
    return updated < desired || (known !== undefined && known.endedAt === undefined);
  }
}

function describe(
  workload: FleetWorkload,
  set: FleetSet | undefined,
  seen: Seen | undefined,
  isUnderWay: boolean,
  now: number,
): FleetRollout {
  const { desired, updated, available, total, paused, isPastDeadline, generation } = workload;
  const refusal = set?.refusal || workload.refusal;
  const newReady = Math.min(updated, workload.kind === 'Deployment' ? (set?.ready ?? 0) : workload.ready);
  const startedAt = seen?.isWhole ? seen.since : Date.parse(set?.createdAt ?? '');
  const began = Number.isNaN(startedAt) ? undefined : startedAt;
  const state: FleetState = !isUnderWay
    ? 'Succeeded'
    : isPastDeadline
      ? 'Failed'
      : refusal !== ''
        ? 'Degraded'
        : paused
          ? 'Paused'
          : 'Progressing';
  const step: FleetStep = !isUnderWay
    ? 'done'
    : paused
      ? 'paused'
      : generation === 0
        ? 'observe'
        : updated < desired && newReady >= updated
          ? 'create'
          : newReady < updated
            ? 'ready'
            : total > updated
              ? 'leave'
              : available < desired
                ? 'available'
                : 'observe';
  const isEstimated = state === 'Progressing' && began !== undefined && newReady > 0 && newReady < desired;
  return {
    workload,
    ...{ state, step, newReady, startedAt: began },
    leftMs: isEstimated ? ((now - began) / newReady) * (desired - newReady) : undefined,
    cause: refusal || (isPastDeadline ? 'progress deadline exceeded' : ''),
  };
}

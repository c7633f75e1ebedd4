import type { KubeObject } from '../../../api/meta.ts';
import { timestamp } from '../../clock.ts';
import { type StatusCondition, withCondition, withoutCondition } from '../conditions.ts';
import type { ControlContext } from '../controller.ts';
import { writeStatus } from '../ownership.ts';
import { positive } from '../replica-set.ts';
import type { Again } from '../work-queue.ts';
import { deadlineSeconds, type Rollout } from './rollout.ts';
import { maxUnavailable, replicasOf } from './scaling.ts';

const STAMPS = ['lastTransitionTime', 'lastUpdateTime'] as const;
const sum = (sets: readonly KubeObject[], field: string): number =>
  sets.reduce((total, set) => total + (set['status']?.[field] ?? 0), 0);

interface Counts {
  replicas: number;
  updated: number;
  ready: number;
  available: number;
}

/**
 * Writes counts and conditions; returns when the progress deadline is to be judged (ms).
 *
 * @param judging `counts` leaves progress and failures as they are known: a deployment that is paused,
 *   sized or going makes no progress that could be judged
 */
export async function syncStatus(
  context: ControlContext,
  rollout: Rollout,
  judging: 'counts' | 'progress',
): Promise<Again> {
  const { deployment, all, current } = rollout;
  const now = timestamp(context.clock);
  const counts: Counts = {
    replicas: sum(all, 'replicas'),
    updated: current?.['status']?.replicas ?? 0,
    ready: sum(all, 'readyReplicas'),
    available: sum(all, 'availableReplicas'),
  };
  const wanted: number = deployment['spec'].replicas ?? 1;
  let conditions: StatusCondition[] = deployment['status']?.conditions ?? [];
  conditions = withCondition(conditions, availability(counts, wanted, deployment), now, STAMPS);
  if (judging === 'progress') {
    conditions = progress(context, rollout, counts, conditions, now);
    conditions = failures(rollout, conditions, now);
  }
  const status = {
    observedGeneration: deployment.metadata.generation,
    replicas: positive(counts.replicas),
    updatedReplicas: positive(counts.updated),
    readyReplicas: positive(counts.ready),
    availableReplicas: positive(counts.available),
    terminatingReplicas: sum(all, 'terminatingReplicas'),
    unavailableReplicas: positive(Math.max(replicasOf(all) - counts.available, 0)),
    collisionCount: deployment['status']?.collisionCount,
    conditions,
  };
  const stored = context.lister.get('deployments.apps', deployment.metadata.namespace, deployment.metadata.name!);
  if (stored?.metadata.uid !== deployment.metadata.uid) return undefined;
  await writeStatus(context, 'deployments.apps', { ...deployment, status: stored!['status'] }, status);
  return judging === 'progress' ? untilDeadline(context, deployment, counts, conditions) : undefined;
}

function availability(counts: Counts, wanted: number, deployment: KubeObject): StatusCondition {
  return counts.available >= wanted - maxUnavailable(deployment)
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

const isDone = (deployment: KubeObject, { updated, replicas, available }: Counts): boolean =>
  [updated, replicas, available].every((count) => count === (deployment['spec'].replicas ?? 1));

function progress(
  context: ControlContext,
  rollout: Rollout,
  counts: Counts,
  conditions: StatusCondition[],
  now: string,
): StatusCondition[] {
  const { deployment, current } = rollout;
  if (deadlineSeconds(deployment) === undefined) return withoutCondition(conditions, 'Progressing');
  const known = conditions.find((condition) => condition.type === 'Progressing');
  // One that was rolled out stays so while it is sized or loses pods: that is no rollout.
  if (known?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updated) return conditions;
  const what = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const before = deployment['status'] ?? {};
  if (isDone(deployment, counts)) {
    return withCondition(
      conditions,
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `${what} has successfully progressed.`,
      },
      now,
      STAMPS,
    );
  }
  const moved =
    counts.updated > (before.updatedReplicas ?? 0) ||
    counts.replicas - counts.updated < (before.replicas ?? 0) - (before.updatedReplicas ?? 0) ||
    counts.ready > (before.readyReplicas ?? 0) ||
    counts.available > (before.availableReplicas ?? 0);
  if (moved) {
    // Each step restarts the deadline, even when reason and status stay the same.
    const condition: StatusCondition = {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${what} is progressing.`,
      lastUpdateTime: now,
      lastTransitionTime: known?.status === 'True' ? (known.lastTransitionTime ?? now) : now,
    };
    return [...withoutCondition(conditions, 'Progressing'), condition];
  }
  if (known && isOverdue(context, deployment, known)) {
    return withCondition(
      conditions,
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ProgressDeadlineExceeded',
        message: `${what} has timed out progressing.`,
      },
      now,
      STAMPS,
    );
  }
  return conditions;
}

/** When a rollout that makes no more progress has failed (ms); never without a deadline. */
const deadlineAt = (deployment: KubeObject, progressing: StatusCondition): number =>
  Date.parse(progressing.lastUpdateTime ?? '') + (deadlineSeconds(deployment) ?? Number.POSITIVE_INFINITY) * 1000;

function isOverdue(context: ControlContext, deployment: KubeObject, progressing: StatusCondition): boolean {
  if (progressing.reason === 'NewReplicaSetAvailable') return false;
  return progressing.reason === 'ProgressDeadlineExceeded' || context.clock.now() > deadlineAt(deployment, progressing);
}

/** Stamps are in whole seconds: a second later than the deadline it is certainly over. */
function untilDeadline(
  context: ControlContext,
  deployment: KubeObject,
  counts: Counts,
  conditions: StatusCondition[],
): Again {
  const progressing = conditions.find((condition) => condition.type === 'Progressing');
  if (!progressing || isDone(deployment, counts)) return undefined;
  if (['NewReplicaSetAvailable', 'ProgressDeadlineExceeded'].includes(progressing.reason ?? '')) return undefined;
  return Math.max(deadlineAt(deployment, progressing) + 1000 - context.clock.now(), 1000);
}

/** The failure of the new ReplicaSet, or else of any, as that one tells it. */
function failures(rollout: Rollout, conditions: StatusCondition[], now: string): StatusCondition[] {
  const sets = rollout.current ? [rollout.current, ...rollout.old] : rollout.old;
  const failure = sets
    .flatMap((set): StatusCondition[] => set['status']?.conditions ?? [])
    .find(({ type }) => type === 'ReplicaFailure');
  if (!failure) return withoutCondition(conditions, 'ReplicaFailure');
  return withCondition(conditions, failure, failure.lastTransitionTime ?? now, STAMPS);
}

/** Pausing and resuming show in the Progressing condition, so that a paused rollout never runs into its deadline. */
export async function syncPausedCondition(context: ControlContext, deployment: KubeObject): Promise<KubeObject> {
  if (deadlineSeconds(deployment) === undefined) return deployment;
  const known: StatusCondition[] = deployment['status']?.conditions ?? [];
  const progressing = known.find((condition) => condition.type === 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded') return deployment;
  const isShown = progressing?.reason === 'DeploymentPaused';
  const isPaused = deployment['spec'].paused === true;
  if (isPaused === isShown) return deployment;
  const next: StatusCondition = isPaused
    ? { type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused', message: 'Deployment is paused' }
    : { type: 'Progressing', status: 'Unknown', reason: 'DeploymentResumed', message: 'Deployment is resumed' };
  const conditions = withCondition(known, next, timestamp(context.clock), STAMPS);
  return context.client.updateStatus('deployments.apps', {
    ...deployment,
    status: { ...deployment['status'], conditions },
  });
}

import type { KubeObject } from '../../../api/meta.ts';
import { timestamp } from '../../clock.ts';
import { type StatusCondition, withCondition, withoutCondition } from '../conditions.ts';
import type { ControlContext } from '../controller.ts';
import { writeStatus } from '../ownership.ts';
import { positive } from '../replica-set.ts';
import type { Again } from '../work-queue.ts';
import type { Rollout } from './rollout.ts';
import { maxUnavailable } from './scaling.ts';

const STAMPS = ['lastTransitionTime', 'lastUpdateTime'] as const;
const sum = (sets: readonly KubeObject[], field: string): number =>
  sets.reduce((total, set) => total + (set['status']?.[field] ?? 0), 0);

interface Counts {
  replicas: number;
  updated: number;
  ready: number;
  available: number;
}

/** Writes counts and conditions; returns when the progress deadline is to be judged (ms). */
export async function syncStatus(context: ControlContext, rollout: Rollout): Promise<Again> {
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
  conditions = progress(context, rollout, counts, conditions, now);
  conditions = failures(all, conditions, now);
  const status = {
    observedGeneration: deployment.metadata.generation,
    replicas: positive(counts.replicas),
    updatedReplicas: positive(counts.updated),
    readyReplicas: positive(counts.ready),
    availableReplicas: positive(counts.available),
    terminatingReplicas: sum(all, 'terminatingReplicas'),
    unavailableReplicas: positive(Math.max(sumSpec(all) - counts.available, 0)),
    collisionCount: deployment['status']?.collisionCount,
    conditions,
  };
  const stored = context.lister.get('deployments.apps', deployment.metadata.namespace, deployment.metadata.name!);
  if (stored?.metadata.uid !== deployment.metadata.uid) return undefined;
  await writeStatus(context, 'deployments.apps', { ...deployment, status: stored!['status'] }, status);
  return untilDeadline(context, deployment, conditions);
}

const sumSpec = (sets: readonly KubeObject[]): number =>
  sets.reduce((total, set) => total + (set['spec'].replicas ?? 0), 0);

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

function progress(
  context: ControlContext,
  rollout: Rollout,
  counts: Counts,
  conditions: StatusCondition[],
  now: string,
): StatusCondition[] {
  const { deployment, current } = rollout;
  const known = conditions.find((condition) => condition.type === 'Progressing');
  const wanted: number = deployment['spec'].replicas ?? 1;
  if (deployment['spec'].paused || known?.reason === 'DeploymentPaused') return conditions;
  const what = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  const before = deployment['status'] ?? {};
  const complete = counts.updated === wanted && counts.replicas === wanted && counts.available === wanted;
  if (complete) {
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

function deadlineAt(deployment: KubeObject, progressing: StatusCondition): number {
  const seconds = deployment['spec'].progressDeadlineSeconds ?? 600;
  return Date.parse(progressing.lastUpdateTime ?? '') + seconds * 1000;
}

function isOverdue(context: ControlContext, deployment: KubeObject, progressing: StatusCondition): boolean {
  if (progressing.reason === 'NewReplicaSetAvailable') return false;
  return (
    progressing.reason === 'ProgressDeadlineExceeded' || context.clock.now() >= deadlineAt(deployment, progressing)
  );
}

function untilDeadline(context: ControlContext, deployment: KubeObject, conditions: StatusCondition[]): Again {
  const progressing = conditions.find((condition) => condition.type === 'Progressing');
  if (!progressing || deployment['spec'].paused) return undefined;
  if (['NewReplicaSetAvailable', 'ProgressDeadlineExceeded', 'DeploymentPaused'].includes(progressing.reason ?? '')) {
    return undefined;
  }
  return Math.max(deadlineAt(deployment, progressing) - context.clock.now(), 1000);
}

function failures(sets: readonly KubeObject[], conditions: StatusCondition[], now: string): StatusCondition[] {
  for (const set of sets) {
    const failure = set['status']?.conditions?.find(
      (condition: StatusCondition) => condition.type === 'ReplicaFailure',
    );
    if (failure) return withCondition(conditions, failure, now, STAMPS);
  }
  return withoutCondition(conditions, 'ReplicaFailure');
}

/** Pausing and resuming show in the Progressing condition, so that a paused rollout never runs into its deadline. */
export async function syncPausedCondition(context: ControlContext, deployment: KubeObject): Promise<KubeObject> {
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

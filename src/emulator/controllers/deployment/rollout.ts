import type { KubeObject } from '../../../api/meta.ts';
import { findNewReplicaSet } from './revisions.ts';

export const COMPONENT = 'deployment-controller';

/** What one look at a deployment works with. */
export interface Rollout {
  deployment: KubeObject;
  /** Every ReplicaSet it controls, the new one included. */
  all: KubeObject[];
  /** The one with the current template; undefined until it is made. */
  current: KubeObject | undefined;
  old: KubeObject[];
}

export function observe(deployment: KubeObject, all: KubeObject[]): Rollout {
  const current = findNewReplicaSet(deployment, all);
  return { deployment, all, current, old: all.filter((set) => set !== current) };
}

/** Every replica is of the new template and available (kubernetes DeploymentComplete). */
export function isComplete(rollout: Rollout): boolean {
  const { current, old, deployment } = rollout;
  const wanted = deployment['spec'].replicas ?? 1;
  const status = current?.['status'];
  return (
    status !== undefined &&
    status.replicas === wanted &&
    (status.availableReplicas ?? 0) === wanted &&
    old.every((set) => set['spec'].replicas === 0 && (set['status']?.replicas ?? 0) === 0)
  );
}

/** No 32-bit number is greater: of a limit or a deadline it means that there is none. */
const NEVER = 2 ** 31 - 1;

/** Seconds without progress after which a rollout has failed; undefined: nobody judges it. */
export function deadlineSeconds(deployment: KubeObject): number | undefined {
  const seconds: number = deployment['spec'].progressDeadlineSeconds ?? 600;
  return seconds === NEVER ? undefined : seconds;
}

/** How many old ReplicaSets are kept; undefined: all. */
export function historyLimit(deployment: KubeObject): number | undefined {
  const limit: number = deployment['spec'].revisionHistoryLimit ?? 10;
  return limit === NEVER ? undefined : limit;
}

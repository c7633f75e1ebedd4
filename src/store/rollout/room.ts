import type { KubeObject } from '../../api/meta.ts';

/** How far a rollout may go at once. Numbers of pods. */
export interface RolloutRoom {
  /** Pods beyond the desired number: allowed, and there now. */
  surge: { limit: number; used: number };
  /** Pods below the desired number: allowed, and missing now. */
  unavailable: { limit: number; used: number };
}

interface Limits {
  maxSurge: number | string;
  maxUnavailable: number | string;
}

/** Where each kind keeps its limits, and what the API defaults them to. */
const limitsOf: Readonly<Record<string, (spec: KubeObject['spec']) => Limits>> = {
  Deployment: (spec) =>
    spec.strategy?.type === 'Recreate'
      ? { maxSurge: 0, maxUnavailable: '100%' }
      : { maxSurge: '25%', maxUnavailable: '25%', ...spec.strategy?.rollingUpdate },
  DaemonSet: (spec) => ({ maxSurge: 0, maxUnavailable: 1, ...spec.updateStrategy?.rollingUpdate }),
  StatefulSet: (spec) => ({ maxSurge: 0, maxUnavailable: 1, ...spec.updateStrategy?.rollingUpdate }),
};

/**
 * Percentages of the desired number: surge rounds up, unavailable rounds down, and where both come
 * out as zero one pod may be unavailable (Deployment controller, `ResolveFenceposts`).
 */
export function rolloutRoom(workload: KubeObject, desired: number, total: number, available: number): RolloutRoom {
  const { maxSurge, maxUnavailable } = limitsOf[workload.kind]!(workload.spec ?? {});
  const surge = share(maxSurge, desired, Math.ceil);
  const down = share(maxUnavailable, desired, Math.floor);
  return {
    surge: { limit: surge, used: Math.max(0, total - desired) },
    unavailable: { limit: surge === 0 && down === 0 ? 1 : down, used: Math.max(0, desired - available) },
  };
}

function share(value: number | string, whole: number, round: (n: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(value);
  return percent ? round((Number(percent[1]) * whole) / 100) : Number(value) || 0;
}

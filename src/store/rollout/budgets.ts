import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { RolloutState } from './state.ts';

/** A PodDisruptionBudget that selects the pods of a workload. */
export interface Budget {
  name: string;
  /** As it is written: `minAvailable 2`, `maxUnavailable 25%`. */
  rule: string;
  /** How many pods may be evicted now. */
  allowed: number;
  healthy: number;
  wanted: number;
}

/** The budgets that match the workload's pod template, by name. */
export function budgetsOf(state: RolloutState, workload: KubeObject): Budget[] {
  const labels: Record<string, string> = workload.spec?.template?.metadata?.labels ?? {};
  return [...state.budgets.values()]
    .filter(
      ({ metadata, spec }) => metadata.namespace === workload.metadata.namespace && matches(spec?.selector, labels),
    )
    .map(({ metadata, spec, status }) => ({
      name: metadata.name ?? '',
      rule:
        spec?.maxUnavailable === undefined
          ? `minAvailable ${spec?.minAvailable ?? 1}`
          : `maxUnavailable ${spec.maxUnavailable}`,
      allowed: status?.disruptionsAllowed ?? 0,
      healthy: status?.currentHealthy ?? 0,
      wanted: status?.desiredHealthy ?? 0,
    }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** No selector selects nothing, an empty one all (policy/v1). */
function matches(selector: object | undefined, labels: Record<string, string>): boolean {
  return selector !== undefined && selectorOf(selector).matches(labels);
}
